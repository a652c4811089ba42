/**
 * Labels that need the event which they are about to say what is true: goods came when they were promised, or not. The bugs this hunts: one
 * that is held against another event, that says something where its event is not there, whose flow throws and stops the follower.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LabelledEvent } from '../../src/domain/flow/flowOutcomes.ts';
import { filed, settled } from '../support/claims.ts';
import { at, type ClaimTruths, labelledClaims, openClaimTruths } from '../support/claimTruths.ts';

const HOUR_MS = 3_600_000;

/** A claim that was settled more than an hour after it was filed is bad; of one of score .2 nobody can say, of one of .3 nothing that can be. */
function truthOf({ data, timeMs }: LabelledEvent, settling: LabelledEvent): string {
  if (data.score === 0.2) throw new Error('nobody can say');
  if (data.score === 0.3) return 'neither';
  return settling.timeMs - timeMs > HOUR_MS ? 'bad' : 'good';
}

const timed = labelledClaims({
  keyOf: ({ type, data }) => (type === 'claim.filed' ? String(data.claim) : null),
  labelOf: ({ type, data }) => (type === 'claim.settled' ? { key: String(data.claim), truth: truthOf } : null),
});

let told: ClaimTruths;

beforeAll(async () => {
  told = await openClaimTruths(timed);
});
afterAll(() => told.close());

describe('a truth that both events tell', () => {
  it.each([true, false])(
    'is that of the event before it, and goes on to a newer one of its key, followed between or not: %s',
    async (between) => {
      const found = await told.truths(async (office) => {
        await office.accept(filed('ann', 'a', 0.1, at(0)), settled('ann', 'a', true, at(2)));
        if (between) await office.follow();
        await office.accept(filed('ann', 'a', 0.9, at(2)));
      });
      expect(found).toEqual([null, 'bad']);
    },
  );

  it('is that of the event which the label names, in one batch with it or long after it', async () => {
    const found = await told.truths(async (office) => {
      await office.accept(filed('ann', 'a', 0.1, at(0)), filed('ann', 'b', 0.1, at(3)), settled('ann', 'b', true, at(3.5)));
      await office.follow();
      await office.accept(settled('ann', 'a', true, at(3.5)), filed('bob', 'a', 0.1, at(3)));
    });
    expect(found).toEqual(['bad', 'good', null]);
  });

  it('says nothing where its event comes only after it, tells what cannot be, or throws, and the others go on', async () => {
    const found = await told.truths(async (office) => {
      await office.accept(settled('ann', 'a', true, at(1)), filed('ann', 'a', 0.1, at(0)));
      await office.follow();
      await office.accept(filed('ann', 'b', 0.2, at(0)), filed('ann', 'c', 0.3, at(0)), filed('ann', 'd', 0.1, at(0)));
      await office.accept(...['b', 'c', 'd'].map((claim) => settled('ann', claim, true, at(2))));
    });
    expect(found).toEqual([null, null, null, 'bad']);
  });
});
