/** The bugs this hunts: an LLM that answers for the person a rule asks for, or is paid where nobody may hear it; and a look-up that tells it what nobody may. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readApproval } from '../../src/approvals/approval.ts';
import { giveVerdict } from '../../src/approvals/approvals.ts';
import type { Flow } from '../../src/domain/flow.ts';
import type { LadderPolicy, LlmRung } from '../../src/policy/ladderPolicy.ts';
import { askedReviews, paymentWith } from '../support/askedReviews.ts';
import { type CaseWorld, eventually, openCaseWorld } from '../support/caseWorld.ts';
import { type FakeLlm, openFakeLlm } from '../support/fakeLlm.ts';
import { callsTools, type Reply, says } from '../support/llmReplies.ts';
import { llmTargetAt } from '../support/llmTarget.ts';

const sure: Reply = says({ outcome: 'approve', confidence: 1, reasons: [{ fact: 'amount', text: 'small' }] });

/** A rule of its reflex asks for a person. */
function held(terms: Partial<LlmRung>): Flow<LadderPolicy> {
  const flow = askedReviews(terms);
  const { reflex } = flow;
  if (reflex === undefined) throw new Error('Cannot hold what no reflex has folded');
  const fold: typeof reflex.fold = (...given) => {
    const folded = reflex.fold(...given);
    return folded.decision === undefined ? folded : { ...folded, decision: { ...folded.decision, rung: 'rules' } };
  };
  return { ...flow, reflex: { ...reflex, fold } };
}

describe.each<[string, Flow<LadderPolicy>, number, string | null]>([
  ['advise', held({ afterRules: 'advise' }), 1, 'approve'],
  ['skip', held({ afterRules: 'skip' }), 0, null],
])('an LLM where a rule asks for a person, afterRules: %s', (_how, flow, requests, outcome) => {
  it('fraudCase() has the person decide, whatever the LLM says', async () => {
    const llm = await openFakeLlm([sure, sure]);
    const world = await openCaseWorld({
      flows: [flow],
      llm: llmTargetAt(llm.url),
    });
    try {
      const [accepted] = await world.accept([paymentWith('p-1', 'card-1', {})]);
      const key = { tenant: 'default', flow: 'fraud', eventPosition: accepted?.position ?? 0, turn: 0 };
      const { approval } = await eventually(() => readApproval(world.pool, key));
      expect(llm.requests).toHaveLength(requests);
      expect((approval.evidence.llm as { outcome: string } | undefined)?.outcome ?? null).toBe(outcome);
      await giveVerdict(world, { ...key, verdict: 'reject', actor: 'ann', reason: 'no', via: 'http' });
      const [row] = await eventually(async () => {
        const rows = await world.rows<{ outcome: string; body: string }>('select outcome, body from decisions where not provisional');
        return rows.length > 0 && rows;
      });
      const { rung, rungs } = JSON.parse(row?.body ?? '{}');
      expect({ outcome: row?.outcome, rung }).toEqual({ outcome: 'decline', rung: 'human' });
      expect(rungs).toContainEqual(expect.objectContaining({ rung: 'llm', outcome, abstained: 'a rule asks for a person' }));
      expect(llm.requests).toHaveLength(requests);
    } finally {
      await world.close();
      await llm.close();
    }
  });
});

describe('what an LLM looks up', () => {
  let llm: FakeLlm;
  let world: CaseWorld;

  beforeAll(async () => {
    llm = await openFakeLlm([]);
    world = await openCaseWorld({
      flows: [askedReviews({ lookUps: { turnsMax: 1, tools: ['subject-history'] } })],
      llm: llmTargetAt(llm.url),
    });
  });
  afterAll(async () => {
    await world.close();
    await llm.close();
  });

  /** The result of the look-up that the last of the card's payments asks for. */
  async function lookUp(card: string, earlier: readonly object[]): Promise<string> {
    const decides = says({ outcome: 'decline', confidence: 1, reasons: [{ fact: 'amount', text: 'seen' }] });
    llm.follow(earlier.map(() => decides));
    for (const [nth, more] of earlier.entries()) {
      const [accepted] = await world.accept([paymentWith(`p-${card}-${nth}`, card, more as never)]);
      await eventually(
        async () => (await world.rows("select 1 from entries where position = $1 and ending = 'case'", [accepted?.position])).length === 1,
      );
    }
    llm.follow([callsTools({ name: 'subject-history', arguments: '{}' }), decides]);
    const before = llm.requests.length;
    await world.accept([paymentWith(`p-${card}-last`, card, {})]);
    const asked = await eventually(async () => llm.requests.length === before + 2 && llm.requests.at(-1));
    return JSON.stringify(asked.body.messages);
  }

  it('lookUp() shows an LLM no personal, secret or undeclared field of earlier events', async () => {
    const seen = await lookUp('card-1', [{ email: 'zebulon@example.org', pin: 'tulip-4711', holder: 'Zebulon Quux', note: 'no more' }]);
    expect(seen).toContain('no more');
    const all = JSON.stringify(llm.requests.map(({ body }) => body));
    for (const hidden of ['zebulon', 'tulip-4711', 'Zebulon', 'Quux']) expect(all).not.toContain(hidden);
  });

  it('lookUp() cuts what would fill the prompt', async () => {
    const long = { currency: 'E'.repeat(1500) };
    const seen = await lookUp('card-2', [long, long, long, long]);
    const [kept] = await world.rows<{ detail: string }>(
      "select detail from records where subject = 'card-2' and title = 'Looked up subject-history'",
    );
    expect(JSON.parse(kept?.detail ?? '{}').result.length).toBe(4003);
    expect(seen.length).toBeLessThan(10_000);
  });
});
