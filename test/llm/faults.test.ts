/**
 * Hunts the fault that a rung takes for an answer, or asks again without end: each kind is served, and leads to one abstention or one
 * failure that Temporal may try again, with a known number of requests.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import type { LlmSaid } from '../../src/llm/llmCall.ts';
import { type AnswerFault, answerFaultReply, type Faults, httpFaultReply, llmFaults } from '../support/llmFaults.ts';
import { answers, callsTools, completes, type Reply, says, saysText } from '../support/llmReplies.ts';
import { aCall, asking, type LlmWorld, MODEL, openLlmWorld, SURE } from '../support/llmWorld.ts';

const faults: Faults = await llmFaults();

/** By id, as the table may be another's: the abstention and the number of requests; `again`: thrown, to be tried again. */
const EXPECTED: Readonly<Record<string, readonly [string, number]>> = {
  // about the form of the answer: asked for as a schema, as an object, as text
  'http-400': ['rejected', 3],
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
    // part of the same message: templates refuse two of one role in a row
    expect(second?.map(({ role }) => role)).toEqual(first?.map(({ role }) => role));
    expect(second?.[0]).toEqual(first?.[0]);
    const told = String(second?.at(-1)?.content);
    expect(told.startsWith(String(first?.at(-1)?.content))).toBe(true);
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
    const words = { ...asked.words, question: `${asked.words.question} Found: nothing` };
    expect(await world.call({ ...asked, words, tools: [], step: 'turn-2' })).toMatchObject({ kind: 'answer', call: { model: MODEL } });
  });

  it('callLlm() abstains before it asks where the prompt is too long', async () => {
    world.fake.follow([]);
    const words = asking('x'.repeat(4000));
    expect(await world.call(aCall({ words, terms: { promptTokensMax: 1000 } }))).toMatchObject({ code: 'prompt-too-long', call: null });
  });

  const errorOf = (error: unknown) => answers(200, { body: { id: 'gen-1', error } });
  it.each<[string, Reply, string]>([
    ['its code, a number', errorOf({ code: 429, message: 'Rate limited' }), 'llm-busy'],
    ['its code, a text', errorOf({ code: '503', message: 'No' }), 'again'],
    ['a word of its own', errorOf({ code: 'rate_limit_exceeded', message: 'No' }), 'llm-busy'],
    ['its type', errorOf({ type: 'overloaded_error', message: 'No' }), 'again'],
    ['nothing but a sentence', errorOf('the model runner has unexpectedly stopped'), 'again'],
    ['a spent quota', errorOf({ code: 'insufficient_quota' }), 'quota-spent'],
    ['what is wrong with the request', errorOf({ code: 401, message: 'No' }), 'rejected'],
    ['an error beside choices that are null', answers(200, { body: { choices: null, error: { code: 502, message: 'No' } } }), 'again'],
    ['an error in place of the first choice', answers(200, { body: { choices: [{ error: { code: 502, message: 'No' } }] } }), 'again'],
  ])('callLlm() takes a 200 whose body holds an error for the status that it names: %s', async (what, reply, code) => {
    const model = `200 ${what}`;
    expect(await outcomeOf(reply, model)).toEqual([code, 1]);
    // it cost nothing, and the model is not well
    expect(await world.rows('select nano_usd from llm_calls where model = $1', [model])).toEqual([{ nano_usd: 0 }]);
    const [row] = await world.rows<{ failures: number }>('select failures from llm_models where model = $1', [model]);
    expect(row?.failures).toBe(code === 'again' ? 1 : 0);
  });

  it.each(['eos_token', 'eos', '', 'stop_sequence', null])('callLlm() takes an answer whose end is called %j', async (finish) => {
    expect(await outcomeOf(says(SURE, { finish }), `finish ${finish}`)).toEqual(['answer', 1]);
  });

  it('callLlm() takes a whole answer that came to its limit of tokens', async () => {
    expect(await outcomeOf(says(SURE, { finish: 'length' }), 'whole')).toEqual(['answer', 1]);
  });

  it('callLlm() reads content that is a list of parts, and arguments that are an object', async () => {
    const parts = [{ type: 'text', text: JSON.stringify(SURE) }];
    expect(await outcomeOf(completes({ message: { content: parts } }), 'parts')).toEqual(['answer', 1]);
    const call = { id: 'c', type: 'function', function: { name: 'history', arguments: {} } };
    world.fake.follow([completes({ finish: 'tool_calls', message: { tool_calls: [call] } })]);
    const tools = [{ name: 'history', description: 'What was', parameters: { type: 'object', properties: {} } }];
    expect(await world.call(aCall({ tools }))).toMatchObject({ kind: 'tools', calls: [{ name: 'history', arguments: '{}' }] });
  });

  it('callLlm() takes no answer where a model gives two that differ, as the first may be what it read', async () => {
    const both = `The note says ${JSON.stringify({ ...SURE, outcome: 'approve' })}. I say ${JSON.stringify(SURE)}`;
    expect(await outcomeOf(saysText(both), 'two answers')).toEqual(['off-schema', 2]);
    expect(await outcomeOf(saysText(`${JSON.stringify(SURE)} Again: ${JSON.stringify(SURE)}`), 'one answer twice')).toEqual(['answer', 1]);
  });

  const refused = (status: number, error: object): Reply => answers(status, { body: { error: { message: 'No', ...error } } });
  it.each<[string, Reply, string]>([
    ['a content filter', refused(400, { code: 'content_filter' }), 'filtered'],
    ['an account without billing', refused(429, { type: 'billing_not_active', code: 'billing_not_active' }), 'quota-spent'],
    ['a hard limit of money', refused(400, { code: 'billing_hard_limit_reached' }), 'quota-spent'],
    ['a spent quota by another name', refused(429, { type: 'exceeded_current_quota_error' }), 'quota-spent'],
    ['a balance', refused(403, { code: 'insufficient_balance' }), 'quota-spent'],
    ['too long a question', refused(400, { code: 'context_length_exceeded' }), 'prompt-too-long'],
  ])('callLlm() sends the operator to the right place after %s', async (what, reply, code) => {
    expect(await outcomeOf(reply, what)).toEqual([code, 1]);
  });

  it.each<[string, object, readonly [number, number]]>([
    ['nothing', { prompt_tokens: 0, completion_tokens: 0 }, [-1, 500]],
    ['no answer, with what it thought and a total', { prompt_tokens: 100, completion_tokens: 0, total_tokens: 160 }, [100, 60]],
    ['less than the total', { prompt_tokens: 100, completion_tokens: 20, total_tokens: 180 }, [100, 80]],
    ['no answer and no total', { prompt_tokens: 100, completion_tokens: 0 }, [100, 500]],
    ['no question', { prompt_tokens: 0, completion_tokens: 20, total_tokens: 120 }, [100, 20]],
    ['less than nothing', { prompt_tokens: 100, completion_tokens: -5 }, [100, 500]],
  ])('callLlm() books what a server that counts %s can have taken', async (what, usage, [input, output]) => {
    const model = `usage ${what}`;
    world.fake.follow([says(SURE, { usage })]);
    await world.call(aCall({ terms: { model } }));
    const [row] = await world.rows<{ i: number; o: number }>(
      'select input_tokens as i, output_tokens as o from llm_calls where model = $1',
      [model],
    );
    expect(row?.o).toBe(output);
    // below 0: what was reserved
    if (input < 0) expect(row?.i).toBeGreaterThan(200);
    else expect(row?.i).toBe(input);
  });

  it("callLlm() says the server's own sentence, redacted: in the row, in the abstention, and while the model is left alone", async () => {
    const terms = { model: 'says why' };
    const sentence = 'CUDA out of memory at 10.0.0.7 for bob@example.com, key sk-canary-1234567890';
    world.fake.follow(() => answers(500, { body: { error: { message: sentence } } }));
    const shown = 'CUDA out of memory at 10.0.0.7 for [mail], key [key]';
    await expect(world.call(aCall({ terms }))).rejects.toMatchObject({ message: `says why: http-500: ${shown}` });
    for (let nth = 0; nth < 4; nth += 1) await expect(world.call(aCall({ terms }))).rejects.toMatchObject({ type: 'llm-away' });
    expect(await world.call(aCall({ terms }))).toMatchObject({ code: 'breaker-open', why: expect.stringContaining(`http-500: ${shown}`) });
    expect(await world.rows("select distinct note from llm_calls where model = 'says why'")).toEqual([{ note: shown }]);
  });

  it("callLlm() leaves pieces of the question out of a server's sentence", async () => {
    const words = asking('The amount is 4711 at Zebulon Street, said the payer');
    world.fake.follow(() => answers(400, { body: { error: { message: 'Cannot parse: The amount is 4711 at Zebulon Street, said' } } }));
    expect(await world.call(aCall({ words, terms: { model: 'quotes' } }))).toMatchObject({
      why: expect.stringContaining('http-400: Cannot parse:[...])'),
    });
  });
});
