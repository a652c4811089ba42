import { useNavigate, useSearch } from '@tanstack/react-router';
import { Figure } from '../../parts/Figure.tsx';
import { Empty, Loaded } from '../../parts/Loaded.tsx';
import { Table } from '../../parts/Table.tsx';
import { useQuality } from '../../read/queries.ts';
import { count, percent, usd } from '../../words/numbers.ts';
import { Calibration } from './Calibration.tsx';

const BY = ['rung', 'model', 'prompt', 'reviewer', 'policy'] as const;

const share = (value: number | null): string => (value === null ? '–' : percent(value));

/** How decisions compare with what turned out to be true. */
export function Quality({ flow }: { flow: string }) {
  const { by = 'rung' } = useSearch({ from: '/console/flows/$flow' });
  const navigate = useNavigate({ from: '/console/flows/$flow' });
  const query = useQuality(flow, by);
  return (
    <>
      <div className="filters">
        <label>
          By{' '}
          <select value={by} onChange={(event) => void navigate({ search: { tab: 'quality', by: event.target.value } })}>
            {BY.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      </div>
      <Loaded query={query}>
        {({ all, groups, positive, silence, behind }) =>
          all.decisions === 0 ? (
            <Empty title="No final decision has been counted yet" command={`npx signalbox quality ${flow}`} />
          ) : (
            <>
              <dl className="figures">
                <Figure value={share(all.precision)} label={`precision${positive === null ? '' : ` of ${positive}`}`} />
                <Figure value={share(all.recall)} label="recall" />
                <Figure value={share(all.calibration.error)} label="calibration error" />
                <Figure value={count(all.labelled + all.assumed)} label={`judged of ${count(all.decisions)}`} />
                <Figure value={all.costUsdPer1000 === null ? '–' : usd(all.costUsdPer1000)} label="per 1,000 decisions" />
              </dl>
              {silence !== null && (
                <p className="faint">
                  Without a label for {silence.days} days it counts as {silence.truth}: {count(silence.counted)} did.
                </p>
              )}
              {behind > 0 && <p className="stale">{count(behind)} entries have not been counted yet.</p>}
              <Calibration buckets={all.calibration.buckets} />
              <h2 id="quality-groups">By {by}</h2>
              <Table
                label="Quality by group"
                columns={[by, ...['Decisions', 'Judged', 'Right', 'Precision', 'Recall', 'Cost'].map((number) => ({ number }))]}
              >
                {groups.map(({ name, decisions, right, wrong, precision, recall, costUsd }) => (
                  <tr key={name}>
                    <td>{name}</td>
                    <td className="number">{count(decisions)}</td>
                    <td className="number">{count(right + wrong)}</td>
                    <td className="number">{right + wrong === 0 ? '–' : percent(right / (right + wrong))}</td>
                    <td className="number">{share(precision)}</td>
                    <td className="number">{share(recall)}</td>
                    <td className="number">{usd(costUsd)}</td>
                  </tr>
                ))}
              </Table>
            </>
          )
        }
      </Loaded>
    </>
  );
}
