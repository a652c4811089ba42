/** Memories as no code of ours would leave them, and what the audit says of each. */
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import type { Pool } from '../../src/log/db/database.ts';
import { Policies } from '../../src/log/policies.ts';
import { arrival } from './arrivals.ts';
import { baskets, POISON, VIEWED } from './baskets.ts';

/** Of `baskets`: code at 1, policy at 2, a lesson at 3, 4 in quarantine. */
export async function rememberSome(pool: Pool): Promise<void> {
  await ensureHeads(pool, 'default', [baskets]);
  await activateFlow(pool, 'default', baskets);
  const context = { tenant: 'default', log: 'baskets', flow: baskets, policies: new Policies() };
  const appender = new Appender({ pool, context, mailed: () => undefined });
  const view = (itemId: string) => arrival({ id: itemId, type: VIEWED, subject: 's', data: { sessionId: 's', itemId } });
  await appender.append([view('i'), view(POISON)]);
  await appender.close();
}

export const MEMORY_DAMAGE: readonly (readonly [what: string, sql: string, finding: RegExp])[] = [
  ['a memory that is gone', "delete from memories where mark = 'newest'", /that of baskets begins at 1, its checkpoint is of nothing/],
  [
    'a checkpoint ahead of its log',
    "update memories set position = 9 where mark = 'newest'",
    /its checkpoint is of 9, .* its head is at 4/,
  ],
  ['a memory that begins elsewhere', "update memories set position = 2 where mark = 'base'", /begins at 2, no entry of its code/],
  ['a memory of other code', "update memories set code = 'other'", /and other code runs/],
  [
    'a lesson of what was not folded',
    'update lessons set position = 4',
    /entry 4 of baskets is of the kind event and ended as quarantined/,
  ],
];
