import { Facts } from '../../parts/Facts.tsx';
import { Go } from '../../parts/Go.tsx';
import { Id } from '../../parts/Id.tsx';
import { Loaded } from '../../parts/Loaded.tsx';
import { Said } from '../../parts/Said.tsx';
import { useAction } from '../../read/queries.ts';
import { subjectPath } from '../../words/pathOfId.ts';

/** One action: its state, its last error, and what every try sends. */
export function ActionPane({ id }: { id: string }) {
  const query = useAction(id);
  return (
    <section className="note" aria-label="The action">
      <Loaded query={query}>
        {({ action, state, flow, subject, decision, tries, redrives, error, message }) => (
          <>
            <h2>
              {action}: {state}
            </h2>
            <p>
              For <Go to={`/console/decisions/${encodeURIComponent(decision)}`}>a decision</Go> of {flow} on{' '}
              <Go to={subjectPath(flow, subject)}>
                <Said text={subject} charsMax={80} />
              </Go>
              ; tried {tries} times, anew {redrives} times.
            </p>
            {error !== null && (
              <p className="trouble">
                <code>{error.code}</code> <Said text={error.detail} charsMax={600} />
              </p>
            )}
            <details>
              <summary>What each try sends</summary>
              <Facts value={message} />
            </details>
            <p className="faint">
              <Id id={id} />
            </p>
          </>
        )}
      </Loaded>
    </section>
  );
}
