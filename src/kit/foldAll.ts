/**
 * Folds events in order as accepting them would, without a database: positions, the time that counts, lateness, quarantine, and each
 * event with the policy that holds there. Evaluation, backtests and tests fold through it, so that none of them has rules of its own.
 *
 * Not here: repeats (the caller gives each event once) and cases (an event that waits for one stays `waiting`).
 */
import type { FlowEvent, JsonObject } from '../domain/event.ts';
import { subjectOf } from '../domain/eventType.ts';
import type { StateBytes } from '../domain/flow/reflex.ts';
import type { Flow } from '../domain/flow.ts';
import { effectiveTime, type FoldedEntry, foldEntry, keysOf, type States } from './fold.ts';
import { Remembered } from './remembered.ts';

/** What a lesson that fails has learnt again goes back so far. */
const SNAPSHOT_LESSONS = 10_000;

/** An event as its sender gave it. One of the two times must be there. */
export interface SentEvent {
  readonly type: string;
  readonly data: JsonObject;
  /** As it was sent; absent: its sender gave none. */
  readonly timeMs?: number;
  /** Absent: it was accepted at its own time. */
  readonly acceptedAtMs?: number;
  readonly source?: string;
  /** Absent: its position. */
  readonly id?: string;
  readonly expired?: boolean;
  readonly history?: boolean;
}

/** From here on events are folded with this policy. */
export interface PolicySwitch<Policy> {
  readonly policy: Policy;
}

export interface FoldedEvent<Sent extends SentEvent = SentEvent> extends FoldedEntry {
  /** What was given, with whatever its caller put beside it. */
  readonly sent: Sent;
  readonly event: FlowEvent;
  /** The states that it was folded on, in the order of its keys; empty where these could not be named. */
  readonly before: readonly (StateBytes | null)[];
}

interface FoldedLog<Policy> {
  readonly flow: Flow<Policy>;
  /** As `parsePolicy` gives it; holds until another is switched on. */
  readonly policy: Policy;
}

/** A log that is folded as it grows. */
export class LogFold<Policy> {
  readonly states: States = new Map();
  readonly #flow: Flow<Policy>;
  readonly #memory: Remembered | null;
  #policy: Policy;
  #position = 0;

  constructor({ flow, policy }: FoldedLog<Policy>) {
    this.#flow = flow;
    this.#memory = flow.reflex?.memory === undefined ? null : new Remembered(flow.reflex.memory);
    this.#policy = policy;
  }

  /** The flow's memory as the events so far left it; null where it has none. */
  get memory(): unknown {
    return this.#memory?.value ?? null;
  }

  switchPolicy(policy: Policy): void {
    this.#position += 1;
    this.#policy = policy;
  }

  /** Throws `off-schema` for an event that accepting would refuse. */
  add<Sent extends SentEvent>(sent: Sent): FoldedEvent<Sent> {
    const event = this.#accepted(sent);
    const keys = keysOf(this.#flow as Flow, event);
    const before = keys instanceof Error ? [] : keys.map((key) => this.states.get(key) ?? null);
    const { expired = false, history = false } = sent;
    const entry = foldEntry(
      { flow: this.#flow as Flow, policy: this.#policy, states: this.states, memory: this.#memory },
      { event, keys, expired, history },
    );
    if ((this.#memory?.learnt ?? 0) >= SNAPSHOT_LESSONS) this.#memory?.snapshot();
    return { sent, event, before, ...entry };
  }

  #accepted({ source = '/folded', id, type, data, timeMs, acceptedAtMs = timeMs }: SentEvent): FlowEvent {
    if (acceptedAtMs === undefined) throw new TypeError('Cannot fold an event as it has neither a time nor one of its acceptance');
    const subject = subjectOf(this.#flow, { type, data }, this.#policy);
    this.#position += 1;
    const position = this.#position;
    const when = { acceptedAtMs, ...effectiveTime(timeMs ?? null, acceptedAtMs) };
    return { position, source, id: id ?? String(position), type, subject, data, ...when };
  }
}

/** Folds a list, or a stream that is too long for one, and gives each event's result as soon as it is folded. */
export async function* foldAll<Policy, Sent extends SentEvent>(
  folded: FoldedLog<Policy>,
  entries: Iterable<Sent | PolicySwitch<Policy>> | AsyncIterable<Sent | PolicySwitch<Policy>>,
): AsyncGenerator<FoldedEvent<Sent>> {
  const log = new LogFold(folded);
  for await (const entry of entries) {
    if ('policy' in entry) log.switchPolicy(entry.policy);
    else yield log.add(entry);
  }
}
