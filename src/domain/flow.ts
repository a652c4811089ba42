/** What a flow is: schemas, subject, reflex, policy and (the name of) a workflow. One folder under `flows/`. */

import type { z } from 'zod';
import type { FlowConditions } from './conditions.ts';
import type { Decision } from './decision.ts';
import type { FlowEvent, Json, JsonObject } from './event.ts';
import type { FlowOutcomes } from './flow/flowOutcomes.ts';
import type { Reflex, Watch } from './flow/reflex.ts';

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
