import type { ReactNode } from 'react';
import { Scroll } from './Scroll.tsx';

/** The name of a column; one of figures is set to the right, as its cells are by the class `number`. */
type Column = string | { readonly number: string };

interface TableProps {
  readonly label: string;
  readonly columns: readonly Column[];
  readonly className?: string;
  readonly children: ReactNode;
}

/** Rows under named columns. A table that is wider than its place scrolls there, and not the page. */
export function Table({ label, columns, className, children }: TableProps) {
  return (
    <Scroll label={label}>
      <table className={className}>
        <thead>
          <tr>
            {columns.map((column) =>
              typeof column === 'string' ? (
                <th key={column} scope="col">
                  {column}
                </th>
              ) : (
                <th key={column.number} scope="col" className="number">
                  {column.number}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Scroll>
  );
}
