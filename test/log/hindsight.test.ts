/**
 * Labels in hindsight: a failure scores the decision that foretold it, or the one that did not. The bugs this hunts: a failure that scores
 * what was decided after it, one that moves on when later decisions come, one that is counted twice.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Flow } from '../../src/domain/flow.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Notifier, openNotifier } from '../../src/log/db/notify.ts';
import { readTruth } from '../../src/outcomes/readOutcomes.ts';
import { type ClaimsOffice, claims, cubeOf, filed, openClaims, settled } from '../support/claims.ts';
import { startPostgres } from '../support/postgres.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 5);

/** A settled claim that was bad tells of whatever was refused to its holder within a day before it. */
const foretelling: Flow = {
  ...claims,
  labels: {
    truths: ['bad', 'good'],
    claims: { refuse: 'bad', pay: 'good' },
    positive: 'bad',
    keyOf: () => null,
    labelOf: () => null,
    hindsightOf: ({ type, data }) =>
      type === 'claim.settled' && data.bad === true ? { truth: 'bad', outcomes: ['refuse'], withinMs: 24 * HOUR_MS } : null,
  },
};

let pool: Pool;
let notifier: Notifier;

beforeAll(async () => {
  const url = await (await startPostgres()).fresh();
  pool = openDatabase(url, { name: 'test' });
  notifier = openNotifier(url);
});
afterAll(async () => {
  await notifier.close();
  await pool.end();
});

const at = (hour: number): string => new Date(START_MS + hour * HOUR_MS).toISOString();
const PAY = 0.1;
const REFUSE = 0.9;

/** The truth of each decision, in the order in which they were filed. */
async function truths(work: (office: ClaimsOffice) => Promise<void>): Promise<(string | null)[]> {
  const office = await openClaims(pool, notifier, foretelling);
  try {
    await work(office);
    await office.follow();
    const { rows } = await pool.query<{ position: number }>(
      "select position from entries where tenant = $1 and type = 'claim.filed' order by position",
      [office.tenant],
    );
    const found: (string | null)[] = [];
    for (const { position } of rows) {
      const truth = await readTruth(pool, { tenant: office.tenant, log: foretelling.name, position });
      found.push(truth?.truth ?? null);
    }
    return found;
  } finally {
    await office.close();
  }
}

describe('hindsightOf', () => {
  it('a failure scores the newest decision that foretold it, whatever was decided between', async () => {
    const found = await truths(async (office) => {
      await office.accept(filed('ann', 'a', REFUSE, at(0)), filed('ann', 'b', REFUSE, at(1)), filed('ann', 'c', PAY, at(2)));
      await office.accept(filed('bob', 'd', REFUSE, at(2)), settled('ann', 'x', true, at(3)));
    });
    expect(found).toEqual([null, 'bad', null, null]);
  });

  it('a failure that nothing foretold in time scores the newest decision: it was missed', async () => {
    const found = await truths(async (office) => {
      await office.accept(filed('ann', 'a', REFUSE, at(0)), filed('ann', 'b', PAY, at(24)), filed('ann', 'c', PAY, at(25)));
      await office.accept(settled('ann', 'x', true, at(26)));
    });
    expect(found).toEqual([null, null, 'bad']);
  });

  it('a failure that is told late passes over what was decided after it, and nothing that comes later moves it', async () => {
    const found = await truths(async (office) => {
      await office.accept(filed('ann', 'a', PAY, at(0)), filed('ann', 'b', REFUSE, at(5)));
      await office.accept(settled('ann', 'x', true, at(3)));
      await office.follow();
      await office.accept(filed('ann', 'c', REFUSE, at(6)));
    });
    expect(found).toEqual(['bad', null, null]);
  });

  it('an alert that its case decided otherwise is still the one that foretold, and what was decided is counted as wrong', async () => {
    const office = await openClaims(pool, notifier, foretelling);
    const [doubtful] = await office.accept(filed('ann', 'a', 0.6, at(0)));
    if (doubtful === undefined) throw new Error('Cannot go on without an event');
    await office.accept(settled('ann', 'x', true, at(1)));
    await office.follow();
    await office.decide(doubtful, { outcome: 'pay', rung: 'human' });
    await office.follow();
    expect(await cubeOf(pool, office.tenant)).toEqual([expect.stringMatching(/^human .* pay 9 bad n 1 1000000 0$/)]);
    await office.close();
  });

  it('a failure of somebody of whom nothing was decided says nothing, and is counted once however often it is followed', async () => {
    const office = await openClaims(pool, notifier, foretelling);
    await office.accept(settled('ann', 'x', true, at(1)), filed('ann', 'a', REFUSE, at(2)), settled('ann', 'y', true, at(3)));
    for (let times = 0; times < 3; times += 1) await office.follow();
    expect(await cubeOf(pool, office.tenant)).toEqual([expect.stringMatching(/^model .* refuse 9 bad n 1 900000 0$/)]);
    await office.close();
  });
});
