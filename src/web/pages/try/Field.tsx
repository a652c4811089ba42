import type { Schema } from '../../words/sampleOf.ts';

interface FieldProps {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** One field of the data, by what its schema says of it. */
export function Field({ name, schema, required, value, onChange }: FieldProps) {
  const label = (
    <span>
      {name} {!required && <span className="faint">may be left out</span>}
    </span>
  );
  if (schema.type === 'boolean')
    return (
      <label className="check">
        <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.target.checked)} /> {label}
      </label>
    );
  if (schema.enum !== undefined)
    return (
      <label>
        {label}
        <select value={String(value ?? '')} onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}>
          <option value="" />
          {schema.enum.map((option) => (
            <option key={String(option)}>{String(option)}</option>
          ))}
        </select>
      </label>
    );
  if (schema.type === 'number' || schema.type === 'integer')
    return (
      <label>
        {label}
        <input
          type="number"
          step={schema.type === 'integer' ? 1 : 'any'}
          min={schema.minimum}
          max={schema.maximum}
          required={required}
          value={typeof value === 'number' ? value : ''}
          onChange={(event) => onChange(event.target.value === '' ? undefined : Number(event.target.value))}
        />
      </label>
    );
  return (
    <label>
      {label}
      <input
        type="text"
        maxLength={schema.maxLength}
        required={required}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.target.value === '' && !required ? undefined : event.target.value)}
      />
    </label>
  );
}
