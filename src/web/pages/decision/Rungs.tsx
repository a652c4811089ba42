import { span } from '../../../domain/span.ts';
import type { DecisionDetail } from '../../../wire/decision.ts';
import { Outcome } from '../../parts/Outcome.tsx';
import { Said } from '../../parts/Said.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import { percent, usd } from '../../words/numbers.ts';
import { RUNGS, type Rung } from '../../words/rungs.ts';

/** What each rung of the ladder said, in the order in which they were asked. */
export function Rungs({ rungs, decided }: { rungs: DecisionDetail['rungs']; decided: Rung }) {
  if (rungs.length === 0) return null;
  return (
    <>
      <h2 id="rungs">What each rung said</h2>
      <Scroll label="What each rung said">
        <table>
          <thead>
            <tr>
              <th scope="col">Rung</th>
              <th scope="col">Said</th>
              <th scope="col" className="number">
                Sure to
              </th>
              <th scope="col" className="number">
                Took
              </th>
              <th scope="col" className="number">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {rungs.map(({ rung, outcome, confidence, ms, costUsd, abstained }) => (
              <tr key={`${rung} ${ms}`}>
                <td>
                  {RUNGS[rung]} {rung === decided && <span className="tag">decided</span>}
                </td>
                <td>
                  {outcome === null ? <span className="faint">nothing</span> : <Outcome outcome={outcome} />}{' '}
                  {abstained !== undefined && <Said text={abstained} charsMax={200} />}
                </td>
                <td className="number">{confidence === null ? '–' : percent(confidence)}</td>
                <td className="number">{span(ms)}</td>
                <td className="number">{costUsd === undefined ? '–' : usd(costUsd)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}
