import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { lazy, Suspense } from 'react';
import { Figure } from '../../parts/Figure.tsx';
import { Go } from '../../parts/Go.tsx';
import { Loaded, Loading } from '../../parts/Loaded.tsx';
import { useFlow } from '../../read/queries.ts';
import { count } from '../../words/numbers.ts';
import { MAP_RANGES, rangeOf } from '../../words/ranges.ts';
import { FlowOutcomes } from './FlowOutcomes.tsx';
import { Policies } from './Policies.tsx';
import { Quality } from './Quality.tsx';
import { RangeSelect } from './RangeSelect.tsx';
import { SlowCases } from './SlowCases.tsx';

const FlowMap = lazy(() => import('./FlowMap.tsx').then((module) => ({ default: module.FlowMap })));

const TABS = { now: 'Now', quality: 'Quality', policies: 'Policies', cases: 'Slow cases', map: 'Map' } as const;

export function FlowPage() {
  const { flow } = useParams({ from: '/console/flows/$flow' });
  const { tab = 'now', range } = useSearch({ from: '/console/flows/$flow' });
  const mapped = rangeOf(range, MAP_RANGES, 'day');
  const navigate = useNavigate({ from: '/console/flows/$flow' });
  const query = useFlow(flow);
  return (
    <>
      <p className="crumbs">
        <Go to="/console/flows">Flows</Go>
      </p>
      <Loaded query={query} title={flow}>
        {(found) => (
          <>
            <h1>{found.title}</h1>
            <dl className="figures">
              <Figure value={count(found.entries)} label="entries in its log" />
              <Figure value={count(found.waiting)} label="cases wait" />
              <Figure
                value={<Go to={`/console/inbox?flow=${encodeURIComponent(flow)}`}>{count(found.openApprovals)}</Go>}
                label="ask a person"
                tone={found.openApprovals > 0 ? 'doubt' : ''}
              />
              <Figure
                value={<Go to="/console/dead">{count(found.quarantined)}</Go>}
                label="quarantined"
                tone={found.quarantined > 0 ? 'bad' : ''}
              />
            </dl>
            <Tabs.Root value={tab} onValueChange={(next) => void navigate({ search: { tab: next } })}>
              <Tabs.List className="tabs" aria-label="About the flow">
                {Object.entries(TABS).map(([name, title]) => (
                  <Tabs.Trigger key={name} value={name}>
                    {title}
                  </Tabs.Trigger>
                ))}
              </Tabs.List>
              <Tabs.Content value="now">
                <FlowOutcomes flow={flow} />
              </Tabs.Content>
              <Tabs.Content value="quality">
                <Quality flow={flow} />
              </Tabs.Content>
              <Tabs.Content value="policies">
                <Policies flow={flow} />
              </Tabs.Content>
              <Tabs.Content value="cases">
                <SlowCases flow={flow} />
              </Tabs.Content>
              <Tabs.Content value="map">
                <div className="filters">
                  <RangeSelect
                    names={MAP_RANGES}
                    value={mapped}
                    onChange={(next) => void navigate({ search: (before) => ({ ...before, range: next }) })}
                  />
                </div>
                <Suspense fallback={<Loading />}>
                  <FlowMap flow={flow} range={mapped} />
                </Suspense>
              </Tabs.Content>
            </Tabs.Root>
          </>
        )}
      </Loaded>
    </>
  );
}
