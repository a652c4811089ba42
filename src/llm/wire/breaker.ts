/**
 * The circuit breaker of a model, as pure rules over its row: closed, open for a while, then one probe.
 *
 * A model that is away would else be found away by every case anew, each after its whole timeout.
 */

/** Failures in a row, over all workers. */
const FAILURES_MAX = 5;
const OPEN_MS = { first: 30_000, max: 300_000, quota: 900_000 };

export interface Breaker {
  readonly failures: number;
  /** Null: closed. In the past: a probe may go out. */
  readonly openUntilMs: number | null;
  readonly openings: number;
  readonly openWhy: 'failing' | 'quota' | null;
  /** A probe is under way; one whose process died is over then. */
  readonly probeUntilMs: number | null;
}

/** What a call says of its model. `neither`: nothing, as one that was cancelled. */
export type Health = 'well' | 'failing' | 'quota' | 'neither';

const CLOSED: Breaker = { failures: 0, openUntilMs: null, openings: 0, openWhy: null, probeUntilMs: null };

export function gate({ openUntilMs, probeUntilMs }: Breaker, nowMs: number): 'closed' | 'open' | 'probe' {
  if (openUntilMs === null) return 'closed';
  return openUntilMs > nowMs || (probeUntilMs !== null && probeUntilMs > nowMs) ? 'open' : 'probe';
}

function opened(breaker: Breaker, nowMs: number): Breaker {
  const openMs = Math.min(OPEN_MS.first * 2 ** breaker.openings, OPEN_MS.max);
  return { ...breaker, openings: breaker.openings + 1, openUntilMs: nowMs + openMs, openWhy: 'failing', probeUntilMs: null };
}

/** The breaker after a call that `probe`d or not. Failures of calls that were out when it opened do not prolong it. */
export function judged(before: Breaker, { health, probe }: { health: Health; probe: boolean }, nowMs: number): Breaker {
  const breaker = probe ? { ...before, probeUntilMs: null } : before;
  if (health === 'well') return CLOSED;
  if (health === 'quota') return { ...breaker, openUntilMs: nowMs + OPEN_MS.quota, openWhy: 'quota', probeUntilMs: null };
  if (health === 'neither') return breaker;
  const failed = { ...breaker, failures: breaker.failures + 1 };
  if (breaker.openUntilMs !== null) return probe ? opened(failed, nowMs) : failed;
  return failed.failures >= FAILURES_MAX ? opened(failed, nowMs) : failed;
}
