/**
 * Whether an LLM may be asked now. Everything that could forbid it is looked at under one lock, and what it takes (a row, a place in the
 * minute, a share of the budget) is written before the request is made: whoever is killed afterwards has been counted.
 */
import type { Budget } from '../../policy/ladderPolicy.ts';
import type { LlmAbstention } from '../wire/abstentions.ts';
import { gate } from '../wire/breaker.ts';
import { budgetWindow, type Cost, lockBudget, readWindow, tokensOf } from './budget.ts';
import { type EventPlace, isOver, type KeptCall, readEventCalls, readSameQuestion } from './calls.ts';
import { insertOpen, insertReused } from './insertCall.ts';
import { freeAtMs, type MinuteLimits, spacingMs } from './minute.ts';
import { takePlace } from './places.ts';
import { isAwake, keepModel, type LlmLogDeps, type LockedModel, underModel } from './underModel.ts';

export interface Asking extends EventPlace {
  readonly subject: string;
  readonly step: string;
  readonly model: string;
  readonly promptVersion: string;
  readonly question: Buffer;
  readonly callsMax: number;
  readonly reuseSeconds: number;
  readonly budget: Budget;
  readonly limits: MinuteLimits;
  /** How long a request may take: a probe's turn ends then. */
  readonly callMs: number;
  /** Nobody wants the answer later than this. */
  readonly untilMs: number;
  /** What is at stake, for who goes first. */
  readonly value: number;
  /** Requests to the model at once, over all workers. */
  readonly placesMax: number;
  /** What the request may cost at most; a repair says what was wrong, and is a little longer. */
  cost(wrong: string | null): Cost;
}

export interface Admitted {
  readonly turn: 'ask';
  readonly number: number;
  /** What was wrong with the first answer: this request is to repair it. */
  readonly wrong: string | null;
  readonly tight: boolean;
  /** No request follows this one, whatever it brings. */
  readonly last: boolean;
  /** What it may cost at most. */
  readonly reserved: Cost;
}

export type Admission =
  | Admitted
  /** The step has its answer, or its abstention. */
  | { readonly turn: 'over'; readonly call: KeptCall }
  | { readonly turn: 'abstain'; readonly code: LlmAbstention; readonly call: KeptCall | null; readonly note: string | null }
  | { readonly turn: 'wait'; readonly waitMs: number; readonly why: string }
  /** All places at the model are taken. */
  | { readonly turn: 'full' };

/** Nobody is told a time farther behind the first free place: others give up, and the times that they were told would be lost. */
const QUEUE_MS_MAX = 60_000;
/** A request whose process died is over so long after its time. */
const OVER_GRACE_MS = 10_000;
/** A probe is mostly over before its time is. */
const PROBE_MS = 2000;
/** Of those who wait for the same moment. */
const JITTER_MS = 500;

const FULL = 'its limit of requests or tokens a minute is reached';

const abstain = (code: LlmAbstention, call: KeptCall | null = null, note: string | null = null): Admission => ({
  ...{ turn: 'abstain', code, call, note },
});

export function admit(deps: LlmLogDeps, asking: Asking): Promise<Admission> {
  return underModel(deps, asking.model, async (locked) => {
    const calls = await readEventCalls(locked.client, asking);
    const ofStep = calls.filter(({ step }) => step === asking.step);
    const over = ofStep.find(isOver);
    if (over !== undefined) return { turn: 'over', call: over };
    const unfit = ofStep.find(({ state }) => state === 'off-schema') ?? null;
    const same = unfit === null ? await takeSame(locked, asking, calls.length + 1) : null;
    if (same !== null) return { turn: 'over', call: same };
    return await letIn(locked, asking, { calls, unfit });
  });
}

/** The answer to an identical question is taken again, with a row that says so. */
async function takeSame({ client, nowMs }: LockedModel, asking: Asking, number: number): Promise<KeptCall | null> {
  if (asking.reuseSeconds === 0) return null;
  const same = await readSameQuestion(client, { ...asking, sinceMs: nowMs - asking.reuseSeconds * 1000 });
  if (same === null) return null;
  const { tight } = await readWindow(client, budgetWindow(asking, asking.budget, nowMs), asking.budget);
  await insertReused(client, asking, { number, nowMs, tight, same });
  return (await readEventCalls(client, asking)).find((call) => call.step === asking.step && call.state === 'reused') ?? null;
}

interface Known {
  readonly calls: readonly KeptCall[];
  /** The step's first answer, which did not fit. */
  readonly unfit: KeptCall | null;
}

async function letIn(locked: LockedModel, asking: Asking, { calls, unfit }: Known): Promise<Admission> {
  const { client, row, nowMs } = locked;
  const made = calls.filter(({ state }) => state !== 'reused').length;
  if (made >= asking.callsMax) return abstain('calls-spent', calls.at(-1) ?? null);
  const way = gate(row, nowMs);
  if (way === 'open') return whileOpen(locked, asking);
  const wrong = unfit?.note ?? null;
  const cost = asking.cost(wrong);
  if (tokensOf(cost) > (asking.limits.tokensPerMinute ?? Number.POSITIVE_INFINITY)) return abstain('prompt-too-long');
  const window = budgetWindow(asking, asking.budget, nowMs);
  const budget = await lockBudget(client, window, asking.budget);
  if (!budget.fits(cost)) return abstain('budget-spent');
  const { tight } = budget;
  if (unfit !== null && tight) return abstain('off-schema', unfit);
  const waiting = await mustWait(locked, cost, asking.limits);
  if (waiting !== null) return waiting;
  if (!(await takePlace(locked, asking, asking.placesMax))) return { turn: 'full' };
  await budget.reserve(cost);
  const probe = way === 'probe';
  const overMs = nowMs + asking.callMs + OVER_GRACE_MS;
  const silentSinceMs = row.silentSinceMs ?? (isAwake(row, nowMs) ? null : nowMs);
  if (probe || silentSinceMs !== row.silentSinceMs)
    await keepModel(locked, { ...row, silentSinceMs, probeUntilMs: probe ? overMs : row.probeUntilMs });
  const number = calls.length + 1;
  await insertOpen(client, asking, { number, nowMs, overMs, cost, window, tight, probe });
  return { turn: 'ask', number, wrong, tight, last: made + 1 >= asking.callsMax, reserved: cost };
}

const wait = (waitMs: number, why: string): Admission => ({ turn: 'wait', waitMs: Math.ceil(waitMs + Math.random() * JITTER_MS), why });

/** What left the model alone may be over while there is still time. */
function whileOpen({ row, nowMs }: LockedModel, { untilMs }: Asking): Admission {
  const probing = row.probeUntilMs !== null && row.probeUntilMs > nowMs;
  const openMs = Math.max((row.openUntilMs ?? nowMs) - nowMs, probing ? Math.min(PROBE_MS, row.probeUntilMs - nowMs) : 0);
  if (nowMs + openMs >= untilMs) return abstain('breaker-open', null, row.trouble);
  return wait(openMs, `it is left alone for a while${row.trouble === null ? '' : `: ${row.trouble}`}`);
}

/** Null: it has a place in the minute now. */
async function mustWait(locked: LockedModel, cost: Cost, limits: MinuteLimits): Promise<Admission | null> {
  const { row, nowMs } = locked;
  if (row.pausedUntilMs !== null && row.pausedUntilMs > nowMs)
    return wait(row.pausedUntilMs - nowMs, `its provider asked for a pause${row.trouble === null ? '' : `: ${row.trouble}`}`);
  const freeMs = await freeAtMs(locked, tokensOf(cost), limits);
  if (freeMs === null) return null;
  // one after the other behind those who were told a time before, so that they do not all come at once
  const turnMs = Math.max(freeMs, (row.queuedUntilMs ?? 0) + spacingMs(tokensOf(cost), limits));
  if (turnMs > freeMs + QUEUE_MS_MAX) return wait(freeMs + QUEUE_MS_MAX * (0.5 + Math.random() / 2) - nowMs, FULL);
  await keepModel(locked, { ...row, queuedUntilMs: turnMs });
  return wait(turnMs - nowMs, FULL);
}
