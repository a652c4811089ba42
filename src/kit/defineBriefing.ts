/** What a flow says to an LLM, from its parts: for each type that goes on to a case its facts, and the states that may be looked up. */
import type { z } from 'zod';
import type { FlowEvent, Json } from '../domain/event.ts';
import type { Briefed, Fact, FlowBriefing } from '../domain/flow.ts';
import { type DataOf, type EventTypes, ofType } from './defineEvents.ts';
import { stateKey } from './stateKey.ts';

/** An event as an LLM may see it: what a mark hides is a text in its place. */
interface ShownEvent<Data> extends Omit<FlowEvent, 'data'> {
  readonly data: { readonly [Field in keyof Data]?: Json };
}

interface Told<Variables> {
  readonly variables: Variables;
  readonly facts: readonly Fact[];
}

interface Briefing<Types, Variables extends z.ZodObject, Policy> {
  readonly variables: Variables;
  readonly on: {
    readonly [Type in keyof Types]?: (
      event: ShownEvent<DataOf<Types[Type]>>,
      about: Omit<Briefed<Policy>, 'event'>,
    ) => Told<z.input<Variables> & Readonly<Record<string, string | number>>>;
  };
  readonly lookUps?: Readonly<
    Record<
      string,
      {
        readonly description: string;
        /** The state that is looked at, by its name in the reflex. */
        readonly state: string;
        /** Whose it is. */
        readonly of: { readonly [Type in keyof Types]?: (data: DataOf<Types[Type]>) => string };
      }
    >
  >;
}

/** Functions of a type get what the edge has held against the type's schema, masked for `on`. */
export function defineBriefing<Types extends EventTypes, Variables extends z.ZodObject, Policy>(
  _events: Types,
  { variables, on, lookUps = {} }: Briefing<Types, Variables, Policy>,
): FlowBriefing<Policy> {
  const tellers = on as unknown as Readonly<
    Record<string, (event: FlowEvent, about: Briefed<Policy>) => Told<Record<string, string | number>>>
  >;
  return {
    variables,
    brief(about) {
      const tell = ofType(tellers, about.event);
      if (tell === undefined) throw new RangeError(`Cannot ask an LLM as the flow has nothing to say of ${about.event.type}`);
      return tell(about.event, about);
    },
    lookUps: Object.fromEntries(
      Object.entries(lookUps).map(([name, { description, state, of }]) => {
        const owners = of as Readonly<Record<string, (data: FlowEvent['data']) => string>>;
        return [name, { description, key: (event) => stateKey(state, ofType(owners, event)?.(event.data) ?? '') }];
      }),
    ),
  };
}
