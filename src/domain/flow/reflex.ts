/** What decides an event when it is accepted: a reflex, with its states, its memory and its watches. */
import type { DecisionDraft, RungFinding } from '../decision.ts';
import type { FlowEvent, Json, JsonObject } from '../event.ts';

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
  /** Beside a final decision: the event's case is to look at it again, with what was found: at most 16 kB as JSON. */
  readonly lookAgain?: { found: JsonObject };
  /** By name of a watch: the instant at which it is due opens it on the event's subject, null closes it. One that is open stays as it is. */
  readonly watches?: Watching;
  /** What the flow's memory is to learn of this event, of whatever its states were: JSON, at most 16 kB. Absent: nothing. */
  readonly lesson?: Json;
}

/**
 * One state over all keys of a flow, kept by each process and too big to be written with each batch. It learns from lessons, which are kept
 * until all that learnt them is in a checkpoint: whoever missed some learns them then. A lesson is all that it learns from, as the states
 * that its event was folded on are gone by then.
 */
export interface Memory<Held = unknown, Lesson = Json> {
  /** Number of the encoding of what `save` writes and of lessons, raised by hand. What another one wrote is not read: the log is folded anew. */
  readonly format: number;
  empty(): Held;
  /** Pure but for the memory, which it may change in place. One that throws changes nothing, and puts the event of its lesson into quarantine. */
  learn(memory: Held, lesson: Lesson): void;
  /** The same bytes for what learns alike, whether it was loaded in between or not. */
  save(memory: Held): Uint8Array;
  /** Neither changes the bytes nor keeps them. */
  load(bytes: Uint8Array): Held;
  /** `save` never gives more: what it forgets instead is the flow's to say. */
  readonly limitBytes: number;
}

export type Watching = Readonly<Record<string, number | null>>;

/** What a look at a watch that is due says: it is, since when; or it is not, and when to look again. */
export type WatchAnswer = { readonly dueSinceMs: number } | { readonly againAtMs: number };

/** Tells that something did not come. Its name is the type of the flow's own event that is appended when it is due. */
export interface Watch<Policy = unknown> {
  /** The field of the own event's data that names the subject. */
  readonly subjectField: string;
  /** The keys whose states the check is shown, as many as an event may have. */
  keys(subject: string): readonly string[];
  /** Pure, like a reflex. `nowMs` is the acceptance time that the own event would have. Asked only when the watch seems due. */
  check(states: readonly (StateBytes | null)[], policy: Policy, nowMs: number): WatchAnswer;
}

/**
 * A pure, synchronous fold: no I/O, no clock but the event's, no randomness.
 * It may throw: the event is then quarantined and the state stays as it was.
 */
export interface Reflex<Policy> {
  /** Number of the state's encoding; rows carry it. A reader must accept every format it ever wrote. */
  readonly format: number;
  /** The keys whose state this event reads and writes, at most 32, each up to 2,304 bytes. */
  keys(event: FlowEvent): readonly string[];
  /**
   * An event whose time is more than this behind the newest of any of its keys is recorded, not folded.
   * `newestMs` reads the newest event time of a key's state.
   */
  readonly latenessMs: number;
  /** Types that are folded however late they come: labels, which count from their arrival on. */
  readonly timeless?: readonly string[];
  newestMs(key: string, state: StateBytes): number;
  /** `memory` is as all events before left it; only `learn` changes it. */
  fold(states: readonly (StateBytes | null)[], event: FlowEvent, policy: Policy, memory?: unknown): Folded;
  /** Absent: the flow has none. */
  readonly memory?: Memory;
  /** A readable view of a subject's state, for the timeline. */
  show(key: string, state: StateBytes): JsonObject;
  /** The key of a subject's own state, for the timeline. */
  subjectKey(subject: string): string;
}
