import type { RefObject } from 'react';
import type { ChangeField } from '../../words/changes.ts';

interface ChangeFieldsProps {
  readonly reference: RefObject<HTMLFieldSetElement | null>;
  readonly fields: readonly ChangeField[];
  readonly result: Readonly<Record<string, unknown>>;
}

export function ChangeFields({ reference, fields, result }: ChangeFieldsProps) {
  const shownOf = (name: string): string => {
    const value = result[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  return (
    <fieldset ref={reference}>
      <legend>With an approval, you may change</legend>
      {fields.map((field) => (
        <p key={field.name}>
          <label htmlFor={`change-${field.name}`}>{field.name}</label> <ChangeInput field={field} shown={shownOf(field.name)} />
        </p>
      ))}
    </fieldset>
  );
}

function ChangeInput({ field: { name, type, options, min, max }, shown }: { field: ChangeField; shown: string }) {
  const id = `change-${name}`;
  if (type === 'choice')
    return (
      <select id={id} name={name} defaultValue={shown}>
        <option value="" />
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    );
  if (type === 'text') return <input id={id} type="text" name={name} maxLength={max} defaultValue={shown} />;
  return (
    <>
      <input id={id} type="number" step="any" name={name} min={min} max={max} defaultValue={shown} />{' '}
      <span className="faint">
        {min} to {max}
      </span>
    </>
  );
}
