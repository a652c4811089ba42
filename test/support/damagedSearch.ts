/** A search that has lost something, and what the audit says of it. */
import type { Pool } from '../../src/log/db/database.ts';
import { followSearch } from '../../src/log/search/followSearch.ts';
import { rememberSome } from './damagedMemory.ts';

/** Of `baskets`: events at 3 and 4. */
export async function followSome(pool: Pool): Promise<void> {
  await rememberSome(pool);
  await followSearch(pool, 'default');
}

export const SEARCH_DAMAGE: readonly (readonly [what: string, sql: string, finding: RegExp])[] = [
  ['an event that is not found', "delete from search where position = 4 and kind = 'event'", /evt_baskets\.4 is not in the search/],
];
