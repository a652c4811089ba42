/** Claims in a database of their own, and what their labels say: for suites of one flow of claims each. */

import type { FlowOutcomes } from '../../src/domain/flow/flowOutcomes.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { openDatabase } from '../../src/log/db/database.ts';
import { openNotifier } from '../../src/log/db/notify.ts';
import { readTruth } from '../../src/outcomes/readOutcomes.ts';
import { type ClaimsOffice, claims, cubeOf, openClaims } from './claims.ts';
import { startPostgres } from './postgres.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 5);

export const at = (hour: number): string => new Date(START_MS + hour * HOUR_MS).toISOString();

/** A flow of claims that differs in how its labels find their decisions. */
export const labelledClaims = (labels: Pick<FlowOutcomes, 'keyOf' | 'labelOf' | 'hindsightOf'>): Flow => ({
  ...claims,
  labels: { truths: ['bad', 'good'], claims: { refuse: 'bad', pay: 'good' }, positive: 'bad', ...labels },
});

export interface ClaimTruths {
  /** An office of its own each time; its caller closes it. */
  office(): Promise<ClaimsOffice>;
  /** The truth of each decision, in the order in which they were filed. */
  truths(work: (office: ClaimsOffice) => Promise<void>): Promise<(string | null)[]>;
  cubeOf(office: ClaimsOffice): Promise<string[]>;
  close(): Promise<void>;
}

export async function openClaimTruths(flow: Flow): Promise<ClaimTruths> {
  const url = await (await startPostgres()).fresh();
  const pool = openDatabase(url, { name: 'test' });
  const notifier = openNotifier(url);
  const office = () => openClaims(pool, notifier, flow);
  return {
    office,
    async truths(work) {
      const opened = await office();
      const { tenant } = opened;
      try {
        await work(opened);
        await opened.follow();
        const { rows } = await pool.query<{ position: number }>(
          "select position from entries where tenant = $1 and type = 'claim.filed' order by position",
          [tenant],
        );
        return await Promise.all(
          rows.map(async ({ position }) => (await readTruth(pool, { tenant, log: flow.name, position }))?.truth ?? null),
        );
      } finally {
        await opened.close();
      }
    },
    cubeOf: ({ tenant }) => cubeOf(pool, tenant),
    async close() {
      await notifier.close();
      await pool.end();
    },
  };
}
