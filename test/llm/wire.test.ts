/** Hunts what goes on after nobody wants it, what is read without an end, and the provider's words where they must not be. */

import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { failing } from '../../src/activities/asFailure.ts';
import { showLlm } from '../../src/ingress/metrics/llmMetrics.ts';
import { createCallLlm } from '../../src/llm/callLlm.ts';
import { readLlmFigures } from '../../src/llm/record/totals.ts';
import { createBoundedFetch } from '../../src/llm/wire/boundedFetch.ts';
import { llmTarget } from '../../src/llm/wire/target.ts';
import { until } from '../../src/local/until.ts';
import { readConfig } from '../../src/settings/config.ts';
import { openFakeLlm } from '../support/fakeLlm.ts';
import { answers, drips, floods, type Reply, says, saysText, stalls } from '../support/llmReplies.ts';
import { aCall, asking, type LlmWorld, openLlmWorld, SURE } from '../support/llmWorld.ts';

const KEY = 'sk-canary-7f3a9c';
const CARD = '4111111111111111';
const MAIL = 'victim@example.org';
const TOKEN = 'tok_canary_live_51';

describe('callLlm() on the wire', () => {
  let world: LlmWorld;
  beforeAll(async () => {
    world = await openLlmWorld([], { apiKey: KEY });
  });
  afterAll(async () => {
    await world.close();
  });

  it.each([
    ['nothing has come', stalls],
    ['a body drips in', drips],
  ])('callLlm() hangs up when it is cancelled while %s', async (_, reply) => {
    world.fake.follow([reply]);
    const cancel = new AbortController();
    const asked = aCall({ signal: cancel.signal, terms: { callSeconds: 60 } });
    const saying = failing(world.call)(asked);
    await world.fake.heard(world.fake.requests.length + 1);
    cancel.abort(new CancelledFailure('nobody waits'));
    // as Temporal knows it, not as a failure of the activity
    await expect(saying).rejects.toBeInstanceOf(CancelledFailure);
    const heard = world.fake.requests.at(-1);
    await until(async () => heard?.hungUp === true, AbortSignal.timeout(5000));
    expect(await world.rows('select state from llm_calls where event_position = $1', [asked.eventPosition])).toEqual([
      { state: 'cancelled' },
    ]);
  });

  it('callLlm() hangs up after its seconds, whether or not the body has begun', async () => {
    for (const reply of [stalls, drips]) {
      world.fake.follow([reply]);
      await expect(world.call(aCall({ terms: { callSeconds: 1, model: 'slow' } }))).rejects.toMatchObject({ message: 'slow: timeout' });
      const heard = world.fake.requests.at(-1);
      await until(async () => heard?.hungUp === true, AbortSignal.timeout(5000));
    }
  });

  it('callLlm() makes no request, and no row, when it is cancelled before', async () => {
    world.fake.follow([]);
    const asked = aCall({ signal: AbortSignal.abort() });
    await expect(world.call(asked)).rejects.toThrow();
    expect(await world.rows('select from llm_calls where event_position = $1', [asked.eventPosition])).toEqual([]);
  });

  it('createBoundedFetch() reads no more than it may of a body without an end', async () => {
    const fake = await openFakeLlm([floods, floods]);
    const body = JSON.stringify(await sampleRequest());
    const fetched = createBoundedFetch(null)(`${fake.url}/chat/completions`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    await expect(fetched).rejects.toMatchObject({ code: 'too-large' });
    await until(async () => fake.requests[0]?.hungUp === true, AbortSignal.timeout(5000));
    await fake.close();
  });

  /** One that the fake takes. */
  async function sampleRequest(): Promise<unknown> {
    world.fake.follow([says(SURE)]);
    await world.call(aCall());
    return world.fake.requests.at(-1)?.body;
  }

  it('callLlm() goes through the proxy that the environment names, and directly where that says so', async () => {
    const seen: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      seen.push(String(request.url));
      const { port } = new URL(world.fake.url);
      const upstream = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const given = { OPENAI_BASE_URL: 'http://llm.example/v1', OPENAI_API_KEY: KEY, SIGNALBOX_LLM_MODEL: 'm', http_proxy: address };
    const { proxies } = llmTarget(readConfig({ ...given, NO_PROXY: 'direct.example' })) ?? {};
    world.fake.follow(() => says(SURE));
    const through = world.caller({ baseUrl: given.OPENAI_BASE_URL, proxies: proxies ?? null });
    expect(await through(aCall({ terms: { model: 'by proxy' } }))).toMatchObject({ kind: 'answer' });
    expect(new Set(seen)).toEqual(new Set(['llm.example:80']));
    // this machine is never asked by way of another one
    const direct = world.caller({ proxies: { http: 'http://127.0.0.1:1', https: null, not: proxies?.not ?? '' } });
    expect(await direct(aCall())).toMatchObject({ kind: 'answer' });
    expect(() => llmTarget(readConfig({ ...given, http_proxy: 'socks5://user:secret@10.0.0.1' }))).toThrow(/HTTP_PROXY/);
    proxy.closeAllConnections();
    proxy.close();
  });

  const leaking = { message: `Key ${KEY} of ${MAIL}, ${CARD}`, type: KEY, code: TOKEN, param: MAIL };
  it.each<[string, Reply]>([
    ['400', answers(400, { headers: { 'x-request-id': `${MAIL} ${CARD}` }, body: { error: leaking } })],
    ['401', answers(401, { body: { error: { ...leaking, code: `invalid ${KEY}` } } })],
    ['429', answers(429, { headers: { 'retry-after': '1' }, body: { error: leaking } })],
    ['500', answers(500, { body: `<html>${KEY} ${CARD} ${MAIL} ${TOKEN}</html>` })],
    ['200 with HTML', answers(200, { body: `<html>${KEY} ${CARD} ${MAIL} ${TOKEN}</html>` })],
    ['200 with an error', answers(200, { body: { error: leaking } })],
    ['an answer off its schema', saysText(`{"${TOKEN}":"${CARD}","outcome":"${MAIL} ${KEY}"}`)],
    ['a refusal', saysText('', { message: { refusal: `${KEY} ${CARD}` } })],
  ])('callLlm() lets nothing that a provider or a model says out of %s: not into errors, rows or logs', async (what, reply) => {
    world.fake.follow(() => reply);
    const asked = aCall({ words: asking(`Prompt about ${MAIL} and ${CARD}`), terms: { model: `leak ${what}` } });
    const said = await world.call(asked).catch((error: unknown) => error);
    const rows = await world.rows('select * from llm_calls where event_position = $1', [asked.eventPosition]);
    expect(rows.length).toBeGreaterThan(0);
    const seen = [deepText(said), deepText(rows), world.logged.join('')].join('\n');
    for (const canary of [KEY, CARD, MAIL, TOKEN, 'Prompt about']) expect(seen).not.toContain(canary);
  });

  /** Messages, stacks and causes too, as they would travel to Temporal. */
  function deepText(value: unknown): string {
    if (value instanceof Error) return [value.message, value.stack, deepText(value.cause), deepText({ ...value })].join('\n');
    return JSON.stringify(value);
  }

  it('callLlm() sends the key, the limit of tokens and no header of a key where there is none', async () => {
    world.fake.follow([says(SURE)]);
    await world.call(aCall({ terms: { answerTokensMax: 77 } }));
    expect(world.fake.requests.at(-1)).toMatchObject({ headers: { authorization: `Bearer ${KEY}` }, body: { max_tokens: 77 } });
    const local = await openFakeLlm([says(SURE)]);
    expect(await world.caller({ baseUrl: local.url, apiKey: null })(aCall())).toMatchObject({ kind: 'answer' });
    expect(local.requests[0]?.headers.authorization).toBeUndefined();
    await local.close();
  });

  it('callLlm() throws failures that are for Temporal and say nothing but a code', async () => {
    world.fake.follow([answers(503, { headers: { 'retry-after': '3' } })]);
    const failed = await world.call(aCall({ terms: { model: 'm' } })).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ApplicationFailure);
    expect(failed).toMatchObject({ type: 'llm-away', message: 'm: http-503', nextRetryDelay: 3000, nonRetryable: false });
    expect(failed).not.toMatchObject({ cause: expect.anything() });
    expect(failed).not.toMatchObject({ details: expect.anything() });
  });

  it('showLlm() shows calls, tokens, cost, breaker and budget of all workers', async () => {
    const registry = new Registry();
    showLlm({ registry, failed: () => undefined }, () => readLlmFigures(world.pool));
    world.fake.follow([says(SURE), answers(500)]);
    await world.call(aCall({ flow: 'shown', terms: { model: 'shown', budget: { ...aCall().terms.budget, usdMax: 0.01 } } }));
    await expect(world.call(aCall({ flow: 'shown', terms: { model: 'shown' } }))).rejects.toThrow();
    const text = await registry.metrics();
    expect(await registry.metrics()).toBe(text);
    for (const line of [
      'signalbox_llm_calls_total{flow="shown",model="shown",state="answered"} 1',
      'signalbox_llm_calls_total{flow="shown",model="shown",state="failed"} 1',
      'signalbox_llm_tokens_total{flow="shown",model="shown",state="answered",direction="input"} 100',
      'signalbox_llm_cost_usd_total{flow="shown",model="shown",state="answered"} 0.00018',
      'signalbox_llm_calls_open{model="shown"} 0',
      'signalbox_llm_breaker_open{model="shown"} 0',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/signalbox_llm_budget_share\{flow="shown"\} 0\.0000018/);
    expect(text).not.toContain('card-');
  });
});

describe('llmTarget()', () => {
  const target = (settings: Record<string, string>) => llmTarget(readConfig(settings));

  it('llmTarget() is null where nothing is configured, and callLlm() then says so', async () => {
    expect(target({})).toBeNull();
    expect(target({ OPENAI_API_KEY: '', SIGNALBOX_LLM_MODEL: '' })).toBeNull();
    // for something else in the same environment
    expect(target({ OPENAI_API_KEY: 'sk-1' })).toBeNull();
  });

  it('llmTarget() takes a key, an address or both, with a model', () => {
    expect(target({ OPENAI_API_KEY: 'sk-1', SIGNALBOX_LLM_MODEL: 'm' })).toEqual({
      ...{ baseUrl: 'https://api.openai.com/v1', apiKey: 'sk-1', model: 'm', requestsPerMinute: null, tokensPerMinute: null },
      ...{ requestsAtOnce: 2, contextTokens: null, price: null, proxies: null },
    });
    const local = { OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1', SIGNALBOX_LLM_MODEL: 'm', SIGNALBOX_LLM_REQUESTS_PER_MINUTE: '60' };
    expect(target(local)).toMatchObject({ baseUrl: 'http://127.0.0.1:11434/v1', apiKey: null, requestsPerMinute: 60 });
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ OPENAI_BASE_URL: 'http://127.0.0.1/v1' }, /OPENAI_BASE_URL is set and SIGNALBOX_LLM_MODEL is not/],
    [{ SIGNALBOX_LLM_MODEL: 'm' }, /neither OPENAI_API_KEY nor OPENAI_BASE_URL/],
    [{ SIGNALBOX_LLM_TOKENS_PER_MINUTE: '5' }, /neither OPENAI_API_KEY nor OPENAI_BASE_URL/],
    [{ OPENAI_BASE_URL: 'ftp://x/v1', SIGNALBOX_LLM_MODEL: 'm' }, /OPENAI_BASE_URL/],
    [{ OPENAI_API_KEY: 'k', SIGNALBOX_LLM_MODEL: 'm', SIGNALBOX_LLM_REQUESTS_PER_MINUTE: '0' }, /SIGNALBOX_LLM_REQUESTS_PER_MINUTE/],
  ])('readConfig() refuses half a configuration: %j', (settings, said) => {
    expect(() => readConfig(settings)).toThrow(said);
  });

  it('readConfig() refuses a key that fits in no header, and does not repeat it', () => {
    const given = () => readConfig({ OPENAI_API_KEY: 'sk-canary two', SIGNALBOX_LLM_MODEL: 'm' });
    expect(given).toThrow(/OPENAI_API_KEY/);
    expect(given).not.toThrow(/canary/);
  });
});

describe('createCallLlm() without an LLM', () => {
  it('callLlm() abstains as nothing is configured', async () => {
    const world = await openLlmWorld([]);
    const call = createCallLlm({ pool: world.pool, logger: pino({ level: 'silent' }), llm: null });
    expect(await call(aCall())).toMatchObject({ kind: 'abstained', code: 'not-configured', call: null });
    await world.close();
  });
});
