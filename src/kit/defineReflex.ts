/**
 * A reflex from its parts: which states an event reads, how they become bytes, and for each type a function that folds it. What a
 * function is given it may change in place: each state is read for it alone, when it asks.
 */
import type { FlowEvent, Json, JsonObject } from '../domain/event.ts';
import type { Folded, Memory, Reflex } from '../domain/flow/reflex.ts';
import { type DataOf, type EventTypes, ofType, type TypedEvent } from './defineEvents.ts';
import { GivenStates, listed, placesOf, written } from './givenStates.ts';
import type { StateCodec, StateOf } from './state/stateCodec.ts';
import { stateKey, stateName } from './stateKey.ts';

/** By name of the state: `card` is kept under keys such as `card:4711`. */
// biome-ignore lint/suspicious/noExplicitAny: each state has another type, and a codec reads and writes its own
type Codecs = Readonly<Record<string, StateCodec<any>>>;

/** Whose state of each name an event reads: one, several, or none. */
type Named<States> = { readonly [Name in keyof States]?: string | readonly string[] | undefined };

type KeysByType<Types, States> = { readonly [Type in keyof Types]: (data: DataOf<Types[Type]>, subject: string) => Named<States> };

type ResultOf<Function> = Function extends (...given: never) => infer Result ? Result : never;

/** The states of the keys that were named: in a list where several were. */
type Given<States, Names> = {
  readonly [Name in keyof Names & keyof States]: Names[Name] extends readonly string[]
    ? StateOf<States[Name]>[]
    : Names[Name] extends string
      ? StateOf<States[Name]>
      : StateOf<States[Name]> | undefined;
};

/** What a function says of an event. A state that it does not name stays as it was. */
export interface Answer<States, Lesson = Json> extends Pick<Folded, 'decision' | 'signal' | 'lookAgain' | 'watches'> {
  readonly states?: Partial<States>;
  /** For the reflex's memory. */
  readonly lesson?: Lesson;
}

interface ReflexDefinition<Types, States, Keys, Policy, Held, Lesson> {
  readonly events: Types;
  readonly states: States;
  /** At most 32 for an event. */
  readonly keys: Keys;
  /** The state that is kept by subject, or which it is where a flow has subjects of several kinds; absent: none is. */
  readonly subject?: (keyof States & string) | ((subject: string) => keyof States & string);
  /** An event more than this behind the newest of any of its keys is recorded, not folded. */
  readonly latenessMs: number;
  /** Types that are folded however late they come, and make no other event late: labels, which count from their arrival on. */
  readonly timeless?: readonly (keyof Types & string)[];
  readonly on: {
    readonly [Type in keyof Types]: (
      states: Given<States, ResultOf<Keys[Type & keyof Keys]>>,
      event: TypedEvent<Types, Type>,
      policy: Policy,
      memory: Held,
    ) => Answer<Given<States, ResultOf<Keys[Type & keyof Keys]>>, Lesson>;
  };
  /** One state over all keys, which functions read and only lessons change. */
  readonly memory?: Memory<Held, Lesson>;
  /** A readable view of a state, for the timeline; absent: as its codec shows it. */
  readonly show?: { readonly [Name in keyof States]?: (state: StateOf<States[Name]>) => JsonObject };
}

/** The same without types, as events come: the edge has held each against its schema, so a function gets what its type says. */
interface AnyReflex {
  readonly keys: Readonly<Record<string, (data: JsonObject, subject: string) => Named<Codecs>>>;
  readonly on: Readonly<
    Record<string, (states: object, event: FlowEvent, policy: unknown, memory: unknown) => Answer<Record<string, unknown>>>
  >;
  readonly show?: Readonly<Record<string, (state: unknown) => JsonObject>>;
}

export function defineReflex<
  Types extends EventTypes,
  States extends Codecs,
  const Keys extends KeysByType<Types, States>,
  Policy,
  Held = unknown,
  Lesson = Json,
>(definition: ReflexDefinition<Types, States, Keys, Policy, Held, Lesson>): Reflex<Policy> {
  const { events, states, latenessMs, timeless = [], subject, memory } = definition;
  const { keys, on, show = {} } = definition as unknown as AnyReflex;
  const codecOf = (name: string): StateCodec<unknown> => {
    const codec = Object.hasOwn(states, name) ? states[name] : undefined;
    if (codec === undefined) throw new TypeError(`Cannot fold as the reflex has no state ${name}`);
    return codec;
  };
  const keyed = (key: string): [name: string, codec: StateCodec<unknown>] => {
    const name = stateName(key);
    return [name, codecOf(name)];
  };
  const namesOf = (event: FlowEvent): [string, string | readonly string[] | undefined][] =>
    Object.entries(known(keys, event)(event.data, event.subject));
  const Given = GivenStates.by(Object.keys(states));
  return {
    format: Math.max(0, ...Object.values(states).map(({ format }) => format)),
    latenessMs,
    timeless,
    keys(event) {
      const all: string[] = [];
      for (const [name, of] of namesOf(event)) for (const key of listed(of)) all.push(stateKey(name, key));
      return unique(all);
    },
    newestMs: (key, state) => keyed(key)[1].newestMs(state),
    subjectKey: (of) => stateKey(typeof subject === 'function' ? subject(of) : (subject ?? ''), of),
    show(key, state) {
      const [name, codec] = keyed(key);
      const read = codec.read(state);
      return (ofType(show, { type: name }) ?? codec.show)(read);
    },
    ...(memory === undefined ? {} : { memory: memory as Memory }),
    fold(before, event, policy, remembered) {
      const places = placesOf(namesOf(event), before, codecOf);
      const { states: after = {}, ...answer } = known(on, event)(new Given(places), event, policy, remembered);
      // what the flow itself tells of comes at its acceptance: what its sender had on the way is no later for that
      const behind = timeless.includes(event.type) || events[event.type]?.own === true;
      const eventMs = behind ? Number.NEGATIVE_INFINITY : event.timeMs;
      return { states: written(places, after, eventMs), ...answer };
    },
  };
}

function known<Says>(says: Readonly<Record<string, Says>>, event: FlowEvent): Says {
  const found = ofType(says, event);
  if (found === undefined) throw new TypeError(`Cannot fold ${event.type} as the reflex does not know it`);
  return found;
}

/** A key that is named twice would be read twice, and what is written last would win. */
function unique(keys: readonly string[]): readonly string[] {
  if (keys.length > 1 && new Set(keys).size < keys.length) throw new RangeError('Cannot fold as a key is named twice');
  return keys;
}
