import { Go } from '../../parts/Go.tsx';
import { Said } from '../../parts/Said.tsx';
import { Table } from '../../parts/Table.tsx';
import { When } from '../../parts/When.tsx';
import type { Found } from '../../words/found.ts';
import { pathOfId, subjectPath } from '../../words/pathOfId.ts';

const pathOf = ({ kind, id, flow, subject }: Found): string | null =>
  pathOfId(id) ?? (kind === 'subject' && flow !== null ? subjectPath(flow, subject ?? id) : null);

export function FoundTable({ items }: { items: readonly Found[] }) {
  return (
    <Table label="Found" columns={['Kind', 'Found', 'Flow', 'Subject', 'When']}>
      {items.map((found) => {
        const { kind, id, flow, subject, at, title, matched } = found;
        const path = pathOf(found);
        const text = <Said text={title ?? id} charsMax={160} />;
        return (
          <tr key={`${kind} ${flow} ${id}`}>
            <td>{kind}</td>
            <td className="prose">
              {path === null ? text : <Go to={path}>{text}</Go>}{' '}
              {matched !== undefined && (
                <span className="faint">
                  <Said text={matched} charsMax={160} />
                </span>
              )}
            </td>
            <td>{flow ?? 'none'}</td>
            <td>
              {subject !== null && flow !== null && (
                <Go to={subjectPath(flow, subject)}>
                  <Said text={subject} charsMax={60} />
                </Go>
              )}
            </td>
            <td>
              <When at={at} />
            </td>
          </tr>
        );
      })}
    </Table>
  );
}
