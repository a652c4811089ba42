/**
 * Labels in hindsight: a failure scores the decision that foretold it, or the one that did not. The bugs this hunts: a failure that scores
 * what was decided after it, one that moves on when later decisions come, one that is counted twice.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { filed, settled } from '../support/claims.ts';
import { at, type ClaimTruths, labelledClaims, openClaimTruths } from '../support/claimTruths.ts';

const PAY = 0.1;
const REFUSE = 0.9;
const DAY_MS = 86_400_000;

/** A settled claim that was bad tells of whatever was refused to its holder within a day before it. */
const foretelling = labelledClaims({
  keyOf: () => null,
  labelOf: () => null,
  hindsightOf: ({ type, data }) =>
    type === 'claim.settled' && data.bad === true ? { truth: 'bad', outcomes: ['refuse'], withinMs: DAY_MS } : null,
});

let told: ClaimTruths;

beforeAll(async () => {
  told = await openClaimTruths(foretelling);
});
afterAll(() => told.close());

describe('hindsightOf', () => {
  it('a failure scores the newest decision that foretold it, whatever was decided between', async () => {
    const found = await told.truths(async (office) => {
      await office.accept(filed('ann', 'a', REFUSE, at(0)), filed('ann', 'b', REFUSE, at(1)), filed('ann', 'c', PAY, at(2)));
      await office.accept(filed('bob', 'd', REFUSE, at(2)), settled('ann', 'x', true, at(3)));
    });
    expect(found).toEqual([null, 'bad', null, null]);
  });

  it('a failure that nothing foretold in time scores the newest decision: it was missed', async () => {
    const found = await told.truths(async (office) => {
      await office.accept(filed('ann', 'a', REFUSE, at(0)), filed('ann', 'b', PAY, at(24)), filed('ann', 'c', PAY, at(25)));
      await office.accept(settled('ann', 'x', true, at(26)));
    });
    expect(found).toEqual([null, null, 'bad']);
  });

  it('a failure that is told late passes over what was decided after it, and nothing that comes later moves it', async () => {
    const found = await told.truths(async (office) => {
      await office.accept(filed('ann', 'a', PAY, at(0)), filed('ann', 'b', REFUSE, at(5)));
      await office.accept(settled('ann', 'x', true, at(3)));
      await office.follow();
      await office.accept(filed('ann', 'c', REFUSE, at(6)));
    });
    expect(found).toEqual(['bad', null, null]);
  });

  it('an alert that its case decided otherwise is still the one that foretold, and what was decided is counted as wrong', async () => {
    const office = await told.office();
    const [doubtful] = await office.accept(filed('ann', 'a', 0.6, at(0)));
    if (doubtful === undefined) throw new Error('Cannot go on without an event');
    await office.accept(settled('ann', 'x', true, at(1)));
    await office.follow();
    await office.decide(doubtful, { outcome: 'pay', rung: 'human' });
    await office.follow();
    expect(await told.cubeOf(office)).toEqual([expect.stringMatching(/^human .* pay 9 bad n 1 1000000 0$/)]);
    await office.close();
  });

  it('a failure of somebody of whom nothing was decided says nothing, and is counted once however often it is followed', async () => {
    const office = await told.office();
    await office.accept(settled('ann', 'x', true, at(1)), filed('ann', 'a', REFUSE, at(2)), settled('ann', 'y', true, at(3)));
    for (let times = 0; times < 3; times += 1) await office.follow();
    expect(await told.cubeOf(office)).toEqual([expect.stringMatching(/^model .* refuse 9 bad n 1 900000 0$/)]);
    await office.close();
  });
});
