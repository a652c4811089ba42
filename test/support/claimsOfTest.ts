import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Notifier, openNotifier } from '../../src/log/db/notify.ts';
import { type ClaimsOffice, openClaims } from './claims.ts';
import { startPostgres } from './postgres.ts';

interface ClaimsOfTest {
  pool: Pool;
  office: ClaimsOffice;
}

/** An office of claims for each test, on one database for all tests of a file. */
export function claimsOfTest(): Readonly<ClaimsOfTest> {
  const opened = {} as ClaimsOfTest;
  let notifier: Notifier;
  beforeAll(async () => {
    const url = await (await startPostgres()).fresh();
    opened.pool = openDatabase(url, { name: 'test' });
    notifier = openNotifier(url);
  });
  beforeEach(async () => {
    opened.office = await openClaims(opened.pool, notifier);
  });
  afterEach(() => opened.office.close());
  afterAll(async () => {
    await notifier.close();
    await opened.pool.end();
  });
  return opened;
}
