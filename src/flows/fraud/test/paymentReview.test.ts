/** The story of a doubtful payment, told in memory from its folding to its action. */
import { describe, expect, it } from '@jest/globals';
import { aboutFolded, type Script, tellInMemory } from '../../../../test/support/memoryStory.ts';
import { unsureCard } from '../../../../test/support/unsurePayments.ts';
import type { JsonObject } from '../../../domain/event.ts';
import { LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { reviewStory } from '../../../workflows/reviewCase.ts';
import { fraud } from '../flow.ts';
import type { FraudPolicy } from '../policy.ts';
import { paymentReview } from '../workflow.ts';

const shipped = parsePolicy(fraud, fraud.policyText);
const DAY_SECONDS = 86_400;
const sure = { outcome: 'approve', confidence: 0.95, reasons: [{ code: 'amount', text: 'small' }], result: { llm: { model: 'm' } } };

function doubtful(policy: FraudPolicy = shipped) {
  const log = new LogFold({ flow: fraud, policy });
  const { habit, payment } = unsureCard('c-1');
  const [last] = ([...habit, payment] as { id: string; type: string; time: string; data: JsonObject }[])
    .map(({ id, type, time, data }) => log.add({ id, type, timeMs: Date.parse(time), data }))
    .reverse();
  if (last === undefined) throw new Error('Cannot tell a story of no payment');
  return aboutFolded(last, policy);
}

const tell = (script: Script, about = doubtful()) => tellInMemory(reviewStory(paymentReview), about, script);
const held = () => doubtful({ ...shipped, rules: { ...shipped.rules, velocity: { paymentsPerHourMax: 0 } } });

describe('paymentReview', () => {
  it('paymentReview releases what a person approves, and says who, with what the reflex found', async () => {
    const { decision, taken, questions, endings } = await tell({ person: { afterSeconds: 60, verdict: 'approve' } });
    expect(decision).toMatchObject({ outcome: 'approve', rung: 'human', provisional: false, score: expect.any(Number) });
    expect(decision?.reasons[0]).toEqual({ code: 'verdict', text: 'Approved by ann: as the script says' });
    expect(decision?.reasons.length).toBeGreaterThan(1);
    expect(decision?.result).toMatchObject({ paymentId: expect.any(String), features: expect.any(Object) });
    expect(decision?.rungs.map(({ rung, ms }) => [rung, ms])).toEqual([
      ['rules', 0],
      ['model', 0],
      ['llm', 0],
      ['human', 60_000],
    ]);
    expect(questions[0]?.question).toMatch(/^Release payment .+ of .+ EUR by card c-1\?$/);
    expect([taken, endings.length]).toEqual([['release'], 1]);
  });

  it('paymentReview declines what a person rejects, and blocks the card', async () => {
    const { decision, taken } = await tell({ person: { afterSeconds: 60, verdict: 'reject' } });
    expect(decision).toMatchObject({ outcome: 'decline', rung: 'human' });
    expect(taken).toEqual(['block']);
  });

  it('paymentReview takes the default where nobody answers within a day', async () => {
    const about = doubtful();
    const outside = await tell({ person: { afterSeconds: DAY_SECONDS, verdict: 'approve' } }, about);
    expect(outside.decision).toMatchObject({
      outcome: 'decline',
      rung: 'default',
      reasons: [{ code: 'no-verdict' }, ...Array(5).fill({})],
    });
    expect(outside.nowMs() - about.event.acceptedAtMs).toBe(DAY_SECONDS * 1000);
  });

  it('paymentReview lets a sure LLM decide, and asks no person then', async () => {
    const { decision, questions, taken } = await tell({ llm: sure });
    expect(decision).toMatchObject({ outcome: 'approve', rung: 'llm', result: { llm: { model: 'm' }, paymentId: expect.any(String) } });
    expect([questions, taken]).toEqual([[], ['release']]);
  });

  it('paymentReview shows a person what an unsure LLM would have done', async () => {
    const { decision, questions } = await tell({
      llm: { ...sure, abstains: 'not sure enough' },
      person: { afterSeconds: 5, verdict: 'reject' },
    });
    expect(questions[0]?.advice).toEqual({
      llm: { outcome: 'approve', confidence: 0.95, reasons: sure.reasons, abstained: 'not sure enough' },
    });
    expect(decision).toMatchObject({ outcome: 'decline', rung: 'human' });
    expect(decision?.result).not.toHaveProperty('llm');
  });

  it('paymentReview lets an LLM advise a person and not answer for them where a rule asks for one', async () => {
    const { decision, questions } = await tell({ llm: { ...sure, confidence: 1 }, person: { afterSeconds: 5, verdict: 'reject' } }, held());
    expect(questions[0]?.advice).toMatchObject({ llm: { outcome: 'approve', abstained: 'a rule asks for a person' } });
    expect(decision).toMatchObject({ outcome: 'decline', rung: 'human' });
  });

  it('paymentReview asks no LLM where a rule asks for a person and the policy says so, nor where a person was asked before', async () => {
    const skipping = {
      ...held(),
      content: { ...shipped, rungs: shipped.rungs.map((rung) => (rung.rung === 'llm' ? { ...rung, afterRules: 'skip' as const } : rung)) },
    };
    const script: Script = { llm: sure, person: { afterSeconds: 5, verdict: 'approve' } };
    for (const [about, why] of [
      [skipping, 'a rule asks for a person'],
      [{ ...doubtful(), asked: true as const }, 'a person was asked about it before'],
    ] as const) {
      const { decision, questions } = await tell(script, about);
      expect(questions[0]?.advice).toEqual({});
      expect(decision?.rungs).toContainEqual({ rung: 'llm', outcome: null, confidence: null, ms: 0, abstained: why });
      expect(decision?.rung).toBe('human');
    }
  });

  it('paymentReview takes the default at once where the policy lists no person', async () => {
    const rungs = shipped.rungs.filter(({ rung }) => rung !== 'human');
    const { decision, questions } = await tell({}, { ...doubtful(), content: { ...shipped, rungs } });
    expect(decision).toMatchObject({ outcome: 'decline', rung: 'default', reasons: [{ code: 'no-rung' }, ...Array(5).fill({})] });
    expect(decision?.reasons.at(-1)?.code).toBe('llm-not-configured');
    expect(questions).toEqual([]);
  });
});
