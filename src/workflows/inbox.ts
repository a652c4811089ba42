/**
 * What a case was told and has not worked off: rules without Temporal.
 *
 * Events go from `arrived` (not acknowledged) to `waiting` (acknowledged, the case's own) to `open` (being worked on). One that is sent
 * again, in whatever company, is acknowledged again, as the dispatcher sends nothing more until it is, and otherwise dropped. One that
 * has ended is not in the mailbox any more, which the acknowledgement finds out.
 */
import { parseId } from '../domain/ids.ts';
import type { Carried } from './caseInput.ts';
import { Parked } from './parked.ts';
import { parseArrivals, parseVerdict, type SpokenVerdict } from './signals.ts';

/** So many in one signal, and the next one is on its way. */
const FLOOD_COUNT = 50;
/** Positions are small; a million-event case would still carry less than a signal may hold. */
const WAITING_MAX = 100_000;
const VERDICTS_MAX = 1000;
/** On one approval, not yet on its row. One that the API took stands there, and is told again. */
const VERDICTS_PER_APPROVAL_MAX = 20;

export class Inbox {
  /** Counted by ourselves: Temporal's hint to continue as new does not count signals, and a run takes 10,000 of them. */
  signals = 0;
  /** What was said to the case and is no event or verdict of it. */
  dropped: number;
  taken: number;
  readonly verdicts: SpokenVerdict[];
  #told = false;
  #flooded = false;
  readonly #arrived: Set<number>;
  /** Sent again while they wait or are open. */
  readonly #repeated = new Set<number>();
  #waiting: Set<number>;
  readonly #open = new Set<number>();
  /** Their stories wait, and none of them has begun in this run. */
  readonly parked: Parked;
  /** Verdicts on approvals of others are none of its business. Absent in runs of an older way. */
  readonly #of: { readonly tenant: string; readonly flow: string } | undefined;

  constructor(after: number, carried?: Carried, of?: { readonly tenant: string; readonly flow: string }) {
    this.#of = of;
    this.taken = carried?.taken ?? after;
    this.dropped = carried?.dropped ?? 0;
    this.verdicts = [...(carried?.verdicts ?? [])];
    this.#arrived = new Set(carried?.arrived);
    this.parked = new Parked(carried?.parked);
    this.#waiting = new Set(carried?.waiting.filter((position) => !this.parked.has(position)));
  }

  hearEvents(said: unknown): void {
    this.signals += 1;
    this.#told = true;
    const { positions, dropped } = parseArrivals(said);
    this.dropped += dropped;
    for (const position of positions) (this.#isTaken(position) ? this.#repeated : this.#arrived).add(position);
  }

  #isTaken(position: number): boolean {
    return this.#waiting.has(position) || this.#open.has(position) || this.parked.has(position);
  }

  hearVerdict(said: unknown): void {
    this.signals += 1;
    const verdict = parseVerdict(said);
    if (verdict === null || this.verdicts.length >= VERDICTS_MAX || !this.#mayCount(verdict)) this.dropped += 1;
    else this.verdicts.push(verdict);
  }

  /** A flood of verdicts on what is not open here would push out the one that counts. */
  #mayCount({ approval }: SpokenVerdict): boolean {
    if (this.#of === undefined) return true;
    const { tenant, log, position = 0 } = parseId('apr', approval) ?? {};
    if (tenant !== this.#of.tenant || log !== this.#of.flow || !(this.#isTaken(position) || this.#arrived.has(position))) return false;
    return this.verdicts.filter((said) => said.approval === approval).length < VERDICTS_PER_APPROVAL_MAX;
  }

  /** Something is to be acknowledged, if only that it was known already: the last acknowledgement may be lost. */
  get mustAcknowledge(): boolean {
    return (this.#told || this.#arrived.size > 0) && this.#waiting.size < WAITING_MAX;
  }

  /** Of what arrived, the first in order: they are begun first once they are taken. */
  next(count: number): number[] {
    return count < 1 ? [] : [...this.#arrived].sort((a, b) => a - b).slice(0, count);
  }

  /** What was sent again while it waits or is open. */
  get repeated(): readonly number[] {
    return [...this.#repeated];
  }

  /** What to acknowledge now; it stays `arrived` until `accept` says what of it is ours. */
  arrivals(): number[] {
    const repeated = [...this.#repeated];
    this.#told = false;
    this.#repeated.clear();
    return [...this.#arrived, ...repeated];
  }

  accept(asked: readonly number[], ours: readonly number[]): void {
    // one that was known when it was heard may have ended meanwhile
    for (const position of ours) if (this.#arrived.has(position)) this.#waiting.add(position);
    for (const position of asked) this.#arrived.delete(position);
    this.taken = Math.max(this.taken, ...ours.slice(-1));
    this.#flooded = ours.length >= FLOOD_COUNT;
  }

  /** Whether more is to be expected at once; asked again, it is not. */
  expectsMore(): boolean {
    const flooded = this.#flooded;
    this.#flooded = false;
    return flooded;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get open(): number {
    return this.#open.size;
  }

  /** The next events to work on, in order of position within what was taken. */
  begin(count: number): number[] {
    const begun: number[] = [];
    for (const position of this.#waiting) {
      if (begun.length === count) break;
      begun.push(position);
    }
    for (const position of begun) {
      this.#waiting.delete(position);
      this.#open.add(position);
    }
    return begun;
  }

  /** Parked ones are begun again, before the others. */
  wake(positions: readonly number[]): void {
    if (positions.length > 0) this.#waiting = new Set([...positions, ...this.#waiting]);
  }

  end(positions: readonly number[]): void {
    for (const position of positions) this.#open.delete(position);
  }

  /** Nothing is left to do. */
  get empty(): boolean {
    return this.#open.size + this.#waiting.size + this.parked.size + this.#arrived.size + this.verdicts.length === 0 && !this.#told;
  }

  /** Every event at or below has its end. */
  get settled(): number {
    let lowest = this.parked.lowest;
    for (const positions of [this.#open, this.#waiting]) for (const position of positions) lowest = Math.min(lowest, position);
    return Math.min(lowest - 1, this.taken);
  }

  /**
   * For the next run: open events wait again there, before the others, and are found in their rows as far as they came. Parked ones are
   * among them: to a build that does not know of parking they are events like the others.
   */
  carry(): Omit<Carried, 'failed' | 'parked'> {
    const { taken, dropped } = this;
    const parked = this.parked.rests.map(([position]) => position);
    const waiting = [...[...this.#open, ...parked].sort((a, b) => a - b), ...this.#waiting];
    return { taken, dropped, arrived: [...this.#arrived], waiting, verdicts: [...this.verdicts] };
  }
}
