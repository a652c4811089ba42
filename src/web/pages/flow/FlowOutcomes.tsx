import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { OutcomesOverTime } from '../../../wire/overTime.ts';
import { Empty, Loaded, Loading } from '../../parts/Loaded.tsx';
import { useSettings } from '../../parts/useSettings.ts';
import { useOutcomes } from '../../read/queries.ts';
import { count } from '../../words/numbers.ts';
import { ALL_RANGES, addedBy, RANGES, rangeOf } from '../../words/ranges.ts';
import { zoneName } from '../../words/times.ts';
import { LiveRungs } from './LiveRungs.tsx';
import { OutcomeCounts } from './OutcomeCounts.tsx';
import { RangeSelect } from './RangeSelect.tsx';

const Chart = lazy(() => import('../../parts/Chart.tsx').then((module) => ({ default: module.Chart })));

/** Final decisions of the flow over time, and which rung decided how many. */
export function FlowOutcomes({ flow }: { flow: string }) {
  const { range, split = 'outcome' } = useSearch({ from: '/console/flows/$flow' });
  const navigate = useNavigate({ from: '/console/flows/$flow' });
  const zone = zoneName(useSettings().zone);
  const name = rangeOf(range, ALL_RANGES, 'hour');
  const { title, step, last } = RANGES[name];
  const query = useOutcomes(flow, { step, last, zone });
  return (
    <>
      <h2>Outcomes, {title}</h2>
      <div className="filters">
        <RangeSelect
          names={ALL_RANGES}
          value={name}
          onChange={(next) => void navigate({ search: (before) => ({ ...before, range: next }) })}
        />
        <label>
          By{' '}
          <select value={split} onChange={({ target }) => void navigate({ search: (before) => ({ ...before, split: target.value }) })}>
            <option value="outcome">outcome</option>
            <option value="rung">who decided</option>
          </select>
        </label>
      </div>
      <Loaded query={query} lines={8}>
        {(found) => <Shown found={found} by={split === 'rung' ? 'rung' : 'outcome'} />}
      </Loaded>
      <LiveRungs flow={flow} />
    </>
  );
}

function Shown({ found, by }: { found: OutcomesOverTime; by: 'outcome' | 'rung' }) {
  const { flow, starts, zone, step, behind } = found;
  const series = addedBy(by, found.series);
  return (
    <>
      {behind > 0 && <p className="stale">{count(behind)} entries have not been counted yet.</p>}
      {series.length === 0 ? (
        <Empty title="Nothing was decided for good in this time" command={`npx signalbox flow outcomes ${flow} --step ${step}`} />
      ) : (
        <>
          <Suspense fallback={<Loading />}>
            <Chart
              label={`Decisions by ${by} in each ${step}: ${series.map(({ name }) => name).join(', ')}`}
              {...{ starts, series, zone }}
            />
          </Suspense>
          <OutcomeCounts {...{ starts, series, zone, step, by }} />
        </>
      )}
    </>
  );
}
