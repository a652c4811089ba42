import { useNavigate, useSearch } from '@tanstack/react-router';
import { span } from '../../../domain/span.ts';
import type { SlowCases } from '../../../wire/slowCase.ts';
import { Go } from '../../parts/Go.tsx';
import { Loaded, NoneOf } from '../../parts/Loaded.tsx';
import { OpenCaseTable } from '../../parts/OpenCaseTable.tsx';
import { Outcome } from '../../parts/Outcome.tsx';
import { Said } from '../../parts/Said.tsx';
import { Table } from '../../parts/Table.tsx';
import { TemporalRun } from '../../parts/TemporalRun.tsx';
import { useNow } from '../../parts/useNow.ts';
import { When } from '../../parts/When.tsx';
import { useSlowCases } from '../../read/queries.ts';
import { count } from '../../words/numbers.ts';
import { subjectPath } from '../../words/pathOfId.ts';
import { CASE_RANGES, minutesOf, rangeOf } from '../../words/ranges.ts';

import { RangeSelect } from './RangeSelect.tsx';

const HOUR_MS = 3_600_000;

/** The oldest open cases of the flow, and the closed ones that took longest. */
export function SlowestCases({ flow }: { flow: string }) {
  const { range } = useSearch({ from: '/console/flows/$flow' });
  const navigate = useNavigate({ from: '/console/flows/$flow' });
  const name = rangeOf(range, CASE_RANGES, 'week');
  // by the hour, so that the question stays the same for one
  const from = new Date((Math.floor(useNow() / HOUR_MS) - minutesOf(name) / 60) * HOUR_MS).toISOString();
  const query = useSlowCases(flow, { from });
  return (
    <Loaded query={query} lines={8}>
      {({ open, closed, behind }) => (
        <>
          <h2>Open longest</h2>
          {open.length === 0 ? (
            <NoneOf text="No case of this flow is open" command={`npx signalbox flow cases ${flow}`} />
          ) : (
            <OpenCaseTable items={open} flow={flow} />
          )}
          <h2>Closed, and slowest</h2>
          <div className="filters">
            <RangeSelect
              label="Closed within"
              names={CASE_RANGES}
              value={name}
              onChange={(next) => void navigate({ search: (before) => ({ ...before, range: next }) })}
            />
          </div>
          {behind > 0 && <p className="stale">{count(behind)} entries have not been looked at yet.</p>}
          {closed.length === 0 ? <NoneOf text="No case of this flow was closed in this time" /> : <Closed flow={flow} items={closed} />}
        </>
      )}
    </Loaded>
  );
}

function Closed({ flow, items }: { flow: string; items: SlowCases['closed'] }) {
  return (
    <Table label="Slowest closed cases" columns={['Took', 'Decided', 'Subject', 'Outcome', 'By', 'Run']}>
      {items.map(({ event, subject, decidedAt, ms, outcome, rung, decision, workflow }) => (
        <tr key={event}>
          <td>{span(ms)}</td>
          <td>
            <When at={decidedAt} />
          </td>
          <td>
            <Go to={`${subjectPath(flow, subject)}?step=${encodeURIComponent(event)}`}>
              <Said text={subject} charsMax={60} />
            </Go>
          </td>
          <td>
            <Go to={`/console/decisions/${encodeURIComponent(decision)}`} className="plain">
              <Outcome outcome={outcome} />
            </Go>
          </td>
          <td>{rung}</td>
          <td>
            <TemporalRun run={workflow} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
