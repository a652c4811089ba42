/** Emissions: which a flow may make, and what each must be. Pure. */
import type { Emission } from '../domain/emission.ts';
import { offSchema, subjectOf } from '../domain/eventType.ts';
import type { Flow } from '../domain/flow.ts';

/** A policy is read aloud: what a flow tells others of is a short list. */
const TYPES_MAX = 16;
const TYPE = /^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$/;
const DATA_CHARS_MAX = 16_384;

/** Says why the flow's emissions cannot be; null where they can. `others`: the flows beside it. */
export function emissionFault({ name: flow, types, watches = {}, emits = {} }: Flow, others: readonly Flow[]): string | null {
  const names = Object.keys(emits);
  if (names.length > TYPES_MAX) return `Cannot emit ${names.length} types by ${flow} as it must be at most ${TYPES_MAX}`;
  for (const name of names) {
    const cannot = `Cannot emit ${name} by ${flow} as`;
    if (!TYPE.test(name)) return `${cannot} it must be lower-case words with dots or hyphens between`;
    if (Object.hasOwn(watches, name)) return `${cannot} it is a watch of the flow`;
    if (Object.hasOwn(types, name) && types[name]?.own !== true) return `${cannot} the flow takes it from outside: mark it as its own`;
    const other = others.find((one) => one.name !== flow && (Object.hasOwn(one.types, name) || Object.hasOwn(one.emits ?? {}, name)));
    if (other !== undefined) return `${cannot} ${other.name} ${Object.hasOwn(other.types, name) ? 'answers' : 'emits'} it: follow it there`;
  }
  return null;
}

/** The subject of an emission. Throws `off-schema` where its flow may not make it, or its data does not fit. */
export function emittedSubject({ name, emits = {} }: Flow, { type, data }: Pick<Emission, 'type' | 'data'>): string {
  if (!Object.hasOwn(emits, type)) throw offSchema(`The flow ${name} does not emit ${type}`);
  const chars = JSON.stringify(data).length;
  if (chars > DATA_CHARS_MAX) throw offSchema(`The data of ${type} must be at most ${DATA_CHARS_MAX} characters: it has ${chars}`);
  return subjectOf({ name, types: emits }, { type, data });
}

/** Where the flow's emissions go: into its own log those that it takes itself, the others to whoever follows them. */
export function emittedTypes({ types, emits = {} }: Flow): { readonly own: readonly string[]; readonly others: readonly string[] } {
  const names = Object.keys(emits);
  return { own: names.filter((name) => Object.hasOwn(types, name)), others: names.filter((name) => !Object.hasOwn(types, name)) };
}
