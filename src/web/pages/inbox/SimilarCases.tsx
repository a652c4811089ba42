import { shownNumber } from '../../../domain/shownNumber.ts';
import { Go } from '../../parts/Go.tsx';
import { Outcome } from '../../parts/Outcome.tsx';
import { Said } from '../../parts/Said.tsx';
import { Table } from '../../parts/Table.tsx';
import { When } from '../../parts/When.tsx';
import type { Similar } from '../../words/evidence.ts';

/** Past cases like this one, and what turned out to be true. */
export function SimilarCases({ similar }: { similar: readonly Similar[] }) {
  if (similar.length === 0) return null;
  return (
    <>
      <h3 id="similar">Cases like this one</h3>
      <Table label="Cases like this one" columns={['When', 'Decided', { number: 'Score' }, 'Turned out']}>
        {similar.map(({ decision, at, outcome, score, truth }) => (
          <tr key={decision}>
            <td>{at !== null && <When at={at} />}</td>
            <td>
              <Go to={`/console/decisions/${encodeURIComponent(decision)}`} className="plain">
                <Outcome outcome={outcome} />
              </Go>
            </td>
            <td className="number">{score === null ? '–' : shownNumber(score)}</td>
            <td>{truth === null ? <span className="faint">not known</span> : <Said text={truth} charsMax={60} />}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
