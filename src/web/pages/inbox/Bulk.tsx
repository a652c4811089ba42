import { type FormEvent, useRef, useState } from 'react';
import type { Approval } from '../../../wire/approval.ts';
import { Modal } from '../../parts/Modal.tsx';
import { Outcome } from '../../parts/Outcome.tsx';
import { Said } from '../../parts/Said.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import { say } from '../../parts/Toasts.tsx';
import { useMay } from '../../parts/useMay.ts';
import { giveVerdict } from '../../read/verdicts.ts';
import { refusalNews } from '../../words/verdictNews.ts';

type Chosen = 'approve' | 'reject';

/** One verdict on several: what each would become is shown before anything is sent. */
export function Bulk({ marked, onDone }: { marked: readonly Approval[]; onDone: () => void }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const mayApprove = useMay('approve');
  if (marked.length === 0 || !mayApprove) return null;
  return (
    <span className="bulk">
      {marked.length} marked{' '}
      <button type="button" onClick={() => setChosen('approve')}>
        Approve them…
      </button>
      <button type="button" onClick={() => setChosen('reject')}>
        Reject them…
      </button>
      {chosen !== null && <Preview marked={marked} verdict={chosen} onClose={() => setChosen(null)} onDone={onDone} />}
    </span>
  );
}

interface PreviewProps {
  readonly marked: readonly Approval[];
  readonly verdict: Chosen;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function Preview({ marked, verdict, onClose, onDone }: PreviewProps) {
  const reason = useRef<HTMLTextAreaElement>(null);
  const [left, setLeft] = useState<number | null>(null);
  const [troubles, setTroubles] = useState<readonly string[]>([]);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const text = reason.current?.value.trim() ?? '';
    if (text === '') return;
    const failed: string[] = [];
    // one after the other: each is a verdict of its own, and a lost race stops none of the others
    for (const [at, { id }] of marked.entries()) {
      setLeft(marked.length - at);
      await giveVerdict(id, { verdict, reason: text }, null).catch((error: unknown) => failed.push(`${id}: ${refusalNews(error)}`));
    }
    say(`${marked.length - failed.length} of ${marked.length} verdicts counted`);
    if (failed.length === 0) onClose();
    else setTroubles(failed);
    setLeft(null);
    onDone();
  };
  return (
    <Modal title={verdict === 'approve' ? `Approve ${marked.length}` : `Reject ${marked.length}`} onClose={onClose} wide>
      <Scroll label="What each would become" className="preview">
        <ul>
          {marked.map(({ id, question, proposed, rejected, needed, votes }) => (
            <li key={id}>
              <Said text={question} charsMax={120} /> →{' '}
              <Outcome outcome={verdict === 'approve' ? proposed.outcome : (rejected ?? 'not decided')} />
              {verdict === 'approve' && votes.length + 1 < needed && <span className="faint"> counts, {needed} are needed</span>}
            </li>
          ))}
        </ul>
      </Scroll>
      {troubles.map((text) => (
        <p key={text} className="trouble" role="alert">
          {text}
        </p>
      ))}
      <form onSubmit={(event) => void send(event)}>
        <label htmlFor="bulk-reason">Why, for all of them</label>
        <textarea id="bulk-reason" ref={reason} rows={2} maxLength={2000} required />
        <p className="row-tools">
          <button type="submit" className="accent" disabled={left !== null}>
            {left === null ? `Send ${marked.length} verdicts` : `${left} to go`}
          </button>
          <button type="button" onClick={onClose}>
            Leave it
          </button>
        </p>
      </form>
    </Modal>
  );
}
