/** The worker counts what cases decide, under who decided it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import { readQuality } from '../../src/outcomes/readQuality.ts';
import { readSimilar } from '../../src/outcomes/similar.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { payment, reviews } from '../support/reviews.ts';

describe('openWorker()', () => {
  const flow = reviews();
  let world: CaseWorld;

  beforeAll(async () => {
    world = await openCaseWorld({ flows: [flow] });
  });
  afterAll(() => world.close());

  it("openWorker() follows outcomes: a person's decision counts under who gave the verdict", async () => {
    const accepted = await world.accept([payment('p-1', 'card-1'), payment('p-2', 'card-2')]);
    for (const [at, actor] of ['ann', 'bob'].entries()) {
      const key = { tenant: 'default', flow: 'fraud', eventPosition: accepted[at]?.position ?? 0, turn: 0 };
      const verdict = { verdict: at === 0 ? ('approve' as const) : ('reject' as const), actor, reason: 'known', via: 'http' as const };
      await eventually(() => giveVerdict(world, { ...key, ...verdict }));
    }
    const report = await eventually(async () => {
      const read = await readQuality(world.pool, 'default', flow, { by: 'reviewer', from: null, to: null });
      return read.groups.length === 2 && read;
    });
    expect(report.groups.map(({ name, outcomes }) => [name, outcomes])).toEqual([
      ['ann', { approve: 1 }],
      ['bob', { decline: 1 }],
    ]);
    const like = { tenant: 'default', flow: 'fraud', subject: 'card-3', eventPosition: 99, found: {}, score: 0.4, limit: 5 };
    expect((await readSimilar(world.pool, like)).map(({ outcome, rung, distance }) => `${outcome} ${rung} ${distance}`).sort()).toEqual([
      'approve human 0',
      'decline human 0',
    ]);
  });
});
