/** Labels from their parts: for each type that is decided its business key, for each that tells the truth what it tells. */
import type { FlowOutcomes, Hindsight, OutcomeLabel } from '../domain/flow/flowOutcomes.ts';
import { type DataOf, type EventTypes, ofType } from './defineEvents.ts';

type SomeTypes<Types, Result> = { readonly [Type in keyof Types]?: (data: DataOf<Types[Type]>) => Result };

interface Labels<Types> extends Omit<FlowOutcomes, 'keyOf' | 'labelOf' | 'hindsightOf'> {
  readonly keyOf?: SomeTypes<Types, string>;
  readonly labelOf?: SomeTypes<Types, OutcomeLabel>;
  readonly hindsightOf?: SomeTypes<Types, Hindsight>;
}

export function defineLabels<Types extends EventTypes>(
  _events: Types,
  { keyOf = {}, labelOf = {}, hindsightOf = {}, ...labels }: Labels<Types>,
): FlowOutcomes {
  return {
    ...labels,
    keyOf: (event) => ofType(untyped<string>(keyOf), event)?.(event.data) ?? null,
    labelOf: (event) => ofType(untyped<OutcomeLabel>(labelOf), event)?.(event.data) ?? null,
    hindsightOf: (event) => ofType(untyped<Hindsight>(hindsightOf), event)?.(event.data) ?? null,
  };
}

/** The edge has held each event's data against the schema of its type. */
const untyped = <Result>(byType: object) => byType as Readonly<Record<string, (data: unknown) => Result>>;
