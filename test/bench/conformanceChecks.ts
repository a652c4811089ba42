/** What a conformance case's answer, and what was stored by it, must be. */
import { isDeepStrictEqual } from 'node:util';

export interface Expectation {
  readonly accept: boolean | 'implementation-defined';
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
  readonly sample?: Readonly<Record<string, unknown>>;
  readonly n_distinct_source_id?: number;
}

/** As `GET /v1/events` gives it. */
export interface Stored {
  readonly event: string;
  readonly cloudevent: Readonly<Record<string, unknown>>;
}

export interface Outcome {
  readonly status: number;
  readonly stored: readonly Stored[];
  /** The events of a JSON request, with the sources that they were sent with. */
  readonly sent: readonly Readonly<Record<string, unknown>>[];
  readonly sources: readonly string[];
}

/** Equal, or the same instant written otherwise. */
function isSame(name: string, wanted: unknown, got: unknown): boolean {
  if (isDeepStrictEqual(wanted, got)) return true;
  const isTime = name === 'time' || name.endsWith('timestamp');
  return isTime && typeof wanted === 'string' && typeof got === 'string' && Date.parse(wanted) === Date.parse(got);
}

function differences(wanted: Readonly<Record<string, unknown>>, got: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(wanted)
    .filter(([name, value]) => value !== null && !isSame(name, value, got[name]))
    .map(([name, value]) => `${name} is ${JSON.stringify(got[name])}, not ${JSON.stringify(value)}`);
}

function acceptedMisses(expect: Expectation, { status, stored, sent, sources }: Outcome): string[] {
  if (status < 200 || status > 299) return [`answered ${status}, not 2xx`];
  const count = expect.n_distinct_source_id ?? 1;
  if (stored.length !== count) return [`stored ${stored.length} events, not ${count}`];
  const first = stored[0]?.cloudevent ?? {};
  const named: Record<string, unknown> = { ...expect.attributes, ...expect.sample, ...('data' in expect ? { data: expect.data } : {}) };
  // the source that the case names is the one that was sent in its place
  if ('source' in named) named.source = sources[0];
  return [...differences(named, first), ...(count === 1 && sent[0] !== undefined ? differences(sent[0], first) : [])];
}

/** Empty where all is as expected. */
export function missesOf(expect: Expectation, outcome: Outcome): string[] {
  const { status, stored } = outcome;
  if (expect.accept === true) return acceptedMisses(expect, outcome);
  if (expect.accept === false) {
    const misses = status >= 400 && status <= 499 ? [] : [`answered ${status}, not 4xx`];
    return stored.length === 0 ? misses : [...misses, `stored ${stored.length} events`];
  }
  return status < 500 ? [] : [`answered ${status}`];
}
