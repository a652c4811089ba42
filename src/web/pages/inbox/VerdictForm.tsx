import { type KeyboardEvent, useRef, useState } from 'react';
import type { Approval } from '../../../wire/approval.ts';
import { useKeys } from '../../keys/useKeys.ts';
import { say } from '../../parts/Toasts.tsx';
import { Refusal } from '../../read/call.ts';
import { claim, giveVerdict, readApproval, release } from '../../read/verdicts.ts';
import { changedOf, fieldsOfForm } from '../../words/changes.ts';
import { lostTo, refusalNews } from '../../words/verdictNews.ts';
import { ChangeFields } from './ChangeFields.tsx';
import { HandOn } from './HandOn.tsx';

type Chosen = 'approve' | 'reject';

/** What is said where another was first, or it is over; null for another refusal. Who answered another version than there is now may have lost too. */
async function lostNews(error: unknown, id: string): Promise<string | null> {
  if (!(error instanceof Refusal)) return null;
  const { code } = error.problem;
  if (code === 'already-decided' || code === 'over') return refusalNews(error);
  if (code !== 'stale') return null;
  const now = await readApproval(id).catch(() => null);
  return now?.approval.verdict == null ? null : lostTo(now.approval.verdict);
}

const PAST = { approve: 'Approved', reject: 'Rejected' } as const;

interface VerdictFormProps {
  readonly approval: Approval;
  readonly etag: string | null;
  readonly onDone: () => void;
  readonly again: () => void;
}

/** Reason and buttons, always in sight. A verdict without a reason asks for it and is sent by Enter. */
export function VerdictForm({ approval, etag, onDone, again }: VerdictFormProps) {
  const { id, proposed, rejected, needed, votes, form } = approval;
  const reason = useRef<HTMLTextAreaElement>(null);
  const changes = useRef<HTMLFieldSetElement>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const [handing, setHanding] = useState(false);
  const fields = fieldsOfForm(form);

  const send = async (verdict: Chosen) => {
    const text = reason.current?.value.trim() ?? '';
    setChosen(verdict);
    if (text === '') {
      setTrouble(`Why ${verdict === 'approve' ? 'approve' : 'reject'}? The reason is kept with the verdict. Enter sends it.`);
      reason.current?.focus();
      return;
    }
    setSending(true);
    setTrouble(null);
    try {
      const changed = verdict === 'approve' ? changedOf(fields, changes.current, { ...proposed.result, ...votes[0]?.changes }) : undefined;
      const now = await giveVerdict(id, { verdict, reason: text, ...(changed === undefined ? {} : { changes: changed }) }, etag);
      say(
        now.state === 'open'
          ? `It counts: ${now.votes.length} of ${now.needed} have approved`
          : `${PAST[verdict]}: ${approval.question.slice(0, 80)}`,
      );
      onDone();
    } catch (error) {
      const lost = await lostNews(error, id);
      if (lost === null) {
        setTrouble(refusalNews(error));
        again();
      } else {
        say(lost);
        onDone();
      }
    }
    setSending(false);
  };
  const take = async () => {
    try {
      await (approval.claim === null ? claim(id) : release(id));
      say(approval.claim === null ? 'Yours for 15 minutes: until then no other verdict counts' : 'Given back to the others');
    } catch (error) {
      say(refusalNews(error));
    }
    again();
  };
  useKeys({
    approve: () => void send('approve'),
    reject: () => void send('reject'),
    claim: () => void take(),
    'hand-on': () => setHanding(true),
    reason: () => reason.current?.focus(),
  });
  const onEnter = (event: KeyboardEvent) => {
    if (event.key === 'Escape') reason.current?.blur();
    if (event.key !== 'Enter' || event.shiftKey || chosen === null || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send(chosen);
  };
  const more = votes.length + 1 < needed ? `it counts, ${needed} are needed` : proposed.outcome;
  return (
    <>
      <form className="verdict" onSubmit={(event) => event.preventDefault()} aria-label="Your verdict">
        {fields.length > 0 && <ChangeFields reference={changes} fields={fields} result={{ ...proposed.result, ...votes[0]?.changes }} />}
        <label htmlFor="reason">Why (kept with the verdict)</label>
        <textarea id="reason" ref={reason} rows={2} maxLength={2000} onKeyDown={onEnter} />
        <p className="trouble" role="alert">
          {trouble}
        </p>
        <p className="row-tools">
          <button type="button" className="good" disabled={sending} onClick={() => void send('approve')}>
            Approve{more === 'approve' ? '' : `: ${more}`} <kbd>a</kbd>
          </button>
          <button type="button" className="bad" disabled={sending} onClick={() => void send('reject')}>
            Reject{rejected === null ? '' : `: ${rejected}`} <kbd>d</kbd>
          </button>
          <button type="button" onClick={() => void take()}>
            {approval.claim === null ? 'Claim' : 'Give back'} <kbd>c</kbd>
          </button>
          <button type="button" onClick={() => setHanding(true)}>
            Hand on… <kbd>h</kbd>
          </button>
        </p>
      </form>
      {handing && <HandOn approval={approval} etag={etag} again={again} onClose={() => setHanding(false)} />}
    </>
  );
}
