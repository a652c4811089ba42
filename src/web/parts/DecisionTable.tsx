import type { DecisionItem } from '../../wire/decision.ts';
import { subjectPath } from '../words/pathOfId.ts';
import { RUNGS } from '../words/rungs.ts';
import { Go } from './Go.tsx';
import { Outcome } from './Outcome.tsx';
import { Said } from './Said.tsx';
import { Table } from './Table.tsx';
import { When } from './When.tsx';

/** Decisions in lines: each leads to why it was made, and to all that happened to its subject. */
export function DecisionTable({ items, label = 'Decisions' }: { items: readonly DecisionItem[]; label?: string }) {
  return (
    <Table label={label} columns={['When', 'Flow', 'Subject', 'Outcome', 'By', 'Why']} className="decisions">
      {items.map(({ id, at, flow, subject, outcome, provisional, rung, reasons }) => (
        <tr key={id}>
          <td className="when">
            <When at={at} />
          </td>
          <td>{flow}</td>
          <td className="subject">
            <Go to={subjectPath(flow, subject)}>
              <Said text={subject} charsMax={60} />
            </Go>
          </td>
          <td className="outcome-of">
            <Go to={`/console/decisions/${encodeURIComponent(id)}`} className="plain">
              <Outcome outcome={outcome} provisional={provisional} />
            </Go>
          </td>
          <td>{RUNGS[rung]}</td>
          <td className="why">
            <Said text={reasons[0]?.text ?? 'no reason was given'} charsMax={140} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
