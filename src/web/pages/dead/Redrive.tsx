import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Modal } from '../../parts/Modal.tsx';
import { Said } from '../../parts/Said.tsx';
import { say } from '../../parts/Toasts.tsx';
import { useMay } from '../../parts/useMay.ts';
import { tell } from '../../read/call.ts';
import { refusalNews } from '../../words/verdictNews.ts';

export interface RedriveOf {
  readonly id: string;
  readonly text: string;
  readonly path: string;
}

interface RedriveProps {
  readonly items: readonly RedriveOf[];
  readonly what: string;
  readonly onDone: () => void;
  readonly children: ReactNode;
}

const RATES = [1, 5, 20] as const;

/** Tries one or many anew, at a rate, after it was shown what that is. */
export function Redrive({ items, what, onDone, children }: RedriveProps) {
  const [open, setOpen] = useState(false);
  if (!useMay('admin')) return null;
  return (
    <p className="row-tools">
      {children}
      <button type="button" disabled={items.length === 0} onClick={() => setOpen(true)}>
        Try {items.length === 0 ? 'them' : items.length} anew…
      </button>
      {open && <Preview items={items} what={what} onClose={() => setOpen(false)} onDone={onDone} />}
    </p>
  );
}

interface PreviewProps extends Omit<RedriveProps, 'children'> {
  readonly onClose: () => void;
}

function Preview({ items, what, onClose, onDone }: PreviewProps) {
  const rate = useRef<HTMLSelectElement>(null);
  const stopped = useRef(false);
  const [left, setLeft] = useState<number | null>(null);
  const [failed, setFailed] = useState<readonly string[]>([]);
  const [all] = useState(items);
  useEffect(
    () => () => {
      stopped.current = true;
    },
    [],
  );
  const run = async (event: FormEvent) => {
    event.preventDefault();
    stopped.current = false;
    const pauseMs = 1000 / Number(rate.current?.value ?? 1);
    const troubles: string[] = [];
    let done = 0;
    for (const { id, path } of all) {
      if (stopped.current) break;
      setLeft(all.length - done);
      await tell(path).catch((error: unknown) => troubles.push(`${id}: ${refusalNews(error)}`));
      done += 1;
      if (done < all.length) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    say(`${done - troubles.length} of ${all.length} ${what} tried anew`);
    setLeft(null);
    setFailed(troubles);
    if (troubles.length === 0) onClose();
    onDone();
  };
  return (
    <Modal title={`Try ${all.length} ${what} anew`} onClose={onClose} wide>
      <p>
        {what === 'events'
          ? 'Each is folded again by the code and policy that hold now. What failed for a reason that is still there fails again and stays here.'
          : 'Each is planned again under the same key, with the same bytes: a receiver that had it already can tell.'}
      </p>
      <ul className="preview">
        {all.map(({ id, text }) => (
          <li key={id}>
            <code>{id}</code>: <Said text={text} charsMax={200} />
          </li>
        ))}
      </ul>
      {failed.map((text) => (
        <p key={text} className="trouble" role="alert">
          {text}
        </p>
      ))}
      <form onSubmit={(event) => void run(event)}>
        <p className="row-tools">
          <label>
            At{' '}
            <select ref={rate} defaultValue={5}>
              {RATES.map((one) => (
                <option key={one} value={one}>
                  {one} a second
                </option>
              ))}
            </select>
          </label>
          <button type="submit" className="accent" disabled={left !== null}>
            {left === null ? 'Try them' : `${left} to go`}
          </button>
          <button type="button" onClick={onClose}>
            {left === null ? 'Leave it' : 'Stop'}
          </button>
        </p>
      </form>
    </Modal>
  );
}
