/**
 * Hunts the fault that a rung takes for an answer, or asks again without end: each kind is served, and leads to one abstention or one
 * failure that Temporal may try again, with a known number of requests.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import type { LlmSaid } from '../../src/llm/callLlm.ts';
import { type AnswerFault, answerFaultReply, type Faults, httpFaultReply, llmFaults } from '../support/llmFaults.ts';
import { answers, callsTools, type Reply, says, saysText } from '../support/llmReplies.ts';
import { aCall, type LlmWorld, MODEL, openLlmWorld, SURE } from '../support/llmWorld.ts';

const faults: Faults = await llmFaults();

/** By id, as the table may be another's: the abstention and the number of requests; `again`: thrown, to be tried again. */
const EXPECTED: Readonly<Record<string, readonly [string, number]>> = {
  'http-400': ['rejected', 1],
  'http-401': ['rejected', 1],
  'http-403': ['rejected', 1],
  'http-404': ['rejected', 1],
  'http-422': ['rejected', 1],
  'http-408': ['again', 1],
  'http-409': ['again', 1],
  'http-500': ['again', 1],
  'http-502': ['again', 1],
  'http-503': ['again', 1],
  'http-429': ['quota-spent', 1],
  refusal: ['refused', 1],
  'content-filter': ['filtered', 1],
  length: ['cut-short', 1],
  'no-choices-key': ['no-choices', 1],
  'content-empty': ['empty', 1],
  'prose-then-json': ['off-schema', 2],
  'duplicate-key': ['off-schema', 2],
  'extra-field': ['off-schema', 2],
  'wrong-type': ['off-schema', 2],
  nan: ['off-schema', 2],
  'tool-call-instead': ['tool-not-offered', 1],
  'huge-3MB': ['too-large', 1],
  '200-html': ['again', 1],
  'truncated-http': ['again', 1],
  drip: ['again', 1],
  'reset-mid-body': ['again', 1],
  'control-chars': ['off-schema', 2],
};

describe('callLlm()', () => {
  let world: LlmWorld;
  beforeAll(async () => {
    world = await openLlmWorld([]);
  });
  afterAll(async () => {
    await world.close();
  });

  /** What it came to, and how many requests were made. Each with a model of its own, so that no breaker opens for the next. */
  async function outcomeOf(reply: Reply, id: string): Promise<[string, number]> {
    world.fake.follow(() => reply);
    const before = world.fake.requests.length;
    const said = await world.call(aCall({ terms: { callSeconds: 1, model: id } })).catch((error: unknown) => error as Error);
    return [codeOf(said), world.fake.requests.length - before];
  }

  function codeOf(said: LlmSaid | Error): string {
    if (said instanceof ApplicationFailure) return said.type === 'llm-away' && said.nonRetryable === false ? 'again' : String(said.type);
    if (said instanceof Error) throw said;
    return said.kind === 'abstained' ? said.code : said.kind;
  }

  it.each(faults.http_errors.map((fault) => [fault.id, fault] as const))('callLlm() makes of %s what it must', async (id, fault) => {
    expect(await outcomeOf(httpFaultReply(fault), id)).toEqual(EXPECTED[id]);
  });

  it.each(faults.answers.map((fault): [string, AnswerFault] => [fault.id, fault]))(
    'callLlm() makes of %s what it must',
    async (id, fault) => {
      expect(await outcomeOf(answerFaultReply(fault), id)).toEqual(EXPECTED[id]);
    },
  );

  it('callLlm() does not take a choice that is not on the list, and does not ask for another', async () => {
    expect(await outcomeOf(says({ ...SURE, outcome: 'refund' }), 'choice')).toEqual(['wrong-outcome', 1]);
  });

  it('callLlm() obeys x-should-retry, both ways', async () => {
    expect(await outcomeOf(answers(500, { headers: { 'x-should-retry': 'false' } }), 'should-not')).toEqual(['rejected', 1]);
    expect(await outcomeOf(answers(400, { headers: { 'x-should-retry': 'true' } }), 'should')).toEqual(['again', 1]);
  });

  it('callLlm() follows no redirect, which would take the key elsewhere', async () => {
    expect(await outcomeOf(answers(307, { headers: { location: world.fake.url } }), 'redirect')).toEqual(['rejected', 1]);
  });

  it('callLlm() tries again when nobody listens, and nothing is spent', async () => {
    const call = world.caller({ baseUrl: 'http://127.0.0.1:1/v1' });
    const asked = aCall({ terms: { model: 'nobody' } });
    await expect(call(asked)).rejects.toMatchObject({ type: 'llm-away', nonRetryable: false, message: 'nobody: econnrefused' });
    expect(await world.rows("select state, code, nano_usd from llm_calls where model = 'nobody'")).toEqual([
      { state: 'failed', code: 'econnrefused', nano_usd: 0 },
    ]);
  });

  it('callLlm() repairs once: the second answer counts, and the request says what was wrong', async () => {
    const before = world.fake.requests.length;
    world.fake.follow([saysText('{"outcome":"decline","confidence":2,"reasons":[],"secret-key":1}'), says(SURE)]);
    const said = await world.call(aCall());
    expect(said).toMatchObject({ kind: 'answer', value: SURE });
    const [first, second] = world.fake.requests.slice(before).map(({ body }) => body.messages);
    expect(second?.slice(0, -1)).toEqual(first);
    const told = String(second?.at(-1)?.content);
    expect(told).toContain('confidence');
    // what the model wrote is not sent back
    expect(told).not.toContain('secret-key');
  });

  it('callLlm() makes no repair when the budget is tight, and none when it was the last request', async () => {
    const tight = { windowSeconds: 86_400, usdMax: 50, tokensMax: 1e9, tight: { fromShare: 0, decideFrom: 0.9 } };
    const before = world.fake.requests.length;
    world.fake.follow([saysText('no'), saysText('no')]);
    expect(await world.call(aCall({ flow: 'tight', terms: { budget: tight } }))).toMatchObject({
      code: 'off-schema',
      call: { tight: true },
    });
    expect(await world.call(aCall({ terms: { callsMax: 1 } }))).toMatchObject({ code: 'off-schema', call: { tight: false } });
    expect(world.fake.requests.length - before).toBe(2);
  });

  it('callLlm() makes what a model writes storable', async () => {
    world.fake.follow([saysText('{"outcome":"decline","confidence":1,"reasons":[{"fact":"score","text":"a\\u0000b\\ud800c"}]}')]);
    const said = await world.call(aCall());
    expect(said).toMatchObject({ kind: 'answer', value: { reasons: [{ text: 'a\ufffdb\ufffdc' }] } });
  });

  it('callLlm() makes every request of the cap and no more when all fail, and then abstains', async () => {
    world.fake.follow(() => answers(503));
    const asked = aCall({ terms: { callsMax: 4, model: 'all-fail' } });
    const before = world.fake.requests.length;
    for (let tried = 1; tried < 4; tried += 1) await expect(world.call(asked)).rejects.toMatchObject({ type: 'llm-away' });
    const spent = { kind: 'abstained', code: 'calls-spent', why: expect.stringContaining('http-503') };
    expect(await world.call(asked)).toMatchObject(spent);
    expect(await world.call(asked)).toMatchObject(spent);
    // another question about the event
    expect(await world.call({ ...asked, step: 'other' })).toMatchObject(spent);
    expect(world.fake.requests.length - before).toBe(4);
  });

  it('callLlm() offers tools, and gives calls of them with ids of its own', async () => {
    const tools = [
      { name: 'history', description: 'What was', parameters: { type: 'object', properties: {}, additionalProperties: false } },
    ];
    const asked = aCall({ tools, step: 'turn-1' });
    world.fake.follow([callsTools({ name: 'history', arguments: '{}' }), says(SURE)]);
    const said = await world.call(asked);
    if (said.kind !== 'tools') throw new Error(`It said ${said.kind}`);
    expect(said.calls).toEqual([{ id: 'call_1', name: 'history', arguments: '{}' }]);
    const messages = [...asked.messages, said.message, { role: 'tool' as const, tool_call_id: 'call_1', content: 'nothing' }];
    expect(await world.call({ ...asked, messages, step: 'turn-2' })).toMatchObject({ kind: 'answer', call: { model: MODEL } });
  });

  it('callLlm() abstains before it asks where the prompt is too long', async () => {
    world.fake.follow([]);
    const messages = [{ role: 'user' as const, content: 'x'.repeat(4000) }];
    expect(await world.call(aCall({ messages, terms: { promptTokensMax: 1000 } }))).toMatchObject({ code: 'prompt-too-long', call: null });
  });
});
