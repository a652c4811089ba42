import { Loaded } from '../../parts/Loaded.tsx';
import { Table } from '../../parts/Table.tsx';
import { useQuality } from '../../read/queries.ts';
import { count, percent, usd } from '../../words/numbers.ts';

/** The ladder as a funnel: how much each rung decided for good, how often it was right, and what it cost. */
export function LiveRungs({ flow }: { flow: string }) {
  const query = useQuality(flow, 'rung');
  return (
    <>
      <h2 id="by-rung">Who decides</h2>
      <Loaded query={query}>
        {({ all, groups }) =>
          groups.length === 0 ? (
            <p className="faint">No final decision has been counted yet.</p>
          ) : (
            <Table
              label="Who decides"
              columns={['Rung', 'Share', { number: 'Decisions' }, { number: 'Wrong of judged' }, { number: 'Per 1,000' }]}
            >
              {groups.map(({ name, decisions, right, wrong, costUsdPer1000 }) => (
                <tr key={name}>
                  <td>{name}</td>
                  <td>
                    <meter min={0} max={Math.max(1, all.decisions)} value={decisions} aria-label={`Share of ${name}`} />{' '}
                    {percent(all.decisions === 0 ? 0 : decisions / all.decisions)}
                  </td>
                  <td className="number">{count(decisions)}</td>
                  <td className="number">{right + wrong === 0 ? 'none judged' : `${count(wrong)} of ${count(right + wrong)}`}</td>
                  <td className="number">{costUsdPer1000 === null ? '–' : usd(costUsdPer1000)}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
    </>
  );
}
