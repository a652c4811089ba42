import { describe, expect, it } from '@jest/globals';
import { byRules } from '../../src/kit/climbNow.ts';
import { LogFold } from '../../src/kit/foldAll.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { reviewStory } from '../../src/workflows/reviewCase.ts';
import type { Story } from '../../src/workflows/storyRun.ts';
import { aboutFolded, tellInMemory } from '../support/memoryStory.ts';
import { returns } from '../support/returns.ts';
import { reviews } from '../support/reviews.ts';
import { returnsStory } from '../workflows/returnsCase.ts';

const policy = parsePolicy(returns, returns.policyText);
const asked = (amount: number) => {
  const data = { orderId: 'o-1', amount };
  return aboutFolded(new LogFold({ flow: returns, policy }).add({ type: 'return.asked', timeMs: 0, data }), policy);
};

const reviewed = reviews();
const reviewPolicy = parsePolicy(reviewed, reviewed.policyText);
const doubtful = () => {
  const data = { paymentId: 'p-1', cardId: 'c-1', amount: 12 };
  return aboutFolded(
    new LogFold({ flow: reviewed, policy: reviewPolicy }).add({ type: 'payment.attempted', timeMs: 0, data }),
    reviewPolicy,
  );
};
const review = reviewStory<typeof reviewPolicy>(({ event }) => ({
  question: `Pay ${event.data.amount}?`,
  dataAs: 'payment',
  proposed: { outcome: 'approve', result: { amount: event.data.amount ?? null } },
  rejected: 'decline',
}));

describe('returnsStory', () => {
  it.each([
    [policy.acceptUpTo, 'accept'],
    [policy.acceptUpTo + 0.01, 'refuse'],
  ])('returnsStory decides %d by its rule: %s', async (amount, outcome) => {
    const { decision, meanwhile } = await tellInMemory(returnsStory, asked(amount));
    expect(decision).toMatchObject({ outcome, rung: 'rules', provisional: false, rungs: [{ rung: 'rules', outcome, confidence: 1 }] });
    expect(meanwhile).toEqual([]);
  });
});

describe('tellStory()', () => {
  it('tellStory() ends an event that came too late, and tells it no story', async () => {
    const { endings } = await tellInMemory(returnsStory, { ...asked(1), expired: true });
    expect(endings).toEqual([{ ending: 'expired' }]);
  });

  it('tellStory() fails where a story is over and nothing was done', async () => {
    await expect(tellInMemory(async () => undefined, asked(1))).rejects.toThrow('it must end by run.done');
  });
});

describe('StoryRun', () => {
  it('ask() records what holds meanwhile where nothing was said about the event', async () => {
    const { meanwhile } = await tellInMemory(review, { ...doubtful(), provisional: null });
    expect(meanwhile).toMatchObject([{ outcome: 'decline', confidence: 0, rung: 'default', provisional: true }]);
    expect((await tellInMemory(review, doubtful())).meanwhile).toEqual([]);
  });

  it('ask() gives what a person changed, and only where they approved', async () => {
    const changes = { amount: 5 };
    const approved = await tellInMemory(review, doubtful(), { person: { afterSeconds: 1, verdict: 'approve', changes } });
    expect(approved.decision?.result).toEqual({ amount: 5 });
    const rejected = await tellInMemory(review, doubtful(), { person: { afterSeconds: 1, verdict: 'reject', changes } });
    expect(rejected.decision?.result).toEqual({ amount: 12 });
  });

  it('a story that begins again asks nobody about what was decided, records nothing new and takes what is left', async () => {
    const before = await tellInMemory(review, doubtful(), { person: { afterSeconds: 1, verdict: 'approve' } });
    const { decision } = before;
    if (decision === undefined) throw new Error('nothing was decided');
    const final = { ...decision, id: 'dec_memory.1.2', revises: null, policy: 'memory@000000000000', at: '2026-03-01T00:00:00.000Z' };
    const again = await tellInMemory(review, { ...doubtful(), final, planned: ['release'] });
    expect(again.questions).toEqual([]);
    expect(again.stages).toEqual([]);
    expect(again.endings).toEqual([{ ending: 'case' }]);
    expect(again.taken).toEqual(['release']);
  });

  it('done() without a decision records the event', async () => {
    const story: Story<unknown> = (run) => run.done();
    expect((await tellInMemory(story, asked(1))).endings).toEqual([{ ending: 'recorded', note: 'heard' }]);
  });

  it('act() lets the story go on', async () => {
    const times: number[] = [];
    const story: Story<typeof reviewPolicy> = async (run) => {
      await run.act(await run.ask({ question: '?', dataAs: 'payment', proposed: { outcome: 'approve', result: {} }, rejected: 'decline' }));
      times.push(run.nowMs());
      await run.done();
    };
    const { taken, endings } = await tellInMemory(story, doubtful(), { person: { afterSeconds: 60, verdict: 'approve' } });
    expect(taken).toEqual(['release']);
    expect(endings).toMatchObject([
      { ending: 'case', decision: { draft: { outcome: 'approve' } }, story: 'open' },
      { ending: 'case', story: 'over' },
    ]);
    expect(times).toEqual([60_000]);
  });

  it('emit() is told with the decision, after it at once, and with what was heard before it', async () => {
    const story: Story<typeof policy> = async (run) => {
      await run.emit('return.seen', { orderId: 'o-1' });
      await run.act(byRules('accept', []));
      await run.waitFor({ type: 'return.asked', untilMs: 100_000 });
      await run.emit('return.asked-again', { orderId: 'o-1' });
      await run.done();
    };
    const about = asked(1);
    const { endings } = await tellInMemory(story, about, { events: [{ afterSeconds: 1, type: 'return.asked' }] });
    expect(endings).toMatchObject([
      { decision: { draft: { outcome: 'accept' } }, story: 'open', emits: [{ type: 'return.seen', data: { orderId: 'o-1' }, causes: [] }] },
      { ending: 'case', story: 'open', emits: [{ type: 'return.asked-again', causes: [about.event.position + 1] }] },
      { ending: 'case', story: 'over' },
    ]);
    expect(endings.map(({ emits = [] }) => emits.length)).toEqual([1, 1, 0]);
  });

  it('emit() of a story that decides nothing is told at its end', async () => {
    const story: Story<typeof policy> = async (run) => {
      await run.emit('return.seen', { orderId: 'o-1' });
      await run.done();
    };
    expect((await tellInMemory(story, asked(1))).endings).toEqual([
      { ending: 'recorded', note: 'heard', emits: [{ type: 'return.seen', data: { orderId: 'o-1' }, causes: [] }] },
    ]);
  });
});
