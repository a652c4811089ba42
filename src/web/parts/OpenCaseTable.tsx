import type { OpenCase } from '../../wire/openCase.ts';
import { subjectPath } from '../words/pathOfId.ts';
import { CASE_STATES } from '../words/statesOfCases.ts';
import { Go } from './Go.tsx';
import { Said } from './Said.tsx';
import { Table } from './Table.tsx';
import { TemporalRun } from './TemporalRun.tsx';
import { When } from './When.tsx';

/** Cases that are open, with what each waits for. */
export function OpenCaseTable({ items, flow }: { items: readonly OpenCase[]; flow?: string | undefined }) {
  return (
    <Table label="Open cases" columns={['Came', ...(flow === undefined ? ['Flow'] : []), 'Subject', 'Does', 'Since', 'Waits for', 'Run']}>
      {items.map(({ flow: of, subject, event, state, acceptedAt, since, waitingFor, links, workflow }) => {
        const approval = links.approval?.split('/').at(-1);
        return (
          <tr key={event}>
            <td>
              <Go to={`/console/events/${encodeURIComponent(event)}`}>
                <When at={acceptedAt} />
              </Go>
            </td>
            {flow === undefined && <td>{of}</td>}
            <td>
              <Go to={`${subjectPath(of, subject)}?step=${encodeURIComponent(event)}`}>
                <Said text={subject} charsMax={60} />
              </Go>
            </td>
            <td>{CASE_STATES[state] ?? state}</td>
            <td>
              <When at={since} />
            </td>
            <td className="prose">
              {approval === undefined ? (
                <Said text={waitingFor} charsMax={160} />
              ) : (
                <Go to={`/console/inbox?approval=${encodeURIComponent(approval)}`}>
                  <Said text={waitingFor} charsMax={160} />
                </Go>
              )}
            </td>
            <td>
              <TemporalRun run={workflow} />
            </td>
          </tr>
        );
      })}
    </Table>
  );
}
