import { type FormEvent, useEffect, useRef, useState } from 'react';
import { type PreviewLine, refusals, tallyText } from '../../../wire/previewLines.ts';
import { Loaded, NoneOf } from '../../parts/Loaded.tsx';
import { Modal } from '../../parts/Modal.tsx';
import { Said } from '../../parts/Said.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import { say } from '../../parts/Toasts.tsx';
import { type Previewed, redrive, usePreview, type Wanted } from '../../read/redrives.ts';
import { count } from '../../words/numbers.ts';
import { refusalNews } from '../../words/verdictNews.ts';

const RATES = [1, 5, 20] as const;

const HOW = {
  events: 'Each was folded by the code and policy that hold now, in this order, and nothing was kept.',
  actions: 'Each would be planned again under the same key, with the same bytes: a receiver that had it already can tell.',
} as const;

interface RedrivePreviewProps {
  readonly wanted: Wanted;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** What it would do, by what the service tried without effect; then that, and nothing else, is done. */
export function RedrivePreview({ wanted, onClose, onDone }: RedrivePreviewProps) {
  const [after, setAfter] = useState<string | undefined>(undefined);
  const [opened] = useState(() => performance.now());
  const query = usePreview(after === undefined ? wanted : { ...wanted, after }, opened);
  return (
    <Modal title={`What trying ${wanted.what} anew would do`} onClose={onClose} wide>
      <p>{HOW[wanted.what]} What has changed by the time that it is its turn is left as it is, and told.</p>
      <Loaded query={query} lines={6}>
        {(previewed) => (
          <Told
            key={`${after} ${query.dataUpdatedAt}`}
            what={wanted.what}
            previewed={previewed}
            again={() => void query.refetch()}
            onMore={setAfter}
            onClose={onClose}
            onDone={onDone}
          />
        )}
      </Loaded>
    </Modal>
  );
}

interface ToldProps extends Pick<RedrivePreviewProps, 'onClose' | 'onDone'> {
  readonly what: Wanted['what'];
  readonly previewed: Previewed;
  readonly again: () => void;
  readonly onMore: (after: string) => void;
}

function Told({ what, previewed, again, onMore, onClose, onDone }: ToldProps) {
  const { lines, total, next } = previewed;
  const rate = useRef<HTMLSelectElement>(null);
  const stopped = useRef(false);
  const [left, setLeft] = useState<number | null>(null);
  const [failed, setFailed] = useState<readonly string[] | null>(null);
  useEffect(
    () => () => {
      stopped.current = true;
    },
    [],
  );
  const going = lines.filter(({ goes }) => goes);
  const run = async (event: FormEvent) => {
    event.preventDefault();
    stopped.current = false;
    const pauseMs = 1000 / Number(rate.current?.value ?? 1);
    const troubles: string[] = [];
    let done = 0;
    for (const line of going) {
      if (stopped.current) break;
      setLeft(going.length - done);
      await redrive(what, line).catch((error: unknown) => troubles.push(`${line.id}: ${refusalNews(error)}`));
      done += 1;
      if (done < going.length) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    say(`${done - troubles.length} of ${going.length} ${what} tried anew`);
    setLeft(null);
    setFailed(troubles);
    onDone();
    if (troubles.length === 0 && next === null && !stopped.current) onClose();
  };
  const leave = () => {
    stopped.current = true;
    if (left === null) onClose();
  };
  if (lines.length === 0) return <NoneOf text="Nothing is there to be tried any more" />;
  return (
    <>
      <Summary lines={lines} total={total} more={next !== null} />
      <Lines lines={lines} />
      {failed?.map((text) => (
        <p key={text} className="trouble" role="alert">
          <Said text={text} charsMax={300} />
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
          {failed === null && (
            <button type="submit" className="accent" disabled={left !== null || going.length === 0}>
              {left === null ? `Try ${count(going.length)}` : `${count(left)} to go`}
            </button>
          )}
          {failed !== null && (
            <button type="button" onClick={again}>
              Look again
            </button>
          )}
          {next !== null && left === null && (
            <button type="button" onClick={() => onMore(next)}>
              The next ones
            </button>
          )}
          <button type="button" onClick={leave}>
            {left === null ? 'Leave it' : 'Stop'}
          </button>
        </p>
      </form>
    </>
  );
}

function Summary({ lines, total, more }: { lines: readonly PreviewLine[]; total: Previewed['total']; more: boolean }) {
  const refused = refusals(lines);
  const tally = tallyText(lines);
  return (
    <>
      <p>
        {more && `The first ${count(lines.length)} of ${total.more ? 'more than ' : ''}${count(total.count)}: `}
        <strong>{tally === '' ? 'none would go on' : tally}</strong>.
      </p>
      {refused.length > 0 && (
        <ul aria-label="What would be refused">
          {refused.map(([reason, of]) => (
            <li key={reason} className="trouble">
              {count(of)} would be refused: <Said text={reason} charsMax={300} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Lines({ lines }: { lines: readonly PreviewLine[] }) {
  return (
    <Scroll label="Each of them" className="preview">
      <ul>
        {lines.map(({ id, subject, reason, becomes, more }) => (
          <li key={id}>
            <code>{id}</code>
            {subject !== null && (
              <>
                {' '}
                of <Said text={subject} charsMax={60} />
              </>
            )}{' '}
            → <strong>{becomes ?? 'refused'}</strong>
            {more !== null && (
              <>
                {' '}
                <Said text={more} charsMax={200} />
              </>
            )}{' '}
            <span className="faint">
              (<Said text={reason} charsMax={200} />)
            </span>
          </li>
        ))}
      </ul>
    </Scroll>
  );
}
