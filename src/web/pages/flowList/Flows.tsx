import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { Go } from '../../parts/Go.tsx';
import { Empty, Loaded, Loading } from '../../parts/Loaded.tsx';
import { Table } from '../../parts/Table.tsx';
import { useFlows } from '../../read/queries.ts';
import { count } from '../../words/numbers.ts';
import { MAP_RANGES, rangeOf } from '../../words/ranges.ts';
import { RangeSelect } from '../flow/RangeSelect.tsx';

const FlowMap = lazy(() => import('../flow/FlowMap.tsx').then((module) => ({ default: module.FlowMap })));

export function Flows() {
  const flows = useFlows();
  const { range } = useSearch({ from: '/console/flows' });
  const navigate = useNavigate({ from: '/console/flows' });
  const mapped = rangeOf(range, MAP_RANGES, 'day');
  return (
    <>
      <h1>Flows</h1>
      <Loaded query={flows}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No flow is here" command="npx signalbox flow new visits --type visit.asked --subject visitId">
              <p>A flow says which events it takes, how it decides, and when it asks.</p>
            </Empty>
          ) : (
            <Table
              label="Flows"
              columns={[
                'Flow',
                'Takes',
                { number: 'Log' },
                { number: 'Cases wait' },
                { number: 'Ask a person' },
                { number: 'Quarantined' },
                'Policy',
              ]}
            >
              {items.map(({ name, title, types, entries, waiting, openApprovals, quarantined, policy }) => (
                <tr key={name}>
                  <td>
                    <Go to={`/console/flows/${encodeURIComponent(name)}`}>{title}</Go>
                  </td>
                  <td>{Object.keys(types).join(', ')}</td>
                  <td className="number">{count(entries)}</td>
                  <td className="number">{count(waiting)}</td>
                  <td className="number">
                    {openApprovals > 0 ? <Go to={`/console/inbox?flow=${encodeURIComponent(name)}`}>{count(openApprovals)}</Go> : '0'}
                  </td>
                  <td className="number">{quarantined > 0 ? <Go to="/console/dead">{count(quarantined)}</Go> : '0'}</td>
                  <td>
                    <code>{policy ?? 'none'}</code>
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
      <h2>The way of events</h2>
      <div className="filters">
        <RangeSelect names={MAP_RANGES} value={mapped} onChange={(next) => void navigate({ search: { range: next } })} />
      </div>
      <Suspense fallback={<Loading />}>
        <FlowMap range={mapped} />
      </Suspense>
    </>
  );
}
