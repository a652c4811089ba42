/** What a flow is: schemas, subject, reflex, policy and (the name of) a workflow. One folder under `flows/`. */

import type { z } from 'zod';
import type { FlowConditions } from './conditions.ts';
import type { Decision, DecisionDraft, RungFinding } from './decision.ts';
import type { FlowEvent, Json, JsonObject } from './event.ts';

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

/**
 * What a field of the data may be shown to. `plain`: numbers, and codes of a list or a
 * pattern, may stand anywhere. `id`: names something (an order, a card): exact everywhere but before an LLM, as whoever sends it may write
 * anything into it. `untrusted`:
 * text of a stranger, quoted as data wherever it is read. `personal`: for people who may read events; masked before a prompt, never in
 * a history, a log or a metric. `secret`: masked for reviewers too. A field that is not named here is `personal`: nobody knows what is in it.
 */
export type Exposure = 'plain' | 'id' | 'untrusted' | 'personal' | 'secret';

export interface EventType {
  /** Strict about what it names, loose about the rest: unknown fields are kept. */
  readonly schema: z.ZodType<JsonObject>;
  /** The one place that names the subject. Of a type that is followed: by the policy too, which holds where the event is taken over. */
  subject(data: JsonObject, policy?: unknown): string;
  /** By name of a field of the data. */
  readonly fields: Readonly<Record<string, Exposure>>;
  /** The flow itself makes such events: nobody else may send one. */
  readonly own?: true;
}

/** What an LLM is told of: an event with its data masked, and what is known about it so far. */
export interface Briefed<Policy = unknown> {
  readonly event: FlowEvent;
  readonly found: JsonObject;
  readonly provisional: Decision | null;
  readonly policy: Policy;
}

/** A statement that an LLM's reasons may cite. */
export interface Fact {
  /** `[a-z][a-zA-Z0-9]*`, once in a briefing. */
  readonly id: string;
  /** What it is, in the flow's own words: never text of the event. */
  readonly label: string;
  readonly value: Json;
}

/** A read-only look at a state of the reflex, which an LLM may ask for. */
export interface LookUp {
  readonly description: string;
  /** The key whose state is shown, made from the event alone: a model's text names no key. */
  key(event: FlowEvent): string;
}

/** What a flow says to an LLM. */
export interface FlowBriefing<Policy = unknown> {
  /** Names and types of the `{{name}}`s that its prompts may use. */
  readonly variables: z.ZodObject;
  brief(about: Briefed<Policy>): { readonly variables: Readonly<Record<string, string | number>>; readonly facts: readonly Fact[] };
  /** By the name of the tool, besides those that every flow has. */
  readonly lookUps: Readonly<Record<string, LookUp>>;
}

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

/** Where a trained model comes from and what it is worth. Days as YYYY-MM-DD. What learns while it runs has none: its log says it. */
export interface ModelCard {
  readonly name: string;
  /** 12 hex of the SHA-256 of its file. */
  readonly version: string;
  /** In the flow's `model/`. */
  readonly script: string;
  readonly data: string;
  readonly trained: { readonly from: string; readonly to: string };
  /** Null where its scores are as trained. */
  readonly calibrated: { readonly from: string; readonly to: string } | null;
  readonly figures: Readonly<Record<string, number>>;
  /** By what, on which days. */
  readonly measured: string;
}

/** A figure that a flow tells of itself, a share, with its 95 % interval; null where too little is known. */
export interface FlowFigure {
  /** `[a-z-]+`, once. */
  readonly name: string;
  readonly text: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** How many it rests on, by what they are. */
  readonly of: Readonly<Record<string, number>>;
}

export interface Flow<Policy = unknown> {
  /** `[a-z][a-z0-9-]*`, not `unrouted`. Also the first part of workflow ids and of policy versions. */
  readonly name: string;
  readonly title: string;
  /** By CloudEvents type. A type is answered by one flow only. */
  readonly types: Readonly<Record<string, EventType>>;
  /**
   * Types that other flows answer, or none: this one takes their events over after they were accepted, with a schema, a subject and
   * marks of its own. Those from before it was there it only learns from, as from history.
   */
  readonly follows?: Readonly<Record<string, EventType>>;
  /**
   * Events that its cases, or whoever follows its outcomes, make for others to follow. One that is a type of the flow's own too goes into its
   * own log and is folded there; any other is unrouted until a flow follows it. Nobody else may send one.
   */
  readonly emits?: Readonly<Record<string, EventType>>;
  /** What the memory of its reflex tells of how well it does: shown by `quality`, as of the memory's newest checkpoint. Pure. */
  readonly figures?: (memory: unknown) => readonly FlowFigure[];
  /**
   * What the flow tells, by one of its `emits`, where a person takes an action back that was done: a price is what it was. Pure; null: nothing.
   * Once an event and type, so no type that its cases emit too.
   */
  readonly undone?: (taken: {
    readonly action: string;
    readonly subject: string;
    readonly result: JsonObject;
  }) => { readonly type: string; readonly data: JsonObject } | null;
  /** The policy.yaml's schema: strict, clear errors. */
  readonly policySchema: z.ZodType<Policy>;
  /** The text of policy.yaml. */
  readonly policyText: string;
  /** By name, which is a type of the flow's own. */
  readonly watches?: Readonly<Record<string, Watch<Policy>>>;
  /** Absent: every event goes to its case. */
  readonly reflex?: Reflex<Policy>;
  /** SHA-256 (hex) over the code and model that fold; changes whenever folding may. */
  readonly code: string;
  /** Name of the exported workflow function; absent: a case asks nobody, it takes the actions of what the reflex decides. */
  readonly workflow?: string;
  /** What each outcome takes: what "why not" is answered from. No part of what folds. */
  readonly conditions?: FlowConditions<Policy>;
  /** The names of the final outcomes of its decisions. */
  readonly outcomes: readonly string[];
  /** The subject is personal: workflow ids, search attributes and histories carry a keyed hash of it. */
  readonly subjectPersonal?: boolean;
  /** Absent: no LLM rung can be climbed. */
  readonly briefing?: FlowBriefing<Policy>;
  /** Of the trained models that it decides with. */
  readonly models?: readonly ModelCard[];
  /** Absent: no labels. */
  readonly labels?: FlowOutcomes;
}
