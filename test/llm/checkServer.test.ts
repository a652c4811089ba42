/** Hunts the operator who cannot tell what is wrong with the LLM, or what it can do. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lookAtLlm } from '../../src/cli/doctor/llm.ts';
import { readManner } from '../../src/llm/record/servers.ts';
import { reachServer } from '../../src/llm/wire/models.ts';
import { freePort } from '../../src/local/freePort.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { migrate } from '../../src/log/db/migrate.ts';
import { readConfig } from '../../src/settings/config.ts';
import { type FakeLlm, openFakeLlm } from '../support/fakeLlm.ts';
import { answers, callsTools, says, saysText } from '../support/llmReplies.ts';
import { refusesFormats, refusesTools } from '../support/llmServers.ts';
import { startPostgres } from '../support/postgres.ts';

const GOOD = says({ reasons: [{ fact: 'amount', text: 'far above the usual one' }], outcome: 'decline', confidence: 0.9 });
const KEY = 'sk-canary-7f3a9c55';

describe('lookAtLlm()', () => {
  let fake: FakeLlm;
  let pool: Pool;
  beforeAll(async () => {
    fake = await openFakeLlm([], { models: [{ id: 'small-1', meta: { n_ctx: 4096 } }], apiKey: KEY });
    const url = await (await startPostgres()).fresh();
    await migrate(url);
    pool = openDatabase(url, { name: 'test' });
  });
  afterAll(async () => {
    await pool.end();
    await fake.close();
  });

  const config = (more = {}) => readConfig({ OPENAI_BASE_URL: fake.url, OPENAI_API_KEY: KEY, SIGNALBOX_LLM_MODEL: 'small-1', ...more });

  it('lookAtLlm() says what the server can do, how long it took and what it cost, and keeps it for the workers', async () => {
    fake.follow((request) => (request.tools === undefined ? GOOD : callsTools({ name: 'terminal', arguments: '{}' })));
    const found = await lookAtLlm(config(), pool);
    expect(found.map(({ level, what }) => [level, what])).toEqual([
      ['ok', 'LLM'],
      ['ok', 'LLM look-ups'],
      ['ok', 'LLM context'],
      ['ok', 'LLM price'],
    ]);
    expect(found[0]?.found).toMatch(/^small-1 at http:.* answers in \d+\.\d s, 100 and 20 tokens, 0\.000090 USD; keeps to a schema$/);
    expect(found[1]?.found).toMatch(/^it calls tools/);
    expect(found[2]?.found).toMatch(/^4096 tokens/);
    expect(await readManner(pool, { baseUrl: fake.url, model: 'small-1' })).toMatchObject({
      format: 'schema',
      tools: true,
      contextTokens: 4096,
    });
  });

  it('lookAtLlm() finds out what a server refuses', async () => {
    fake.follow(refusesTools(refusesFormats(() => GOOD, ['json_schema', 'json_object'])));
    const found = await lookAtLlm(config({ SIGNALBOX_LLM_PRICE: '0' }), pool);
    expect(found[0]?.found).toMatch(/free; takes no form: it is told in words$/);
    expect(found[1]?.found).toMatch(
      /^the server takes no tools \(http-400: .*does not support tools\): all is looked up before it is asked$/,
    );
    expect(found.some(({ what }) => what === 'LLM price')).toBe(false);
    expect(await readManner(pool, { baseUrl: fake.url, model: 'small-1' })).toMatchObject({ format: 'text', tools: false });
  });

  it('lookAtLlm() warns of a model that does not answer what it was asked', async () => {
    fake.follow(() => saysText('I would rather talk about the weather.'));
    expect((await lookAtLlm(config(), pool))[0]).toMatchObject({
      level: 'warn',
      found: expect.stringContaining('it holds no whole JSON object'),
    });
  });

  it("lookAtLlm() fails with the server's own sentence, and names the models that it has", async () => {
    fake.follow(() => answers(404, { body: { error: { message: `The model small-2 does not exist, or ${KEY} may not ask it` } } }));
    const [found] = await lookAtLlm(config({ SIGNALBOX_LLM_MODEL: 'small-2' }), pool);
    expect(found).toMatchObject({
      level: 'fail',
      found: expect.stringContaining('http-404: The model small-2 does not exist, or [key] may not ask it; it has small-1'),
    });
  });

  it('lookAtLlm() says why the workers leave the model alone', async () => {
    fake.follow(() => GOOD);
    await pool.query(
      "insert into llm_models (model, open_until, open_why, trouble) values ('small-1', now() + interval '1 minute', 'failing', 'http-500: CUDA out of memory')",
    );
    expect((await lookAtLlm(config(), pool)).at(-1)).toMatchObject({
      level: 'warn',
      found: expect.stringContaining('http-500: CUDA out of memory'),
    });
  });

  it('lookAtLlm() is well where none is set', async () => {
    expect(await lookAtLlm(readConfig({}), null)).toMatchObject([{ level: 'ok', what: 'LLM' }]);
  });

  it('reachServer() says whether anybody is there', async () => {
    const at = (baseUrl: string) => reachServer({ baseUrl, apiKey: null, proxies: null });
    expect(await at(fake.url)).toBe('answers');
    expect(await at(`http://127.0.0.1:${await freePort()}/v1`)).toBe('does not answer (econnrefused)');
  });
});
