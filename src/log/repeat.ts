/** Work on a log that is done again and again beside accepting, in every process; rows say what there is to do, so a turn that fails is tried anew. */
import type { Logger } from 'pino';
import { isDatabaseAway } from './db/database.ts';

interface Repeating {
  /** Gives how long to wait before the next turn. */
  readonly turn: () => Promise<number>;
  readonly logger: Logger;
  /** What goes with each line of the log. */
  readonly about: object;
  /** What is told when a turn fails. */
  readonly failing: string;
}

/** How soon is tried again what failed. */
const AGAIN_MS = 1000;
/** Trouble is told once in so long: it is met every second. */
const QUIET_MS = 60_000;

export interface Repeated {
  /** Waits for the turn under way. */
  close(): Promise<void>;
}

export function repeat({ turn, logger, about, failing }: Repeating): Repeated {
  let stopping = false;
  let resume = (): void => undefined;
  let quietUntilMs = 0;

  function pause(ms: number): Promise<void> {
    if (stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      resume = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function tell(error: unknown): void {
    const away = isDatabaseAway(error) || (error as { code?: string }).code === 'database-away';
    if (away) logger.debug({ ...about, err: error }, `${failing}: the database is waited for`);
    else if (performance.now() >= quietUntilMs) {
      quietUntilMs = performance.now() + QUIET_MS;
      logger.error({ ...about, err: error }, `${failing}; it is tried every second, and told once a minute`);
    }
  }

  async function run(): Promise<void> {
    while (!stopping) {
      const pauseMs = await turn().catch((error: unknown) => {
        tell(error);
        return AGAIN_MS;
      });
      await pause(pauseMs);
    }
  }

  const running = run();
  return {
    async close() {
      stopping = true;
      resume();
      await running;
    },
  };
}
