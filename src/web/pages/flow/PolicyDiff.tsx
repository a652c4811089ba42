import { Loaded } from '../../parts/Loaded.tsx';
import { Said } from '../../parts/Said.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import { usePolicy } from '../../read/queries.ts';
import { policyChanges } from '../../words/policyChanges.ts';

export function PolicyDiff({ flow, version, against }: { flow: string; version: string; against: string | undefined }) {
  const now = usePolicy(flow, version);
  const before = usePolicy(flow, against);
  return (
    <Loaded query={now}>
      {({ content, text }) => (
        <>
          <h2>
            What <code>{version}</code> changed{against !== undefined && <> of {against}</>}
          </h2>
          {against === undefined ? (
            <p className="faint">It is the first one.</p>
          ) : (
            before.data !== undefined && <Changes from={before.data.content} to={content} />
          )}
          <details>
            <summary>The whole policy</summary>
            <Scroll label="The policy" className="command">
              <pre>{text}</pre>
            </Scroll>
          </details>
        </>
      )}
    </Loaded>
  );
}

function Changes({ from, to }: { from: unknown; to: unknown }) {
  const changes = policyChanges(from, to);
  if (changes.length === 0) return <p className="faint">Nothing: they say the same.</p>;
  return (
    <dl className="facts">
      {changes.map(({ path, text }) => (
        <div key={path}>
          <dt>{path}</dt>
          <dd>
            <Said text={text} lines charsMax={800} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
