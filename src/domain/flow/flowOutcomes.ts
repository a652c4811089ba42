/** What later turns out to be true of a flow's decisions, and which events say so. */
import type { FlowEvent } from '../event.ts';

/** An event as labels see it. */
export type LabelledEvent = Pick<FlowEvent, 'type' | 'data' | 'timeMs'>;

/** A label: what later turned out to be true, and of which decision. */
export interface OutcomeLabel {
  /** As `FlowOutcomes.keyOf` gives it for the event that was decided. */
  readonly key: string;
  /**
   * One of `FlowOutcomes.truths`; or, where the label alone does not tell it, what both events together do: whether goods came when they
   * were promised. Such a label says nothing where the event that it is about is not there before it.
   */
  readonly truth: string | ((labelled: LabelledEvent, label: LabelledEvent) => string);
}

/**
 * What an event says of decisions before it, none of which it can name: a failure, of the alert that foretold it. It labels the newest
 * decision of its subject with one of these outcomes whose event is at most so much older than it; where there is none, the newest of
 * all: what was to be foretold was missed.
 */
export interface Hindsight {
  readonly truth: string;
  readonly outcomes: readonly string[];
  readonly withinMs: number;
}

/** How late labels find their decisions, and what they say of them. */
export interface FlowOutcomes {
  /** What can turn out to be true. */
  readonly truths: readonly string[];
  /** The truth that each outcome claims: `decline` claims `fraud`. An outcome without one is counted, not judged. */
  readonly claims: Readonly<Record<string, string>>;
  /** The truth that counts as positive in precision and recall. */
  readonly positive: string;
  /** What no label within so many days means; absent: nothing. */
  readonly silence?: { readonly days: number; readonly truth: string };
  /** The business key of an event that is decided, looked for among the events of its subject; null: it has none. */
  keyOf(event: Pick<FlowEvent, 'type' | 'data'>): string | null;
  /** The label that an event of the flow carries; null: it carries none. */
  labelOf(event: Pick<FlowEvent, 'type' | 'data'>): OutcomeLabel | null;
  /** What an event says in hindsight; null: nothing. An event carries a label or this. */
  hindsightOf?(event: Pick<FlowEvent, 'type' | 'data'>): Hindsight | null;
}
