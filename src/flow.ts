/** What a flow is: schemas, subject, reflex, policy and (the name of) a workflow. One folder under `flows/`. */
import type { z } from 'zod';
import type { DecisionDraft, RungFinding } from './decision.ts';
import type { FlowEvent, JsonObject } from './event.ts';

/** State of one key, encoded by the flow. Never changed in place: a fold gives new bytes. */
export type StateBytes = Uint8Array;

/** What a reflex says about one event. */
export interface Folded {
  /** New state per key of `keys(event)`, in that order; null leaves a key as it is. */
  readonly states: readonly (StateBytes | null)[];
  /** A decision. Final unless `provisional`; a provisional one goes on to a case. */
  readonly decision?: DecisionDraft;
  /** Hand the event to its case, with what was found so far (features, rungs): at most 16 kB as JSON. */
  readonly signal?: { found: JsonObject; rungs: RungFinding[] };
}

/**
 * A pure, synchronous fold: no I/O, no clock but the event's, no randomness.
 * It may throw: the event is then quarantined and the state stays as it was.
 */
export interface Reflex<Policy> {
  /** Number of the state's encoding; rows carry it. A reader must accept every format it ever wrote. */
  readonly format: number;
  /** The keys whose state this event reads and writes, at most 8, each up to 512 characters. */
  keys(event: FlowEvent): readonly string[];
  /**
   * An event whose time is more than this behind the newest of any of its keys is recorded, not folded.
   * `newestMs` reads a state's newest event time.
   */
  readonly latenessMs: number;
  /** Types that are folded however late they come: labels, which count from their arrival on. */
  readonly timeless?: readonly string[];
  newestMs(state: StateBytes): number;
  fold(states: readonly (StateBytes | null)[], event: FlowEvent, policy: Policy): Folded;
  /** A readable view of a subject's state, for the timeline. */
  show(key: string, state: StateBytes): JsonObject;
  /** The key of a subject's own state, for the timeline. */
  subjectKey(subject: string): string;
}

export interface EventType {
  /** Strict about what it names, loose about the rest: unknown fields are kept. */
  readonly schema: z.ZodType<JsonObject>;
  /** The one place that names the subject. */
  subject(data: JsonObject): string;
}

export interface Flow<Policy = unknown> {
  /** `[a-z][a-z0-9-]*`, not `unrouted`. Also the first part of workflow ids and of policy versions. */
  readonly name: string;
  readonly title: string;
  /** By CloudEvents type. A type is answered by one flow only. */
  readonly types: Readonly<Record<string, EventType>>;
  /** The policy.yaml's schema: strict, clear errors. */
  readonly policySchema: z.ZodType<Policy>;
  /** The text of policy.yaml. */
  readonly policyText: string;
  /** Absent: every event goes to its case. */
  readonly reflex?: Reflex<Policy>;
  /** SHA-256 (hex) over the code and model that fold; changes whenever folding may. */
  readonly code: string;
  /** Name of the exported workflow function; absent for flows that never open a case. */
  readonly workflow?: string;
}
