import { Refusal } from '../read/call.ts';
import { useCases } from '../read/queries.ts';
import { pathOfId, subjectPath } from '../words/pathOfId.ts';
import { CASE_STATES } from '../words/statesOfCases.ts';
import { Go } from './Go.tsx';
import { Failed, Loaded, NoneOf } from './Loaded.tsx';
import { Said } from './Said.tsx';
import { Scroll } from './Scroll.tsx';
import { When } from './When.tsx';

/** Cases that are open, the oldest first, with what each waits for. */
export function OpenCases({ flow }: { flow?: string }) {
  const query = useCases({ flow });
  // an ingress that is older has no such route
  if (query.error instanceof Refusal && query.error.problem.status === 404) return null;
  if (query.isError && query.data === undefined) return <Failed error={query.error} again={() => void query.refetch()} />;
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <NoneOf text="No case is open" />
        ) : (
          <Scroll label="Open cases">
            <table>
              <thead>
                <tr>
                  <th scope="col">Since</th>
                  <th scope="col">Flow</th>
                  <th scope="col">Subject</th>
                  <th scope="col">Does</th>
                  <th scope="col">Waits for</th>
                </tr>
              </thead>
              <tbody>
                {items.map(({ flow: of, subject, event, state, since, waitingFor }) => {
                  const to = waitingFor === null ? null : pathOfId(waitingFor.split(' ').at(-1) ?? '');
                  return (
                    <tr key={event}>
                      <td>
                        <When at={since} />
                      </td>
                      <td>{of}</td>
                      <td>
                        <Go to={subjectPath(of, subject)}>
                          <Said text={subject} charsMax={60} />
                        </Go>
                      </td>
                      <td>{CASE_STATES[state] ?? state}</td>
                      <td>
                        {waitingFor !== null && (to === null ? <Said text={waitingFor} charsMax={160} /> : <Go to={to}>{waitingFor}</Go>)}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </Scroll>
        )
      }
    </Loaded>
  );
}
