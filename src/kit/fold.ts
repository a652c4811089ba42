/**
 * Folds one event of a log: pure, so that accepting, redriving and rebuilding say the same.
 * A reflex that throws, or answers against its contract, quarantines its event and leaves the state as it was.
 */
import type { DecisionDraft } from '../domain/decision.ts';
import type { Ending, FlowEvent, MailReason } from '../domain/event.ts';
import { fieldsOf, shownMessage, shownText } from '../domain/exposure.ts';
import type { Folded, StateBytes, Watching } from '../domain/flow/reflex.ts';
import type { Flow } from '../domain/flow.ts';
import { DECISION_OUTCOME } from '../domain/outcomes.ts';
import { LOOKED_AT } from '../domain/story.ts';
import { followingActions } from '../policy/followingActions.ts';
import type { Remembered } from './remembered.ts';
import { askedWatches } from './watches.ts';

const AHEAD_MS = 5 * 60_000;
const FOUND_CHARS_MAX = 16_384;
const NOTE_CHARS_MAX = 500;
const LESSON_CHARS_MAX = 16_384;
/** Begins the note of an event that its reflex did not fold; a case may also put one aside that was folded. */
export const NOT_FOLDED = 'reflex: ';
/** Tells an event that was never folded from one that expired on its way to its case. */
export const AT_ACCEPTANCE = 'at-acceptance';
/** The note of an event that came later than its flow takes: it was not folded. */
export const LATE = 'late';
const NO_FINDINGS = '{}';
const KEYS_MAX = 32;
/** An index row of the database holds 2,704 bytes; a subject may have 2,048 of them. */
const KEY_BYTES_MAX = 2304;

/** States by key as the batch stands now; null where a key has none yet. A fold replaces values, it never changes bytes. */
export type States = Map<string, StateBytes | null>;

export interface FoldedEntry {
  readonly ending: Ending;
  readonly note: string | null;
  readonly decision: DecisionDraft | null;
  /** JSON text for the case; null where no case follows. */
  readonly found: string | null;
  /** What its case is to do with it; null where no case follows. */
  readonly why: MailReason | null;
  readonly changed: readonly string[];
  /** What the reflex says of watches on the subject; null where it says nothing. */
  readonly watches: Watching | null;
  /** What the memory has learnt, as JSON text; null where it learnt nothing. */
  readonly lesson: string | null;
}

export interface FoldContext {
  readonly flow: Flow | null;
  readonly policy: unknown;
  readonly states: States;
  /** Of a flow that has one: as all entries before left it. */
  readonly memory?: Remembered | null;
}

export interface Folding {
  readonly event: FlowEvent;
  /** From `keysOf`; an Error where the reflex could not name them, or where the data of an adopted event does not fit. */
  readonly keys: readonly string[] | Error;
  readonly expired: boolean;
  readonly history: boolean;
  /** Somebody has it folded though it comes too late: it counts at the earliest time that its keys still take. */
  readonly anyway?: boolean;
}

/** The time that counts: the sent one, or acceptance where that is missing or more than five minutes ahead. */
export function effectiveTime(sentMs: number | null, acceptedAtMs: number): Pick<FlowEvent, 'timeMs' | 'timeNote'> {
  if (sentMs === null || Number.isNaN(sentMs)) return { timeMs: acceptedAtMs, timeNote: 'missing' };
  if (sentMs > acceptedAtMs + AHEAD_MS) return { timeMs: acceptedAtMs, timeNote: 'ahead' };
  return { timeMs: sentMs };
}

const encoder = new TextEncoder();

/** A UTF-16 unit is at most three bytes, so that short texts need no count. */
const bytesOf = (text: string): number => (text.length * 3 <= KEY_BYTES_MAX ? text.length * 3 : encoder.encode(text).length);

/** The database holds neither U+0000 nor half a surrogate pair: the first failed the whole batch, the second would be read as another key. */
function isKey(key: string): boolean {
  return bytesOf(key) <= KEY_BYTES_MAX && !key.includes('\u0000') && !/\p{Cs}/u.test(key);
}

/** Throws for keys that a batch does not read. */
export function checkedKeys(keys: readonly string[]): readonly string[] {
  if (keys.length > KEYS_MAX || !keys.every(isKey))
    throw new RangeError(
      `Cannot fold as keys must be at most ${KEYS_MAX} of ${KEY_BYTES_MAX} bytes without U+0000 or half surrogate pairs`,
    );
  return keys;
}

/** The keys whose states must be read for this event. */
export function keysOf(flow: Flow | null, event: FlowEvent): readonly string[] | Error {
  if (flow?.reflex === undefined || event.type === DECISION_OUTCOME) return [];
  try {
    return checkedKeys(flow.reflex.keys(event));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const ended = (ending: Ending, note: string | null = null): FoldedEntry => ({
  ...{ ending, note, decision: null, found: null, why: null, changed: [], watches: null, lesson: null },
});

/** The reason is shown and logged: a message that quotes the event is kept without what its fields may not show. */
function quarantined(flow: Flow, { type, data }: FlowEvent, error: unknown): FoldedEntry {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const shown = shownMessage(text.replaceAll('\u0000', '\ufffd'), fieldsOf(flow, type), data);
  return ended('quarantined', shownText(`${NOT_FOLDED}${shown}`, NOTE_CHARS_MAX));
}

function lessonOf({ reflex }: Flow, { lesson }: Folded): string | null {
  if (lesson === undefined) return null;
  if (reflex?.memory === undefined) throw new TypeError('Cannot learn as the flow has no memory');
  const text = JSON.stringify(lesson);
  if (text.length > LESSON_CHARS_MAX)
    throw new RangeError(`Cannot learn a lesson as it must be at most ${LESSON_CHARS_MAX} characters: ${text.length}`);
  return text;
}

export function foldEntry({ flow, policy, states, memory = null }: FoldContext, folding: Folding): FoldedEntry {
  const { event, keys, expired, history, anyway = false } = folding;
  if (flow === null) return ended('unrouted');
  // for whoever keeps the labels: the flow's reflex does not know the type
  if (event.type === DECISION_OUTCOME) return ended('recorded', 'outcome');
  if (expired) return ended('expired', AT_ACCEPTANCE);
  if (keys instanceof Error) return quarantined(flow, event, keys);
  const reflex = flow.reflex;
  if (reflex?.memory !== undefined && memory === null) throw new Error(`Cannot fold for ${flow.name} as its memory was left out`);
  if (reflex === undefined) return history ? ended('recorded', 'history') : { ...ended('waiting'), found: NO_FINDINGS, why: 'decide' };
  try {
    const before = keys.map((key) => states.get(key) ?? null);
    const newestMs = before.reduce(
      (newest, state, at) => (state === null ? newest : Math.max(newest, reflex.newestMs(keys[at] as string, state))),
      Number.NEGATIVE_INFINITY,
    );
    // what the flow itself tells of is never late: its time is that of its acceptance
    const timeless = reflex.timeless?.includes(event.type) === true || flow.types[event.type]?.own === true;
    const late = !timeless && newestMs - event.timeMs > reflex.latenessMs;
    if (late && !anyway) return ended('recorded', LATE);
    const timed = late ? { ...event, timeMs: newestMs - reflex.latenessMs } : event;
    const folded = reflex.fold(before, timed, policy, memory?.value);
    const entry = settle(folded, { policy, history });
    const watches = folded.watches === undefined ? null : askedWatches(flow, folded.watches, history);
    const lesson = lessonOf(flow, folded);
    // last of what may throw: what was learnt stays learnt
    if (lesson !== null) memory?.learn(lesson);
    const changed: string[] = [];
    keys.forEach((key, at) => {
      const state = folded.states[at];
      if (state == null) return;
      states.set(key, state);
      changed.push(key);
    });
    return { ...entry, changed, watches, lesson };
  } catch (error) {
    return quarantined(flow, event, error);
  }
}

function settle(
  { decision = null, signal, lookAgain }: { readonly decision?: DecisionDraft | null } & Pick<Folded, 'signal' | 'lookAgain'>,
  { policy, history }: { readonly policy: unknown; readonly history: boolean },
): FoldedEntry {
  if (signal === undefined) {
    if (decision?.provisional === true) throw new TypeError('Cannot take a provisional decision as a signal must follow it');
    if (lookAgain !== undefined) return lookedAt(decision, lookAgain, history);
    if (decision === null) return ended('recorded');
    const acts = !history && followingActions(policy, decision.outcome, 'reflex').length > 0;
    return { ...ended('reflex'), decision, ...(acts ? { found: NO_FINDINGS, why: 'act' } : {}) };
  }
  if (lookAgain !== undefined || (decision !== null && !decision.provisional))
    throw new TypeError('Cannot hand on an event that has a final decision');
  // history opens no case and takes no action: what the reflex says is the end of it
  if (history)
    return decision === null
      ? ended('recorded', 'history')
      : { ...ended('reflex', 'history'), decision: { ...decision, provisional: false } };
  return { ...ended('waiting'), decision, found: findingsText(signal), why: 'decide' };
}

function lookedAt(decision: DecisionDraft | null, { found }: NonNullable<Folded['lookAgain']>, history: boolean): FoldedEntry {
  if (decision === null) throw new TypeError('Cannot have an event looked at again as it has no final decision');
  if (history) return { ...ended('reflex', 'history'), decision };
  return { ...ended('reflex', LOOKED_AT), decision, found: findingsText({ found, rungs: [] }), why: 'look' };
}

function findingsText(findings: object): string {
  const text = JSON.stringify(findings);
  if (text.length > FOUND_CHARS_MAX)
    throw new RangeError(`Cannot hand on findings as they must be at most ${FOUND_CHARS_MAX} characters: ${text.length}`);
  return text;
}
