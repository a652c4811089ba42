import { Go } from '../../parts/Go.tsx';
import { Loaded, NoneOf } from '../../parts/Loaded.tsx';
import { Said } from '../../parts/Said.tsx';
import { When } from '../../parts/When.tsx';
import { useApprovals, useWatches } from '../../read/queries.ts';
import { subjectPath } from '../../words/pathOfId.ts';
import { SlowestCases } from './SlowestCases.tsx';

/** What of the flow takes long: its cases, questions to people, and what it waits for. */
export function SlowCases({ flow }: { flow: string }) {
  const approvals = useApprovals({ flow });
  const watches = useWatches({ flow });
  return (
    <>
      <SlowestCases flow={flow} />
      <h2>Waiting for a person</h2>
      <Loaded query={approvals}>
        {({ items }) =>
          items.length === 0 ? (
            <NoneOf text="No case of this flow waits for a person" />
          ) : (
            <ul>
              {items.slice(0, 50).map(({ id, subject, question, deadline, event }) => (
                <li key={id}>
                  <Go to={subjectPath(flow, subject)}>
                    <Said text={subject} charsMax={60} />
                  </Go>
                  , event of <When at={event.time} />, due <When at={deadline} />:{' '}
                  <Go to={`/console/inbox?approval=${encodeURIComponent(id)}`}>
                    <Said text={question} charsMax={160} />
                  </Go>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <h2>Watched</h2>
      <Loaded query={watches}>
        {({ items }) =>
          items.length === 0 ? (
            <NoneOf text="This flow waits for nothing that may not come" command={`npx signalbox watches list --flow ${flow}`} />
          ) : (
            <ul>
              {items.map(({ subject, name, due, openedAt, trouble, event }) => (
                <li key={`${event} ${name}`}>
                  <Go to={subjectPath(flow, subject)}>
                    <Said text={subject} charsMax={60} />
                  </Go>
                  : {name} at <When at={due} />, since <When at={openedAt} />
                  {trouble !== null && (
                    <span className="trouble">
                      {' '}
                      <Said text={trouble} charsMax={300} />
                    </span>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}
