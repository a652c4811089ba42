import { RANGES, type RangeName } from '../../words/ranges.ts';

interface RangeSelectProps {
  readonly label?: string;
  readonly names: readonly RangeName[];
  readonly value: RangeName;
  readonly onChange: (name: string) => void;
}

/** How far back a page looks. */
export function RangeSelect({ label = 'Show', names, value, onChange }: RangeSelectProps) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={({ target }) => onChange(target.value)}>
        {names.map((name) => (
          <option key={name} value={name}>
            {RANGES[name].title}
          </option>
        ))}
      </select>
    </label>
  );
}
