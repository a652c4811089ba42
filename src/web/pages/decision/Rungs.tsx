import { span } from '../../../domain/span.ts';
import type { DecisionDetail } from '../../../wire/decision.ts';
import { Outcome } from '../../parts/Outcome.tsx';
import { Said } from '../../parts/Said.tsx';
import { Table } from '../../parts/Table.tsx';
import { percent, usd } from '../../words/numbers.ts';
import { RUNGS, type Rung } from '../../words/rungs.ts';

/** What each rung of the ladder said, in the order in which they were asked. */
export function Rungs({ rungs, decided }: { rungs: DecisionDetail['rungs']; decided: Rung }) {
  if (rungs.length === 0) return null;
  return (
    <>
      <h2 id="rungs">What each rung said</h2>
      <Table label="What each rung said" columns={['Rung', 'Said', { number: 'Sure to' }, { number: 'Took' }, { number: 'Cost' }]}>
        {rungs.map(({ rung, outcome, confidence, ms, costUsd, abstained }) => (
          <tr key={`${rung} ${ms}`}>
            <td>
              {RUNGS[rung]} {rung === decided && outcome !== null && <span className="tag">decided</span>}
            </td>
            <td className="prose">
              {outcome === null ? <span className="faint">nothing</span> : <Outcome outcome={outcome} />}{' '}
              {abstained !== undefined && <Said text={abstained} charsMax={200} />}
            </td>
            <td className="number">{confidence === null ? '–' : percent(confidence)}</td>
            <td className="number">{span(ms)}</td>
            <td className="number">{costUsd === undefined ? '–' : usd(costUsd)}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
