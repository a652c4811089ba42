import { Go } from '../../parts/Go.tsx';
import { Command, Loaded, NoneOf } from '../../parts/Loaded.tsx';
import { OpenCases } from '../../parts/OpenCases.tsx';
import { Said } from '../../parts/Said.tsx';
import { When } from '../../parts/When.tsx';
import { useActions, useFlows, useWatches } from '../../read/queries.ts';
import { useLive } from '../../read/useLive.ts';
import { count } from '../../words/numbers.ts';
import { subjectPath } from '../../words/pathOfId.ts';
import { CASE_STATES } from '../../words/statesOfCases.ts';

/** What is stuck or retrying now: cases by what they do, actions between tries, watches that are overdue. */
export function Stuck() {
  const flows = useFlows();
  const actions = useActions({ state: 'planned' });
  const watches = useWatches({});
  const { summary } = useLive();
  return (
    <>
      <h1>Stuck or retrying</h1>
      <h2>Open cases</h2>
      <Loaded query={flows}>
        {({ items }) => {
          const waiting = items.filter((flow) => flow.waiting > 0);
          if (waiting.length === 0) return null;
          return (
            <ul>
              {summary === null
                ? waiting.map(({ name, title, waiting: events }) => (
                    <li key={name}>
                      <Go to={`/console/flows/${encodeURIComponent(name)}?tab=cases`}>{title}</Go>: {count(events)} events wait for their
                      case
                    </li>
                  ))
                : summary.cases.map(({ flow, state, events, oldest }) => (
                    <li key={`${flow} ${state}`}>
                      <Go to={`/console/flows/${encodeURIComponent(flow)}?tab=cases`}>{flow}</Go>: {count(events)}{' '}
                      {CASE_STATES[state] ?? state}
                      {oldest !== null && (
                        <>
                          , the oldest since <When at={oldest} />
                        </>
                      )}
                    </li>
                  ))}
            </ul>
          );
        }}
      </Loaded>
      <OpenCases />
      <h2>Actions on their way</h2>
      <Loaded query={actions}>
        {({ items }) =>
          items.length === 0 ? (
            <NoneOf text="No action waits for a try" />
          ) : (
            <ul>
              {items.map(({ id, flow, subject, action, tries, nextTryAt, error }) => (
                <li key={id}>
                  <Go to={`/console/dead?action=${encodeURIComponent(id)}`}>{action}</Go> of {flow},{' '}
                  <Go to={subjectPath(flow, subject)}>
                    <Said text={subject} charsMax={60} />
                  </Go>
                  : tried {tries} times
                  {nextTryAt !== null && (
                    <>
                      , next <When at={nextTryAt} />
                    </>
                  )}
                  {error !== null && (
                    <>
                      . <Said text={error.detail} charsMax={200} />
                    </>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <h2>Overdue watches</h2>
      <Loaded query={watches}>
        {({ items }) => {
          const overdue = items.filter(({ trouble }) => trouble !== null);
          return overdue.length === 0 ? (
            <NoneOf text="No watch is overdue" />
          ) : (
            <ul>
              {overdue.map(({ flow, subject, name, due, trouble, event }) => (
                <li key={`${event} ${name}`}>
                  {name} of{' '}
                  <Go to={subjectPath(flow, subject)}>
                    <Said text={subject} charsMax={60} />
                  </Go>
                  , due <When at={due} />: <Said text={trouble ?? ''} charsMax={300} />
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
      <p>What is stuck is told by the command line too, with what to do:</p>
      <Command text="npx signalbox doctor" />
    </>
  );
}
