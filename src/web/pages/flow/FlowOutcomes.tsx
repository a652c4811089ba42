import { lazy, Suspense } from 'react';
import { Empty, Loading } from '../../parts/Loaded.tsx';
import { tally } from '../../read/liveFeed.ts';
import { useLive } from '../../read/useLive.ts';
import { LiveRungs } from './LiveRungs.tsx';

const Chart = lazy(() => import('../../parts/Chart.tsx').then((module) => ({ default: module.Chart })));

const MINUTES = 15;
const STEP = 15;

/** Outcomes of the flow over the last minutes, and which rung decided them. */
export function FlowOutcomes({ flow }: { flow: string }) {
  useLive();
  const series = tally.last(MINUTES * 60, STEP).filter((one) => one.flow === flow);
  return (
    <>
      <h2>Outcomes, the last {MINUTES} minutes on this page</h2>
      {series.length === 0 ? (
        <Empty title="No decision of this flow since this page was opened" command={`npx signalbox decisions list --flow ${flow}`} />
      ) : (
        <Suspense fallback={<Loading />}>
          <Chart series={series.map(({ outcome, counts }) => ({ name: outcome, counts }))} step={STEP} />
        </Suspense>
      )}
      <LiveRungs flow={flow} />
    </>
  );
}
