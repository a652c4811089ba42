/** The events of a flow: for each type a schema, whom it is about, and what may be shown of each of its fields. */
import type { z } from 'zod';
import type { FlowEvent } from '../domain/event.ts';
import type { EventType, Exposure } from '../domain/flow.ts';

type Shape = z.core.$ZodShape;
type Data<Of extends Shape> = z.input<z.ZodObject<Of, z.core.$loose>>;

export interface TypedEventType<Of extends Shape> {
  /** Strict about what it names; `z.looseObject` keeps and lets through the rest. Data stays what was sent: nothing in it may change data. */
  readonly schema: z.ZodObject<Of, z.core.$ZodObjectConfig>;
  /** The one place that names the subject. Of a type that is followed: by the policy too, which holds where the event is taken over. */
  subject(data: Data<Of>, policy: never): string;
  /** Each field of the schema has its mark; others may have one too. */
  readonly fields: { readonly [Field in keyof Of]: Exposure } & Readonly<Record<string, Exposure>>;
  /** The flow itself makes such events: nobody else may send one. */
  readonly own?: true;
}

/** By CloudEvents type, whatever their shapes. */
export type EventTypes = Readonly<
  Record<
    string,
    {
      readonly schema: z.ZodObject<z.core.$ZodLooseShape, z.core.$ZodObjectConfig>;
      readonly fields: Readonly<Record<string, Exposure>>;
      readonly own?: true;
      subject(data: never, policy: never): string;
    }
  >
>;

/** The data of one of these types, as it was sent. */
export type DataOf<Type> = Type extends { readonly schema: z.ZodObject<infer Of, z.core.$ZodObjectConfig> } ? Data<Of> : never;

/** An event of one of these types. */
export interface TypedEvent<Types, Type extends keyof Types> extends Omit<FlowEvent, 'type' | 'data'> {
  readonly type: Type;
  readonly data: DataOf<Types[Type]>;
}

export function defineEvents<Shapes extends Readonly<Record<string, Shape>>>(
  types: { readonly [Type in keyof Shapes]: TypedEventType<Shapes[Type]> },
): { readonly [Type in keyof Shapes]: TypedEventType<Shapes[Type]> } {
  return types;
}

/** As the service knows them, which does not know their shapes. */
export function asEventTypes(types: EventTypes): Readonly<Record<string, EventType>> {
  return types as unknown as Readonly<Record<string, EventType>>;
}

/** What a flow says of the type of an event; undefined where it says nothing. The edge has held the data against the type's schema. */
export function ofType<Says>(says: Readonly<Record<string, Says>>, { type }: Pick<FlowEvent, 'type'>): Says | undefined {
  return Object.hasOwn(says, type) ? says[type] : undefined;
}
