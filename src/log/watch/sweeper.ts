/** Looks after the watches of each flow that has some, beside the dispatcher. Any number of processes may: the head's lock orders them. */
import type { Logger } from 'pino';
import type { Flow } from '../../domain/flow.ts';
import { type AcceptedEvent, casesWithMail } from '../arrival.ts';
import type { CaseIds } from '../caseIds.ts';
import type { Pool } from '../db/database.ts';
import { type Memories, memoryOf } from '../memory/memories.ts';
import { Policies } from '../policies.ts';
import { type Repeated, repeat } from '../repeat.ts';
import { sweepNext } from './sweepNext.ts';

interface SweeperDeps {
  readonly pool: Pool;
  readonly tenant: string;
  readonly flows: readonly Flow[];
  readonly caseIds: CaseIds;
  readonly memories?: Memories;
  /** Called after each commit with the cases that got mail, as `<tenant> <flow> <case id>`. */
  readonly mailed: (cases: readonly string[]) => void;
  /** Called after each commit, with at least one. */
  readonly swept: (flow: string, events: readonly AcceptedEvent[]) => void;
  readonly logger: Logger;
  /** 5,000 ms unless told. */
  readonly graceMs?: number;
}

/**
 * Who could not be heard is not silent: while an ingress starts, or the database is away, senders keep what they have to say. So much time they
 * have to say it before anybody looks.
 */
const GRACE_MS = 5000;
/** How late a watch is seen that somebody opened meanwhile, at most. */
const LOOK_MS = 1000;
/** Many are due one after the other: they are taken together. */
const TOGETHER_MS = 200;

export function openSweeper({ pool, tenant, flows, caseIds, memories, mailed, swept, logger, graceMs = GRACE_MS }: SweeperDeps): Repeated {
  const policies = new Policies();
  const sweeping = flows
    .filter(({ watches }) => watches !== undefined)
    .map((flow) => {
      const context = { tenant, log: flow.name, flow, policies, caseIds, ...memoryOf(memories, flow.name) };
      let fromMs = performance.now() + graceMs;
      const look = async (): Promise<number> => {
        const leftMs = fromMs - performance.now();
        if (leftMs > 0) return Math.min(LOOK_MS, leftMs);
        const { events, waitMs } = await sweepNext(pool, context);
        if (events.length > 0) swept(flow.name, events);
        const cases = casesWithMail(context, events);
        if (cases.length > 0) mailed(cases);
        return Math.min(LOOK_MS, Math.max(TOGETHER_MS, waitMs ?? LOOK_MS));
      };
      const turn = (): Promise<number> =>
        look().catch((error: unknown) => {
          fromMs = performance.now() + graceMs;
          throw error;
        });
      return repeat({ turn, logger, about: { flow: flow.name }, failing: 'watches that are due cannot be looked at' });
    });
  return {
    async close() {
      await Promise.all(sweeping.map((one) => one.close()));
    },
  };
}
