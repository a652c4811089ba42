/**
 * The database's clock, which every time that counts goes by: a machine whose own clock is wrong must not put an event into tomorrow.
 *
 * It is kept as a distance from this process's count of milliseconds, which nobody sets, so that a batch need not ask before it folds. Each lock
 * of a head says what the time is; where that is not what was thought, the batch is done again.
 */
import type { Pool } from './database.ts';

/** How far an acceptance time may be off. */
const APART_MS = 1000;
/** How far a machine's clock may be off before it is said. */
export const CLOCK_APART_MS = 5000;

export class DatabaseClock {
  /** Until the database has said anything, this machine's clock. */
  #distanceMs = Date.now() - performance.now();

  nowMs(): number {
    return Math.floor(performance.now() + this.#distanceMs);
  }

  /** How far this machine's clock is ahead of the database's. */
  aheadMs(): number {
    return Date.now() - this.nowMs();
  }

  /** Whether what the database said fits what was thought. It was asked at `askedAt` of this process's count and has looked at its clock since. */
  agrees(saidMs: number, askedAt: number): boolean {
    const [earliest, latest] = [askedAt + this.#distanceMs, performance.now() + this.#distanceMs];
    if (saidMs < earliest - APART_MS) this.#distanceMs -= earliest - saidMs;
    else if (saidMs > latest + APART_MS) this.#distanceMs += saidMs - latest;
    else return true;
    return false;
  }

  async look(pool: Pool): Promise<void> {
    const askedAt = performance.now();
    const { rows } = await pool.query<{ now: number }>('select (extract(epoch from clock_timestamp()) * 1000)::float8 as now');
    this.agrees(rows[0]?.now as number, askedAt);
  }
}

/** A batch that was folded by another time than the database's. */
export class ClockMoved extends Error {
  override readonly name = 'ClockMoved';
}
