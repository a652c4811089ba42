/**
 * Goes through the logs that flows take events from, as long as it is open: at once where this process has accepted something there, else
 * once a second. Any number of processes may; the flow's head orders them, and who finds a stretch taken leaves the other to it for a while.
 */
import type { Logger } from 'pino';
import type { Flow } from '../../domain/flow.ts';
import { type AcceptedEvent, casesWithMail } from '../arrival.ts';
import type { CaseIds } from '../caseIds.ts';
import { isDatabaseAway, type Pool } from '../db/database.ts';
import { type Memories, memoryOf } from '../memory/memories.ts';
import { Policies } from '../policies.ts';
import { adoptNext } from './adoptNext.ts';
import { openCursors } from './cursors.ts';
import { type Source, sourcesOf } from './sources.ts';

interface AdopterDeps {
  readonly pool: Pool;
  readonly tenant: string;
  readonly flows: readonly Flow[];
  readonly caseIds: CaseIds;
  readonly memories?: Memories;
  /** Called after each commit with the cases that got mail, as `<tenant> <flow> <case id>`. */
  readonly mailed: (cases: readonly string[]) => void;
  /** Called after each commit. */
  readonly adopted: (events: readonly AcceptedEvent[]) => void;
  readonly logger: Logger;
}

/** How late an event shows that another process accepted; and how soon is tried again what could not be taken. */
const LOOK_MS = 1000;
/** Retryable trouble is told once in so long: it is looked at every second. */
const QUIET_MS = 60_000;

export interface Adopter {
  /** There is something new in the log. */
  wake(log: string): void;
  /** Waits for the stretch under way. */
  close(): Promise<void>;
}

export function openAdopter(deps: AdopterDeps): Adopter {
  const followers = deps.flows.flatMap((flow) => sourcesOf(flow, deps.flows).map((source) => new Follower(deps, flow, source)));
  const running = Promise.all(followers.map((follower) => follower.run()));
  return {
    wake(log) {
      for (const follower of followers) follower.wake(log);
    },
    async close() {
      for (const follower of followers) follower.stop();
      await running;
    },
  };
}

/** One flow on one log. */
class Follower {
  readonly #deps: AdopterDeps;
  readonly #flow: Flow;
  readonly #source: Source;
  readonly #policies = new Policies();
  #opened = false;
  #quietUntilMs = 0;
  #news = false;
  #stopping = false;
  /** Ends the pause that is on. */
  #resume: (() => void) | null = null;

  constructor(deps: AdopterDeps, flow: Flow, source: Source) {
    this.#deps = deps;
    this.#flow = flow;
    this.#source = source;
  }

  wake(log: string): void {
    if (log !== this.#source.log) return;
    this.#news = true;
    this.#resume?.();
  }

  stop(): void {
    this.#stopping = true;
    this.#resume?.();
  }

  async run(): Promise<void> {
    while (!this.#stopping) {
      this.#news = false;
      const startedMs = performance.now();
      const state = await this.#next();
      // a backlog has half of the time: what is sent to the flow meanwhile waits for the same head
      if (state === 'more') await this.#pause(performance.now() - startedMs);
      // others who are at it need no help, and trouble is not mended by news
      else await this.#pause(LOOK_MS, state === 'all');
    }
  }

  #pause(ms: number, untilNews = false): Promise<void> {
    if (this.#stopping || (untilNews && this.#news)) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#resume = null;
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#resume = () => {
        if (untilNews || this.#stopping) end();
      };
    });
  }

  /** Never rejects: the cursor stands where it stood, the next turn tries again. */
  async #next(): Promise<'all' | 'more' | 'busy' | 'failed'> {
    const { pool, tenant, caseIds, memories, mailed, adopted } = this.#deps;
    const [flow, source] = [this.#flow, this.#source];
    try {
      if (!this.#opened) await openCursors(pool, { tenant, flow: flow.name, source });
      this.#opened = true;
      const context = { tenant, log: flow.name, flow, policies: this.#policies, caseIds, source, ...memoryOf(memories, flow.name) };
      const { state, events } = await adoptNext(pool, context);
      if (events.length > 0) adopted(events);
      const cases = casesWithMail(context, events);
      if (cases.length > 0) mailed(cases);
      return state;
    } catch (error) {
      this.#tell(error);
      return 'failed';
    }
  }

  #tell(error: unknown): void {
    const { logger } = this.#deps;
    const about = { err: error, flow: this.#flow.name, log: this.#source.log };
    const away = isDatabaseAway(error) || (error as { code?: string }).code === 'database-away';
    if (away) logger.debug(about, 'taking events over waits for the database');
    else if (performance.now() >= this.#quietUntilMs) {
      this.#quietUntilMs = performance.now() + QUIET_MS;
      logger.error(about, 'events of another log cannot be taken over; it is tried every second, and told once a minute');
    }
  }
}
