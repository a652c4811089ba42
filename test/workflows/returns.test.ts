/** A flow without a reflex, from its event to the decision of its story. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { arrival } from '../support/arrivals.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { returns } from '../support/returns.ts';

describe('a flow without a reflex', () => {
  let world: CaseWorld;
  beforeAll(async () => {
    world = await openCaseWorld({ flows: [returns] });
  });
  afterAll(() => world.close());

  it.each([
    ['o-1', 50, 'accept'],
    ['o-2', 50.01, 'refuse'],
  ])('decides the return %s of %d: %s', async (orderId, amount, outcome) => {
    await world.accept([arrival({ id: orderId, type: 'return.asked', subject: orderId, data: { orderId, amount } })]);
    const decided = await eventually(async () => (await world.rows('select outcome from decisions where subject = $1', [orderId]))[0]);
    expect(decided).toEqual({ outcome });
  });
});
