/** The bug this hunts: a database that hangs or fails keeps whoever waits for a decision from the answer that is known already. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FinalDecisions } from '../../src/ingress/accept/finalDecisions.ts';
import { startPostgres } from '../support/postgres.ts';

describe('FinalDecisions', () => {
  let finals: FinalDecisions;

  beforeAll(async () => {
    finals = new FinalDecisions(await (await startPostgres()).fresh());
  });
  afterAll(async () => {
    await finals.close();
  });

  it('wait() gives up on a look that hangs', async () => {
    expect(await finals.wait('default fraud 1', 50, () => new Promise<never>(() => undefined))).toBeNull();
  });

  it('wait() gives what it saw last where a later look hangs', async () => {
    let looks = 0;
    const look = async () => {
      looks += 1;
      return looks === 1 ? { value: 'provisional', done: false } : new Promise<never>(() => undefined);
    };
    expect(await finals.wait('default fraud 2', 50, look)).toBe('provisional');
    expect(looks).toBeGreaterThan(1);
  });

  it('wait() outlives a look that fails', async () => {
    const look = () => Promise.reject(new Error('the database is away'));
    expect(await finals.wait('default fraud 3', 50, look)).toBeNull();
  });

  it('wait() gives what is done at once, and the newest where nothing is done in time', async () => {
    expect(await finals.wait('default fraud 4', 60_000, async () => ({ value: 'final', done: true }))).toBe('final');
    let looks = 0;
    const look = async () => {
      looks += 1;
      return { value: looks, done: false };
    };
    expect(await finals.wait('default fraud 5', 50, look)).toBe(looks);
    expect(looks).toBeGreaterThan(1);
  });
});
