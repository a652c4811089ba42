import { Outcome } from '../../parts/Outcome.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import { count } from '../../words/numbers.ts';
import { bucketTime } from '../../words/times.ts';

interface OutcomeCountsProps {
  readonly starts: readonly string[];
  readonly series: readonly { readonly name: string; readonly counts: readonly number[] }[];
  readonly zone: string;
  readonly step: 'minute' | 'hour' | 'day';
  readonly by: 'outcome' | 'rung';
}

/** What the chart draws, as figures: the sums first, then each bucket in which something was decided, the newest first. */
export function OutcomeCounts({ starts, series, zone, step, by }: OutcomeCountsProps) {
  const rows = starts.map((start, at) => ({ start, counts: series.map(({ counts }) => counts[at] ?? 0) }));
  const some = rows.filter(({ counts }) => counts.some((one) => one > 0)).reverse();
  return (
    <Scroll label="Outcomes by time" className="scroll-x outcome-counts">
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            {series.map(({ name }) => (
              <th key={name} scope="col" className="number">
                {by === 'rung' ? name : <Outcome outcome={name} />}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">all of it</th>
            {series.map(({ name, counts }) => (
              <td key={name} className="number">
                {count(counts.reduce((sum, one) => sum + one, 0))}
              </td>
            ))}
          </tr>
          {some.map(({ start, counts }) => (
            <tr key={start}>
              <th scope="row">
                <time dateTime={start}>{bucketTime(start, zone, step)}</time>
              </th>
              {counts.map((one, at) => (
                <td key={series[at]?.name} className="number">
                  {count(one)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
