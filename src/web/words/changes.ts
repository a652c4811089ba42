/** The changes that an approval may carry: fields drawn from the JSON schema of the approval, and what a reviewer changed in them. */
import type { JsonObject } from '../../domain/event.ts';

export interface ChangeField {
  readonly name: string;
  readonly type: 'number' | 'text' | 'choice';
  readonly options: readonly string[];
  readonly min: number | undefined;
  readonly max: number | undefined;
}

interface Property {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

export function fieldsOfForm(form: JsonObject | null): ChangeField[] {
  const properties = (form?.properties ?? {}) as Record<string, Property>;
  return Object.entries(properties).map(([name, { type, enum: options, minimum, maximum, maxLength }]) => ({
    name,
    type: options !== undefined ? 'choice' : type === 'number' || type === 'integer' ? 'number' : 'text',
    options: (options ?? []).map(String),
    min: minimum,
    max: maximum ?? maxLength,
  }));
}

interface Fields {
  querySelector(selector: string): unknown;
}

/** Absent where nothing was changed: an empty field changes nothing, nor one that was left as it is proposed. */
export function changedOf(
  fields: readonly ChangeField[],
  from: Fields | null,
  result: Readonly<Record<string, unknown>>,
): JsonObject | undefined {
  const changed = fields.flatMap(({ name, type }): [string, string | number][] => {
    const field = from?.querySelector(`[name="${CSS.escape(name)}"]`) as { value: string } | null | undefined;
    if (field == null || field.value === '') return [];
    const value = type === 'number' ? Number(field.value) : field.value;
    return result[name] === value ? [] : [[name, value]];
  });
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}
