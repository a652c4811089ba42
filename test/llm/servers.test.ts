/** Hunts the server that people run and that never answered: what it refuses is left out from then on, and what it forgets is not needed. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readManner } from '../../src/llm/record/servers.ts';
import { openFakeLlm } from '../support/fakeLlm.ts';
import { answers, callsTools, type Reply, says, saysText } from '../support/llmReplies.ts';
import {
  formatBeatsTools,
  ignoresFormat,
  REFUSE_SCHEMA,
  REFUSE_TOOLS,
  refusesFormats,
  refusesLimit,
  refusesTools,
} from '../support/llmServers.ts';
import { aCall, asking, type LlmWorld, openLlmWorld, SURE } from '../support/llmWorld.ts';

const TOOLS = ['history', 'baseline'].map((name) => ({
  ...{ name, description: `The ${name}.`, parameters: { type: 'object', properties: {}, required: [], additionalProperties: false } },
}));

describe('callLlm() and what a server takes', () => {
  let world: LlmWorld;
  beforeAll(async () => {
    world = await openLlmWorld([]);
  });
  afterAll(async () => {
    await world.close();
  });

  const manner = (model: string) => readManner(world.pool, { baseUrl: world.fake.url, model });
  const sure = (): Reply => says(SURE);

  it.each(Object.entries(REFUSE_TOOLS))(
    'callLlm() looks up first where tools are refused as %s does it, and asks once',
    async (who, said) => {
      const model = `tools ${who}`;
      world.fake.follow(refusesTools(sure, said));
      const before = world.fake.requests.length;
      const asked = aCall({ tools: TOOLS, terms: { model } });
      const all = { kind: 'tools', calls: [{ name: 'history' }, { name: 'baseline' }], call: null };
      expect(await world.call(asked)).toMatchObject(all);
      expect(await manner(model)).toMatchObject({ tools: false, format: 'schema' });
      // another worker, another event: none of them is told again
      expect(await world.caller()(aCall({ tools: TOOLS, terms: { model } }))).toMatchObject(all);
      expect(world.fake.requests.length - before).toBe(1);
      expect(await world.call({ ...asked, tools: [], step: 'turn 1' })).toMatchObject({ kind: 'answer', value: SURE });
    },
  );

  it('callLlm() never sends tools and a form in one request, as servers follow the form and forget the tools', async () => {
    const model = 'format beats tools';
    world.fake.follow(
      formatBeatsTools(({ tools }) => (tools === undefined ? says(SURE) : callsTools({ name: 'history', arguments: '{}' }))),
    );
    expect(await world.call(aCall({ tools: TOOLS, terms: { model } }))).toMatchObject({ kind: 'tools', calls: [{ name: 'history' }] });
  });

  it.each(Object.entries(REFUSE_SCHEMA))('callLlm() asks for a JSON object where a schema is refused as %s does it', async (who, said) => {
    const model = `schema ${who}`;
    world.fake.follow(refusesFormats(sure, ['json_schema'], said));
    expect(await world.call(aCall({ terms: { model } }))).toMatchObject({ kind: 'answer', value: SURE });
    expect(world.fake.requests.slice(-2).map(({ body }) => body.response_format?.type)).toEqual(['json_schema', 'json_object']);
    expect(await manner(model)).toMatchObject({ format: 'object', tools: true });
  });

  it('callLlm() asks for text where every form is refused, and reads the answer out of it', async () => {
    const model = 'no form';
    const prose = `Let me see.\n\`\`\`json\n${JSON.stringify(SURE, null, 2)}\n\`\`\`\nThat is all.`;
    world.fake.follow(refusesFormats(() => saysText(prose), ['json_schema', 'json_object']));
    expect(await world.call(aCall({ terms: { model } }))).toMatchObject({ kind: 'answer', value: SURE });
    expect(world.fake.requests.slice(-3).map(({ body }) => body.response_format?.type)).toEqual(['json_schema', 'json_object', undefined]);
    expect(await manner(model)).toMatchObject({ format: 'text' });
  });

  it('callLlm() reads an answer that a server gives which ignores the form', async () => {
    world.fake.follow(ignoresFormat(() => saysText(`<think>The score is {"high"}.</think>\n${JSON.stringify(SURE)}`)));
    expect(await world.call(aCall({ terms: { model: 'ignores' } }))).toMatchObject({ kind: 'answer', value: SURE });
  });

  it('callLlm() names the limit of tokens otherwise, or not at all, where the server wants that', async () => {
    world.fake.follow(refusesLimit(sure, 'max_tokens'));
    expect(await world.call(aCall({ terms: { model: 'other limit' } }))).toMatchObject({ kind: 'answer' });
    expect(await manner('other limit')).toMatchObject({ limit: 'max_completion_tokens' });
    world.fake.follow(refusesLimit(refusesLimit(sure, 'max_tokens'), 'max_completion_tokens'));
    expect(await world.call(aCall({ terms: { model: 'no limit' } }))).toMatchObject({ kind: 'answer' });
    expect(await manner('no limit')).toMatchObject({ limit: 'none' });
  });

  it.each([
    ['400', answers(400, { body: { error: { message: 'System role not supported' } } })],
    [
      '500, as templates fail there',
      answers(500, { body: { error: { code: 500, message: 'Conversation roles must alternate (jinja)', type: 'server_error' } } }),
    ],
  ])('callLlm() puts the rules before the question where a system message is refused with %s', async (status, said) => {
    const model = `system ${status}`;
    world.fake.follow(({ messages }) => (messages.some(({ role }) => role === 'system') ? said : says(SURE)));
    const asked = aCall({ words: { system: 'You judge payments.', question: 'Is it fraud?' }, terms: { model } });
    expect(await world.call(asked)).toMatchObject({ kind: 'answer' });
    expect(world.fake.requests.at(-1)?.body.messages).toEqual([{ role: 'user', content: 'You judge payments.\n\nIs it fraud?' }]);
  });

  it('callLlm() asks no more often than its policy allows, also in another manner', async () => {
    world.fake.follow(refusesFormats(sure, ['json_schema']));
    const asked = aCall({ terms: { model: 'one request', callsMax: 1 } });
    expect(await world.call(asked)).toMatchObject({ code: 'calls-spent', why: expect.stringContaining("'response_format' of type") });
    expect(await world.call(aCall({ terms: { model: 'one request', callsMax: 1 } }))).toMatchObject({ kind: 'answer' });
  });

  it('callLlm() forgets what it left out where that was refused all the same', async () => {
    const said = REFUSE_SCHEMA.OpenAI as Reply;
    world.fake.follow([said, said, answers(400, { body: { error: { message: 'no such model' } } }), says(SURE)]);
    expect(await world.call(aCall({ terms: { model: 'wrong' } }))).toMatchObject({
      code: 'rejected',
      why: expect.stringContaining('no such model'),
    });
    expect(await manner('wrong')).toMatchObject({ format: 'schema' });
    expect(await world.call(aCall({ terms: { model: 'wrong' } }))).toMatchObject({ kind: 'answer' });
    expect(world.fake.requests.at(-1)?.body.response_format?.type).toBe('json_schema');
  });

  it('callLlm() leaves out what was looked up where it does not fit into the model, and says so', async () => {
    const answer = aCall().answer;
    const versions = [8000, 4000, 50].map((chars) => ({ words: asking('x'.repeat(chars)), answer }));
    const [whole, ...shorter] = versions;
    world.fake.follow(() => says(SURE));
    const tight = world.caller({ contextTokens: 1024 });
    expect(await tight(aCall({ ...whole, shorter, terms: { model: 'small', answerTokensMax: 100 } }))).toMatchObject({
      kind: 'answer',
      cut: 2,
    });
    expect(await tight(aCall({ ...whole, terms: { model: 'small', answerTokensMax: 100 } }))).toMatchObject({ code: 'prompt-too-long' });
  });

  it('callLlm() learns how much fits in from a refusal, and asks with less', async () => {
    const [long, short] = [asking('y'.repeat(6000)), asking('y')];
    const said = {
      code: 400,
      message: 'request (2501 tokens) exceeds the available context size (1024 tokens)',
      type: 'exceed_context_size_error',
      n_ctx: 1024,
    };
    world.fake.follow(({ messages }) => (JSON.stringify(messages).length > 3000 ? answers(400, { body: { error: said } }) : says(SURE)));
    const terms = { model: 'told', answerTokensMax: 100 };
    const answer = aCall().answer;
    expect(await world.call(aCall({ words: long, shorter: [{ words: short, answer }], terms }))).toMatchObject({ kind: 'answer', cut: 1 });
    expect(await manner('told')).toMatchObject({ contextTokens: 1024 });
    expect(await world.call(aCall({ words: long, terms }))).toMatchObject({ code: 'prompt-too-long' });
  });

  it.each<[string, object]>([
    ['llama.cpp', { meta: { n_ctx: 1024, n_ctx_train: 8192 } }],
    ['vLLM', { max_model_len: 1024 }],
    ['LM Studio', { loaded_context_length: 1024, max_context_length: 32_768 }],
  ])('callLlm() asks %s how much fits in', async (_who, more) => {
    const fake = await openFakeLlm(() => says(SURE), { models: [{ id: 'fake-1', object: 'model', ...more }] });
    const answer = aCall().answer;
    const call = world.caller({ baseUrl: fake.url });
    const asked = aCall({ words: asking('z'.repeat(6000)), shorter: [{ words: asking('z'), answer }], terms: { answerTokensMax: 100 } });
    expect(await call(asked)).toMatchObject({ kind: 'answer', cut: 1 });
    expect(fake.requests).toHaveLength(1);
    await fake.close();
  });

  it('callLlm() counts nothing where the operator says that it costs nothing', async () => {
    world.fake.follow(() => says(SURE));
    const call = world.caller({ price: { inputUsdPerMillion: 0, outputUsdPerMillion: 0 } });
    expect(await call(aCall({ flow: 'own' }))).toMatchObject({ kind: 'answer', call: { costUsd: 0, inputTokens: 100 } });
    expect(await world.rows("select nano_usd_spent as usd, tokens_spent as tokens from llm_budgets where flow = 'own'")).toEqual([
      { usd: 0, tokens: 120 },
    ]);
  });
});
