import { Go } from '../../parts/Go.tsx';
import { Outcome } from '../../parts/Outcome.tsx';
import { Spark } from '../../parts/Spark.tsx';
import { Table } from '../../parts/Table.tsx';
import { tally } from '../../read/liveFeed.ts';
import { useLive } from '../../read/useLive.ts';
import { count, percent, rate } from '../../words/numbers.ts';
import { toneOf } from '../../words/outcomeTone.ts';

const SECONDS_MAX = 900;
const BARS = 30;
const openedMs = Date.now();
const RATE_SECONDS = 10;
const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);

/** Outcomes by flow since the page was opened: rate now, share, and their way over the last minutes. */
export function OutcomeTable() {
  const { total } = useLive();
  // as long as the page is open, in whole minutes
  const minutes = Math.max(1, Math.min(SECONDS_MAX / 60, Math.ceil((Date.now() - openedMs) / 60_000)));
  const rows = tally.last(minutes * 60, (minutes * 60) / BARS).filter(({ counts }) => sum(counts) > 0);
  const now = new Map(tally.last(RATE_SECONDS).map(({ flow, outcome, counts }) => [`${flow} ${outcome}`, sum(counts) / RATE_SECONDS]));
  const byFlow = new Map<string, number>();
  for (const { flow, counts } of rows) byFlow.set(flow, (byFlow.get(flow) ?? 0) + sum(counts));
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="outcomes">
      <h2 id="outcomes">
        Outcomes{' '}
        <span className="faint">
          {minutes === 1 ? 'this minute' : `last ${minutes} minutes`} on this page, {count(total)} decisions
        </span>
      </h2>
      <Table label="Outcomes" columns={['Flow', 'Outcome', { number: 'A second' }, { number: 'Share' }, 'Over time']} className="outcomes">
        {rows
          .sort((a, b) => a.flow.localeCompare(b.flow) || a.outcome.localeCompare(b.outcome))
          .map(({ flow, outcome, counts }) => (
            <tr key={`${flow} ${outcome}`}>
              <td>
                <Go to={`/console/flows/${encodeURIComponent(flow)}`}>{flow}</Go>
              </td>
              <td>
                <Go to={`/console/decisions?flow=${encodeURIComponent(flow)}&outcome=${encodeURIComponent(outcome)}`} className="plain">
                  <Outcome outcome={outcome} />
                </Go>
              </td>
              <td className="number">{rate(now.get(`${flow} ${outcome}`) ?? 0)}</td>
              <td className="number">{percent(sum(counts) / (byFlow.get(flow) ?? 1))}</td>
              <td>
                <Spark counts={counts} tone={toneOf(outcome)} />
              </td>
            </tr>
          ))}
      </Table>
    </section>
  );
}
