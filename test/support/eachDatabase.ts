/** For each test of a suite a database of its own. */
import { afterEach, beforeEach } from '@jest/globals';
import type { Pool } from '../../src/log/db/database.ts';
import { startPostgres } from './postgres.ts';

/** `open` gives the pool that is ended after the test. `empty`: without a schema. */
export function eachDatabase(open: (url: string) => Pool, made: 'fresh' | 'empty' = 'fresh'): void {
  let pool: Pool | undefined;
  beforeEach(async () => {
    pool = undefined;
    pool = open(await (await startPostgres())[made]());
  });
  afterEach(() => pool?.end());
}
