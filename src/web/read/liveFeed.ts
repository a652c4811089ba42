/**
 * Decisions as they come. Over server-sent events, which resume exactly where they broke; without those, by asking again and again from a cursor. Rows
 * and counts are kept here, bounded, and shown at a pace that a page can follow, however many come.
 */
import type { DecisionItem } from '../../wire/decision.ts';
import type { Page } from '../../wire/list.ts';
import type { Health, Summary } from '../../wire/stream.ts';
import { Tally } from '../words/tally.ts';
import { ask, queryText } from './call.ts';
import { type OtherKind, openTransport, type Transport } from './transport.ts';

const ROWS_MAX = 300;
const FIRST_ROWS = 40;
/** Counts change this often on a page, however many decisions come. */
const SHOW_EVERY_MS = 1000;
/** A page that nobody looks at stops listening after this: a browser has six connections to a host, and a seventh tab would wait for one of them. */
const HIDDEN_MS = 2000;
/** And goes on from now instead of from there if nobody looked for so long. */
const RESUME_WITHIN_MS = 300_000;

export type LiveState = 'connecting' | 'live' | 'away' | 'paused';

export interface LiveView {
  readonly state: LiveState;
  /** Since when nothing comes; null while it does. */
  readonly awaySinceMs: number | null;
  /** What was said last of a break that is over. */
  readonly notice: string | null;
  /** Newest first. */
  readonly rows: readonly DecisionItem[];
  readonly total: number;
  /** Decisions that came after a break, from where it began: none of them was missed. */
  readonly resumed: number;
  /** Figures of the last seconds; null where no stream tells them. */
  readonly summary: Summary | null;
  readonly degraded: Health['degraded'];
  /** Goes up each time counts changed. */
  readonly at: number;
}

const listeners = new Set<() => void>();
export const tally = new Tally();
let rows: DecisionItem[] = [];
/** Came since the page was last brought up to date. */
let pending: DecisionItem[] = [];
let view: LiveView = {
  state: 'connecting',
  awaySinceMs: null,
  notice: null,
  rows,
  total: 0,
  resumed: 0,
  summary: null,
  degraded: [],
  at: 0,
};
/** Whoever wants to know that approvals changed. */
const approvalsChanged = new Set<() => void>();
let total = 0;
let transport: Transport | null = null;
let cursor: string | null = null;
let timer: ReturnType<typeof setInterval> | undefined;
let hiddenTimer: ReturnType<typeof setTimeout> | undefined;
let hiddenSinceMs: number | null = null;
let dirty = false;
let catchingUp = 0;

function publish(part: Partial<LiveView>): void {
  view = { ...view, ...part };
  for (const tell of listeners) tell();
}

function take(items: readonly DecisionItem[], next: string | null): void {
  const nowMs = Date.now();
  for (const item of items) tally.add(item, nowMs);
  total += items.length;
  if (catchingUp > 0) catchingUp += items.length;
  pending.push(...items);
  if (pending.length > 2 * ROWS_MAX) pending = pending.slice(-ROWS_MAX);
  if (next !== null) cursor = next;
  dirty = items.length > 0 || dirty;
}

function heard(kind: OtherKind, data: unknown): void {
  if (kind === 'approval') for (const tell of approvalsChanged) tell();
  else if (kind === 'summary') publish({ summary: data as Summary, degraded: (data as Summary).degraded });
  else publish({ degraded: (data as Health).degraded });
}

function show(): void {
  if (document.hidden) return;
  const moved = tally.move(Date.now());
  if (!dirty && !moved) return;
  dirty = false;
  if (pending.length > 0) rows = pending.reverse().concat(rows).slice(0, ROWS_MAX);
  pending = [];
  publish({ rows, total, at: view.at + 1 });
}

function connected(): void {
  if (view.awaySinceMs === null) {
    publish({ state: 'live' });
    return;
  }
  catchingUp = 1;
  const seconds = Math.max(1, Math.round((Date.now() - view.awaySinceMs) / 1000));
  publish({ state: 'live', awaySinceMs: null, notice: `Back after ${seconds} s. Nothing was missed: it went on from where it broke.` });
  setTimeout(() => {
    publish({ resumed: view.resumed + catchingUp - 1 });
    catchingUp = 0;
  }, 2 * SHOW_EVERY_MS);
}

function broke(): void {
  if (view.awaySinceMs === null) publish({ state: 'away', awaySinceMs: Date.now(), notice: null });
}

function open(): void {
  transport?.close();
  transport = null;
  // a tab that was opened behind others listens when it is looked at
  if (document.hidden) return;
  transport = openTransport({ after: cursor, take, heard, connected, broke });
}

function onVisibility(): void {
  clearTimeout(hiddenTimer);
  if (document.hidden) {
    hiddenSinceMs = Date.now();
    hiddenTimer = setTimeout(() => {
      transport?.close();
      transport = null;
    }, HIDDEN_MS);
    return;
  }
  if (transport === null && view.state !== 'paused') {
    if (hiddenSinceMs !== null && Date.now() - hiddenSinceMs > RESUME_WITHIN_MS) {
      cursor = null;
      publish({ notice: 'Nobody looked at this page for a while: it goes on from now. The list of decisions has what came meanwhile.' });
    }
    open();
  }
  dirty = true;
  show();
}

/** The newest ones, to begin with; the stream goes on behind them. An ingress that cannot tell them begins with none. */
async function begin(): Promise<void> {
  const page = await ask<Page<DecisionItem>>(`/v1/decisions${queryText({ last: FIRST_ROWS })}`).catch(() => null);
  if (listeners.size === 0) return;
  if (page !== null && cursor === null) {
    rows = [...page.items].reverse();
    cursor = page.next;
    publish({ rows });
  }
  open();
}

function start(): void {
  if (cursor === null) void begin();
  else open();
  timer = setInterval(show, SHOW_EVERY_MS);
  document.addEventListener('visibilitychange', onVisibility);
}

function stop(): void {
  clearInterval(timer);
  clearTimeout(hiddenTimer);
  document.removeEventListener('visibilitychange', onVisibility);
  transport?.close();
  transport = null;
}

/** Listens while anybody does. */
export function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  if (listeners.size === 1) start();
  return () => {
    listeners.delete(tell);
    if (listeners.size === 0) stop();
  };
}

export const liveView = (): LiveView => view;

/** Whoever pauses goes on from there. */
export function pauseOrGoOn(): void {
  if (view.state === 'paused') {
    publish({ state: 'connecting' });
    open();
    return;
  }
  transport?.close();
  transport = null;
  publish({ state: 'paused', awaySinceMs: null });
}

export const hideNotice = (): void => publish({ notice: null });

export function onApprovals(tell: () => void): () => void {
  approvalsChanged.add(tell);
  return () => approvalsChanged.delete(tell);
}
