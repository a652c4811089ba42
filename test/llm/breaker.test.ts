/** Hunts the model that is away and costs every case its whole timeout; and the breaker that stays open, or opens for one bad minute. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answers, type Reply, says, stalls } from '../support/llmReplies.ts';
import { aCall, type LlmWorld, openLlmWorld, SURE } from '../support/llmWorld.ts';

const START_MS = 1_800_000_000_000;
const SECOND_MS = 1000;

describe('callLlm() with a breaker', () => {
  let world: LlmWorld;
  let nowMs = START_MS;
  beforeAll(async () => {
    world = await openLlmWorld([]);
  });
  afterAll(async () => {
    await world.close();
  });

  /** Callers of two workers, in turn. */
  function workers(model: string) {
    const callers = [world.caller({}, () => nowMs), world.caller({}, () => nowMs)];
    let turn = 0;
    return async (reply: Reply): Promise<string> => {
      world.fake.follow(() => reply);
      turn += 1;
      const said = await callers[turn % 2]?.(aCall({ terms: { model } })).catch((error: unknown) => error);
      const { kind, code, type } = said as { kind?: string; code?: string; type?: string };
      return code ?? kind ?? type ?? String(said);
    };
  }

  async function timesOf(times: number, work: () => Promise<string>): Promise<string[]> {
    const results: string[] = [];
    for (let time = 0; time < times; time += 1) results.push(await work());
    return results;
  }

  it('callLlm() leaves a model alone after five failures in a row of all workers, longer each time, and asks it again by one probe', async () => {
    const ask = workers('opens');
    expect(await timesOf(5, () => ask(answers(502)))).toEqual(Array(5).fill('llm-away'));
    const before = world.fake.requests.length;
    expect(await timesOf(3, () => ask(says(SURE)))).toEqual(Array(3).fill('breaker-open'));
    nowMs += 30 * SECOND_MS - 1;
    expect(await ask(says(SURE))).toBe('breaker-open');
    expect(world.fake.requests.length).toBe(before);
    nowMs += 1;
    // the probe fails: twice as long
    expect(await ask(answers(502))).toBe('llm-away');
    nowMs += 60 * SECOND_MS - 1;
    expect(await ask(says(SURE))).toBe('breaker-open');
    nowMs += 1;
    expect(await timesOf(2, () => ask(says(SURE)))).toEqual(['answer', 'answer']);
    // it counts from the start again
    expect(await timesOf(4, () => ask(answers(502)))).toEqual(Array(4).fill('llm-away'));
    expect(await ask(says(SURE))).toBe('answer');
  });

  it('callLlm() is left alone for five minutes at most', async () => {
    const ask = workers('longest');
    await timesOf(5, () => ask(answers(500)));
    for (let opened = 0; opened < 6; opened += 1) {
      nowMs += 300 * SECOND_MS;
      expect(await ask(answers(500))).toBe('llm-away');
    }
    nowMs += 300 * SECOND_MS;
    expect(await ask(says(SURE))).toBe('answer');
  });

  it('callLlm() lets one probe through at a time, and another when that one says nothing', async () => {
    const ask = workers('probe');
    await timesOf(5, () => ask(answers(500)));
    nowMs += 30 * SECOND_MS;
    const hangUp = new AbortController();
    world.fake.follow(() => stalls);
    const probing = world.caller({}, () => nowMs)(aCall({ terms: { model: 'probe' }, signal: hangUp.signal }));
    await world.fake.heard(world.fake.requests.length + 1);
    expect(await ask(says(SURE))).toBe('breaker-open');
    hangUp.abort();
    await expect(probing).rejects.toThrow();
    expect(await ask(says(SURE))).toBe('answer');
  });

  it('callLlm() asks for the end of a probe no longer than its worker may need', async () => {
    const ask = workers('dead');
    await timesOf(5, () => ask(answers(500)));
    nowMs += 30 * SECOND_MS;
    // a worker that died in its probe has left the row as this leaves it
    await world.rows("update llm_models set probe_until = to_timestamp($1::float8 / 1000) where model = 'dead'", [nowMs + 15 * SECOND_MS]);
    expect(await ask(says(SURE))).toBe('breaker-open');
    nowMs += 15 * SECOND_MS;
    expect(await ask(says(SURE))).toBe('answer');
  });

  it('callLlm() does not count what the model answers, or is told to wait for, as failures', async () => {
    const ask = workers('alive');
    expect(await timesOf(6, () => ask(answers(400)))).toEqual(Array(6).fill('rejected'));
    await timesOf(4, () => ask(answers(500)));
    expect(await ask(answers(400))).toBe('rejected');
    expect(await ask(answers(500))).toBe('llm-away');
    expect(await ask(says(SURE))).toBe('answer');
  });

  it('callLlm() leaves a model whose quota is used up alone for 15 minutes, and says so once', async () => {
    const ask = workers('poor');
    const quota = answers(429, { body: { error: { type: 'insufficient_quota', code: 'insufficient_quota' } } });
    expect(await ask(quota)).toBe('quota-spent');
    nowMs += 900 * SECOND_MS - 1;
    expect(await ask(says(SURE))).toBe('breaker-open');
    nowMs += 1;
    expect(await ask(quota)).toBe('quota-spent');
    nowMs += 900 * SECOND_MS;
    expect(await ask(says(SURE))).toBe('answer');
    const told = world.logged.filter((line) => line.includes('poor') && JSON.parse(line).level === 50);
    // the same worker met it twice within a minute of its own
    expect(told).toHaveLength(1);
  });
});
