/** Decisions a second over the last minutes, by flow and outcome: rings of counts, so that their memory does not grow with what comes. */

const SECONDS_KEPT = 900;
/** More would be no chart that anyone reads. */
const SERIES_MAX = 40;

export interface Counted {
  readonly flow: string;
  readonly outcome: string;
}

export class Tally {
  private readonly series = new Map<string, Uint32Array>();
  /** The second that is counted now, since 1970. */
  private second = 0;

  private ringOf(name: string): Uint32Array | null {
    const found = this.series.get(name);
    if (found !== undefined) return found;
    if (this.series.size >= SERIES_MAX) return null;
    const made = new Uint32Array(SECONDS_KEPT);
    this.series.set(name, made);
    return made;
  }

  add({ flow, outcome }: Counted, nowMs: number): void {
    this.move(nowMs);
    const ring = this.ringOf(`${flow}\n${outcome}`);
    if (ring !== null) ring[this.second % SECONDS_KEPT] = (ring[this.second % SECONDS_KEPT] ?? 0) + 1;
  }

  /** Time goes on; whether a shown second ended. */
  move(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second <= this.second) return false;
    const from = Math.max(this.second + 1, second - SECONDS_KEPT + 1);
    for (let at = from; at <= second; at += 1) for (const ring of this.series.values()) ring[at % SECONDS_KEPT] = 0;
    this.second = second;
    return true;
  }

  /** Per series the counts of the last `seconds` whole seconds, oldest first, added up into steps. */
  last(seconds: number, step = 1): { readonly flow: string; readonly outcome: string; readonly counts: readonly number[] }[] {
    return [...this.series].map(([name, ring]) => {
      const [flow = '', outcome = ''] = name.split('\n');
      const counts: number[] = [];
      for (let at = this.second - seconds; at < this.second; at += step) {
        let sum = 0;
        for (let one = at; one < at + step; one += 1) sum += one < 0 ? 0 : (ring[one % SECONDS_KEPT] ?? 0);
        counts.push(sum);
      }
      return { flow, outcome, counts };
    });
  }
}
