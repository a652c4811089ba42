/** How long things took of late, as quantiles that are off by a twentieth at most: counts in buckets that grow by a tenth, over the last 10 to 20 s. */
const GROWTH = Math.log(1.1);
const SMALLEST_MS = 0.05;
const BUCKETS = 160;
const TURN_MS = 10_000;

export interface Quantiles {
  readonly events: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export class Durations {
  readonly #nowMs: () => number;
  #current = new Float64Array(BUCKETS);
  #before = new Float64Array(BUCKETS);
  #turnedMs: number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#turnedMs = nowMs();
  }

  add(ms: number, count = 1): void {
    this.#turn();
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.ceil(Math.log(ms / SMALLEST_MS) / GROWTH)));
    this.#current[bucket] = (this.#current[bucket] ?? 0) + count;
  }

  read(): Quantiles {
    this.#turn();
    const counts = this.#current.map((count, at) => count + (this.#before[at] ?? 0));
    const events = counts.reduce((sum, count) => sum + count, 0);
    return { events, p50Ms: quantile(counts, events * 0.5), p99Ms: quantile(counts, events * 0.99) };
  }

  #turn(): void {
    const passedMs = this.#nowMs() - this.#turnedMs;
    if (passedMs < TURN_MS) return;
    this.#before = passedMs < 2 * TURN_MS ? this.#current : new Float64Array(BUCKETS);
    this.#current = new Float64Array(BUCKETS);
    this.#turnedMs = this.#nowMs();
  }
}

function quantile(counts: Float64Array, rank: number): number | null {
  let sum = 0;
  for (const [bucket, count] of counts.entries()) {
    sum += count;
    // the middle of a bucket
    if (count > 0 && sum >= rank) return Number((SMALLEST_MS * Math.exp(GROWTH * (bucket - 0.5))).toPrecision(3));
  }
  return null;
}
