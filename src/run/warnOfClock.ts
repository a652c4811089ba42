/** Says in the log, and so in the terminal, where this machine's clock is not the database's. Nothing that is stored goes by this machine's. */
import type { Logger } from 'pino';
import { CLOCK_APART_MS, type DatabaseClock } from '../log/db/clock.ts';
import type { Pool } from '../log/db/database.ts';

const LOOK_MS = 10_000;

/** Looks now and from then on; gives the call that ends it. Whoever cannot ask finds out elsewhere that the database is away. */
export function warnOfClock(clock: DatabaseClock, pool: Pool, logger: Logger, lookMs = LOOK_MS): () => void {
  let apart = false;
  const look = async (): Promise<void> => {
    await clock.look(pool).catch(() => undefined);
    const aheadMs = clock.aheadMs();
    const was = apart;
    apart = Math.abs(aheadMs) > CLOCK_APART_MS;
    const seconds = Math.round(Math.abs(aheadMs) / 1000);
    if (apart && !was)
      logger.warn(
        { aheadMs },
        `the clock of this machine is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's: times are the database's, set this one right`,
      );
    if (!apart && was) logger.info('the clock of this machine is right again');
  };
  void look();
  const timer = setInterval(() => void look(), lookMs);
  return () => clearInterval(timer);
}
