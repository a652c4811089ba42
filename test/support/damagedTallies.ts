/** Counts over time that have lost something, and what the audit says of them. */
import type { Pool } from '../../src/log/db/database.ts';
import { followTallies } from '../../src/log/tally/followTallies.ts';
import { rememberSome } from './damagedMemory.ts';

/** Of `baskets`: one decision, at 3. */
export async function tallySome(pool: Pool): Promise<void> {
  await rememberSome(pool);
  await followTallies(pool, 'default');
}

export const TALLY_DAMAGE: readonly (readonly [what: string, sql: string, finding: RegExp])[] = [
  [
    'a decision that was counted twice',
    "update tallies set count = 2 where kind = 'outcome'",
    /baskets made 1 final decisions, 2 are counted over time/,
  ],
  [
    'a decision that was not counted',
    "delete from tallies where kind = 'outcome'",
    /baskets made 1 final decisions, 0 are counted over time/,
  ],
];
