/** What /readyz says: whether events can be accepted, and whether what waits for cases moves. */
import type { CaseClient } from '../../cases/caseClient.ts';
import type { Flow } from '../../domain/flow.ts';
import { type Backlog, readBacklog } from '../../log/backlog.ts';
import { CLOCK_APART_MS, type DatabaseClock } from '../../log/db/clock.ts';
import type { Pool } from '../../log/db/database.ts';
import type { Ready } from '../../wire/ready.ts';
import type { Storing } from '../accept/storing.ts';

interface ProbeDeps {
  readonly pool: Pool;
  readonly cases: Pick<CaseClient, 'probe'>;
  readonly clock: DatabaseClock;
  readonly storing: Pick<Storing, 'ok'>;
  readonly flows: readonly Flow[];
  readonly tenant: string;
  readonly temporal: { readonly address: string; readonly namespace: string; readonly web: string | null };
}

/** A storm of probes asks the database and Temporal once a second. */
const FRESH_MS = 1000;

/** `ready` is whether events can be accepted: Temporal and workers may be away. Without its search attributes no case can ever start: that is no outage but a setup to mend. */
export function openProbes({ pool, cases, clock, storing, flows, tenant, temporal }: ProbeDeps): { ready: () => Promise<Ready> } {
  let last: { atMs: number; answer: Promise<Ready> } | null = null;

  async function look(): Promise<Ready> {
    const [database, { ok, workers, missing }] = await Promise.all([lookAtDatabase(), cases.probe()]);
    const { otherCode, backlog } = database;
    const up = database.up && storing.ok;
    return {
      ready: up && otherCode.length < flows.length && missing.length === 0,
      database: { ok: up },
      temporal: { ok: ok && missing.length === 0, ...temporal, ...(missing.length === 0 ? {} : { missingSearchAttributes: [...missing] }) },
      worker: { ok: workers },
      backlog,
      clock: { ok: Math.abs(clock.aheadMs()) <= CLOCK_APART_MS, aheadSeconds: Math.round(clock.aheadMs() / 1000) },
      ...(otherCode.length === 0 ? {} : { otherCode }),
    };
  }

  async function lookAtDatabase(): Promise<{ up: boolean; otherCode: string[]; backlog: Backlog }> {
    try {
      const { rows } = await pool.query<{ log: string; code: string | null }>('select log, code from heads where tenant = $1', [tenant]);
      const otherCode = flows.filter(({ name, code }) => rows.find(({ log }) => log === name)?.code !== code).map(({ name }) => name);
      await clock.look(pool);
      return { up: true, otherCode, backlog: await readBacklog(pool) };
    } catch {
      return { up: false, otherCode: [], backlog: { events: 0, oldestSeconds: 0 } };
    }
  }

  return {
    ready: () => {
      if (last === null || performance.now() - last.atMs > FRESH_MS) last = { atMs: performance.now(), answer: look() };
      return last.answer;
    },
  };
}
