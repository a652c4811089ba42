import { shownNumber } from '../../domain/shownNumber.ts';
import { Said } from './Said.tsx';

const DEPTH_MAX = 5;
const ROWS_SHOWN = 60;

/** Any JSON for people: names and values in lines. Text in it is only ever text. */
export function Facts({ value, depth = 0 }: { value: unknown; depth?: number }) {
  if (value === null || value === undefined) return <span className="faint">none</span>;
  if (typeof value === 'number') return <span title={String(value)}>{shownNumber(value)}</span>;
  if (typeof value === 'boolean') return <>{value ? 'yes' : 'no'}</>;
  if (typeof value === 'string') return <Said text={value} lines charsMax={400} />;
  const entries = Array.isArray(value) ? value.map((item, at) => [String(at + 1), item] as const) : Object.entries(value as object);
  if (entries.length === 0) return <span className="faint">none</span>;
  if (depth >= DEPTH_MAX) return <Said text={JSON.stringify(value)} charsMax={400} />;
  return (
    <dl className="facts">
      {entries.slice(0, ROWS_SHOWN).map(([name, item]) => (
        <div key={name}>
          <dt>
            <Said text={name} charsMax={60} />
          </dt>
          <dd>
            <Facts value={item} depth={depth + 1} />
          </dd>
        </div>
      ))}
      {entries.length > ROWS_SHOWN && (
        <div>
          <dt>…</dt>
          <dd className="faint">{entries.length - ROWS_SHOWN} more: the event has all</dd>
        </div>
      )}
    </dl>
  );
}
