import { shownNumber } from '../../../domain/shownNumber.ts';
import { span } from '../../../domain/span.ts';
import type { FlowItem } from '../../../wire/flow.ts';
import { Figure } from '../../parts/Figure.tsx';
import { Go } from '../../parts/Go.tsx';
import { tally } from '../../read/liveFeed.ts';
import { useReady } from '../../read/queries.ts';
import { useLive } from '../../read/useLive.ts';
import { count, rate, usd } from '../../words/numbers.ts';

const RATE_SECONDS = 10;

const ms = (value: number | null): string => (value === null ? '–' : `${shownNumber(value)} ms`);

export function Figures({ flows }: { flows: readonly FlowItem[] }) {
  const { summary } = useLive();
  const { data: ready } = useReady();
  const counted = tally.last(RATE_SECONDS).reduce((sum, { counts }) => sum + counts.reduce((all, one) => all + one, 0), 0);
  const backlog = summary?.backlog ?? ready?.backlog;
  const waiting = flows.reduce((sum, { waiting: one }) => sum + one, 0);
  const asked = flows.reduce((sum, { openApprovals }) => sum + openApprovals, 0);
  const spent = summary?.llm.reduce((sum, { spentUsd }) => sum + spentUsd, 0) ?? 0;
  const budget = summary?.llm.reduce((sum, { budgetUsd }) => sum + budgetUsd, 0) ?? 0;
  const oldest = summary?.cases.flatMap(({ oldest: at }) => (at === null ? [] : [Date.parse(at)])).sort((a, b) => a - b)[0];
  return (
    <dl className="figures">
      {summary !== null && (
        <Figure value={rate(summary.events.reduce((sum, { perSecond }) => sum + perSecond, 0))} label="events a second" />
      )}
      <Figure value={rate(counted / RATE_SECONDS)} label="decisions a second" title={`Mean of the last ${RATE_SECONDS} s`} />
      {summary !== null && <Figure value={ms(summary.deciding.p50Ms)} label="to decide (median)" />}
      {summary !== null && <Figure value={ms(summary.deciding.p99Ms)} label="to decide (99th percentile)" />}
      <Figure
        value={<Go to="/console/stuck">{count(waiting)}</Go>}
        label={oldest === undefined ? 'cases wait' : `cases wait, oldest ${span(Date.now() - oldest)}`}
      />
      <Figure value={<Go to="/console/inbox">{count(asked)}</Go>} label="ask a person" tone={asked > 0 ? 'doubt' : ''} />
      {backlog !== undefined && (
        <Figure
          value={count(backlog.events)}
          label={backlog.events === 0 ? 'behind' : `behind, oldest ${span(backlog.oldestSeconds * 1000)}`}
          title="Events that no case has taken yet"
        />
      )}
      {budget > 0 && <Figure value={`${usd(spent)} of ${usd(budget)}`} label="LLM spend of its budget" />}
    </dl>
  );
}
