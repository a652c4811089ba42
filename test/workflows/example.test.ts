/** The flow that docs/flows.md shows, from its event to its decision. The bug this hunts: an example that nobody runs. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { returns } from '../../examples/returns/flow.ts';
import { flows } from '../../src/flows/index.ts';
import * as workflows from '../../src/flows/workflows.ts';
import { arrival } from '../support/arrivals.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';

describe('examples/returns', () => {
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

describe('src/flows/index.ts', () => {
  it.each(flows.flatMap(({ name, workflow }) => (workflow === undefined ? [] : [[name, workflow] as const])))(
    'the workflow of %s is one that workers run',
    (_name, workflow) => {
      expect(Object.keys(workflows)).toContain(workflow);
    },
  );
});
