/** What had to hold for an outcome, by what was seen and what the policy wants: what "why not" is answered from. */
import type { Reason, Rung } from './decision.ts';
import type { Json, JsonObject } from './event.ts';

export interface Condition {
  /** Whose it is: where it does not hold, that rung decides otherwise or passes on. */
  readonly rung: Rung;
  /** Short and stable: the code of the reason, where one is given. */
  readonly name: string;
  /** What is looked at, in words: `payments of the card within an hour`. */
  readonly text: string;
  /** Null: it is not known any more, or was never looked at. */
  readonly seen: Json;
  /** In words: `at most 10`. */
  readonly needed: string;
  /** Null: not known, as something before it did not hold or `seen` is gone. */
  readonly met: boolean | null;
  /** The number that `seen` is held against, where both are numbers. */
  readonly limit?: number;
}

/** Scores from `from` on, below `to`, by which a flow's model decides. */
export interface Band {
  readonly outcome: string;
  readonly from: number;
  readonly to: number;
}

/** A decision of the reflex, as it is kept. */
export interface Considered<Policy = unknown> {
  readonly type: string;
  readonly data: JsonObject;
  /** What the judge kept beside the decision (`seen` of `climbNow`). */
  readonly seen: Readonly<Record<string, Json>>;
  readonly score: number | null;
  readonly result: Readonly<Record<string, unknown>>;
  readonly reasons: readonly Reason[];
  readonly policy: Policy;
}

export interface FlowConditions<Policy = unknown> {
  /** By outcome: what must hold, in the order in which it is asked. An outcome that the event's type cannot have may be left out. */
  of(about: Considered<Policy>): Readonly<Record<string, readonly Condition[]>>;
  /** Where the flow's score falls into bands; in their order. */
  bands?(policy: Policy): readonly Band[];
}
