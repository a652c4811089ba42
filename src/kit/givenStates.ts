/**
 * The states that a function of a reflex is given, from their bytes and back. Only what it asks for is read: most payments need not know
 * what the desk of reviews remembers.
 */
import type { StateBytes } from '../domain/flow/reflex.ts';
import type { StateCodec } from './state/stateCodec.ts';

/** Whose state of one name an event reads: one, several, or none. */
export type NamedKeys = string | readonly string[] | undefined;

export const listed = (of: NamedKeys): readonly string[] => (typeof of === 'string' ? [of] : (of ?? []));

/** The states of one name, in their place among those of the event. Their bytes are read when its function first asks for them. */
class Place {
  readonly name: string;
  readonly codec: StateCodec<unknown>;
  readonly several: boolean;
  readonly bytes: readonly (StateBytes | null)[];
  #read: readonly unknown[] | null = null;

  constructor(name: string, of: NamedKeys, given: Pick<Place, 'codec' | 'bytes'>) {
    this.name = name;
    this.codec = given.codec;
    this.several = typeof of !== 'string' && of !== undefined;
    this.bytes = given.bytes;
  }

  /** The list of them, or the one; undefined where the event names no key of it. */
  get states(): unknown {
    this.#read ??= this.bytes.map((state) => (state === null ? this.codec.empty() : this.codec.read(state)));
    return this.several ? this.#read : this.#read[0];
  }
}

export function placesOf(
  names: readonly (readonly [string, NamedKeys])[],
  before: readonly (StateBytes | null)[],
  codecOf: (name: string) => StateCodec<unknown>,
): Place[] {
  let from = 0;
  return names.map(([name, of]) => {
    const bytes = before.slice(from, from + listed(of).length);
    from += bytes.length;
    return new Place(name, of, { codec: codecOf(name), bytes });
  });
}

/** What a function is given: the states under their names. */
export class GivenStates {
  readonly #places: readonly Place[];

  constructor(places: readonly Place[]) {
    this.#places = places;
  }

  /** `names`: of all states of the reflex. */
  static by(names: readonly string[]): typeof GivenStates {
    class Given extends GivenStates {}
    for (const name of names)
      Object.defineProperty(Given.prototype, name, {
        get(this: GivenStates): unknown {
          return this.#places.find((place) => place.name === name)?.states;
        },
      });
    return Given;
  }
}

/** Null for a state that the answer does not name. */
export function written(places: readonly Place[], after: Readonly<Record<string, unknown>>, eventMs: number): (StateBytes | null)[] {
  const strange = Object.keys(after).find((name) => !places.some((place) => place.name === name));
  if (strange !== undefined) throw new TypeError(`Cannot keep the state ${strange} as the event names no key of it`);
  return places.flatMap(({ name, codec, several, bytes }) => {
    const answered = after[name];
    const states = several ? ((answered ?? []) as readonly unknown[]) : [answered];
    return bytes.map((old, at) => {
      const state = states[at];
      if (state == null) return null;
      return codec.write(state, Math.max(eventMs, old === null ? Number.NEGATIVE_INFINITY : codec.newestMs(old)));
    });
  });
}
