import type { PolicyDiff as Diff } from '../../../wire/policy.ts';
import { Loaded } from '../../parts/Loaded.tsx';
import { Said } from '../../parts/Said.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import { usePolicy, usePolicyDiff } from '../../read/queries.ts';

/** `against`: another version than the one that held before. */
export function PolicyDiff({ flow, version, against }: { flow: string; version: string; against: string | undefined }) {
  const diff = usePolicyDiff(flow, version, against);
  const policy = usePolicy(flow, version);
  return (
    <>
      <Loaded query={diff}>{(of) => <Changes diff={of} />}</Loaded>
      <details>
        <summary>The whole policy</summary>
        <Loaded query={policy}>
          {({ text }) => (
            <Scroll label="The policy" className="command">
              <pre>
                <Said text={text} lines charsMax={text.length} />
              </pre>
            </Scroll>
          )}
        </Loaded>
      </details>
    </>
  );
}

function Changes({ diff: { version, against, differences } }: { diff: Diff }) {
  return (
    <>
      <h2>
        What{' '}
        <code>
          <Said text={version} charsMax={80} />
        </code>{' '}
        changed
        {against !== null && (
          <>
            {' '}
            of <Said text={against} charsMax={80} />
          </>
        )}
      </h2>
      {against === null && <p className="faint">It is the first one.</p>}
      {against !== null && differences.length === 0 && <p className="faint">Nothing: they say the same.</p>}
      <dl className="facts" aria-label="What it changed">
        {differences.map(({ pointer, change, path, text, meaning }) => (
          <div key={`${change} ${pointer}`}>
            <dt>
              <Said text={path.length === 0 ? 'all of it' : path.join(' › ')} charsMax={300} />
              {meaning !== null && (
                <span className="faint">
                  {' '}
                  (<Said text={meaning} charsMax={300} />)
                </span>
              )}
            </dt>
            <dd>
              <Said text={text} lines charsMax={800} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
