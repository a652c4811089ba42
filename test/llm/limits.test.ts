/** Hunts the request too many: several workers that each believe there is room, a pause that only one of them heard of. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { startLlmProcess } from '../support/llmProcess.ts';
import { answers, says, stalls } from '../support/llmReplies.ts';
import { llmTargetAt } from '../support/llmTarget.ts';
import { aCall, type LlmWorld, openLlmWorld, SURE, TERMS } from '../support/llmWorld.ts';

const SECOND_MS = 1000;
const START_MS = 1_800_000_000_000;

describe('callLlm() over all workers', () => {
  let world: LlmWorld;
  beforeAll(async () => {
    world = await openLlmWorld(() => says(SURE));
  });
  afterAll(async () => {
    await world.close();
  });

  /** Calls about new events: how many were answered, and what the others were told. */
  async function ask(call: ReturnType<LlmWorld['caller']>, model: string, count: number) {
    const results = await Promise.allSettled(Array.from({ length: count }, () => call(aCall({ terms: { model, callsMax: 1 } }))));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    for (const failed of failures) expect(failed).toBeInstanceOf(ApplicationFailure);
    return { answered: count - failures.length, told: failures as ApplicationFailure[] };
  }

  it('callLlm() keeps 60 requests a minute in three processes together', async () => {
    const llm = llmTargetAt(world.fake.url, { model: 'three', requestsPerMinute: 60 });
    const work = (first: number) => ({
      ...{ databaseUrl: world.databaseUrl, llm, terms: TERMS },
      positions: Array.from({ length: 40 }, (_, at) => first + at),
    });
    const processes = await Promise.all([10_000, 20_000, 30_000].map((first) => startLlmProcess(work(first))));
    const results = (await Promise.all(processes.map(({ results: told }) => told))).flat();
    expect(results.filter((result) => result === 'decline')).toHaveLength(60);
    expect(results.filter((result) => result === 'llm-busy')).toHaveLength(60);
    expect(world.fake.requests.filter(({ body }) => body.model === 'three')).toHaveLength(60);
  });

  it('callLlm() lets the next ones in when the first have been out for a minute, wherever the minute begins', async () => {
    let nowMs = START_MS;
    const callers = [1, 2, 3].map(() => world.caller({ requestsPerMinute: 10 }, () => nowMs));
    const admitted: number[] = [];
    // uneven steps, so that no minute of the clock is a minute of the window
    for (let step = 0; step < 40; step += 1) {
      nowMs += (step % 3) * 3700 + 900;
      const rounds = await Promise.all(callers.map((call) => ask(call, 'sliding', 1 + (step % 4))));
      for (const { answered } of rounds) admitted.push(...Array<number>(answered).fill(nowMs));
    }
    const inWindow = admitted.map((from) => admitted.filter((at) => at >= from && at < from + 60 * SECOND_MS).length);
    expect(Math.max(...inWindow)).toBe(10);
    expect(admitted.length).toBeGreaterThan(20);
  });

  it('callLlm() counts tokens: those that a call may take until it is settled, then those that it took', async () => {
    let nowMs = START_MS;
    // each reserves 500 for its answer and its prompt, and takes 120
    const call = world.caller({ tokensPerMinute: 2000 }, () => nowMs);
    world.fake.follow(() => stalls);
    const stalled = new AbortController();
    const waiting = [1, 2].map(() => call(aCall({ terms: { model: 'tokens', callsMax: 1 }, signal: stalled.signal })));
    await world.fake.heard(world.fake.requests.length + 2);
    const reserved = await world.rows<{ sum: number }>(
      "select sum(input_tokens + output_tokens)::int8 as sum from llm_calls where model = 'tokens'",
    );
    expect(reserved[0]?.sum).toBeGreaterThan(1400);
    expect((await ask(call, 'tokens', 1)).told[0]?.type).toBe('llm-busy');
    stalled.abort();
    await Promise.allSettled(waiting);
    nowMs += 61 * SECOND_MS;
    world.fake.follow(() => says(SURE));
    expect((await ask(call, 'tokens', 2)).answered).toBe(2);
    // 240 are taken: there is room for two more reservations, not for three
    expect((await ask(call, 'tokens', 1)).answered).toBe(1);
  });

  it('callLlm() tells those who wait different times, not before there is a place', async () => {
    const call = world.caller({ requestsPerMinute: 5 }, () => START_MS);
    const { answered, told } = await ask(call, 'queue', 12);
    expect(answered).toBe(5);
    const delays = told.map(({ nextRetryDelay }) => Number(nextRetryDelay));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(61 * SECOND_MS);
    expect(new Set(delays).size).toBeGreaterThan(1);
  });

  it('callLlm() tells nobody a time far behind the first free place, however many wait', async () => {
    const call = world.caller({ requestsPerMinute: 5 }, () => START_MS);
    const { told } = await ask(call, 'long queue', 60);
    // one after the other, 12 s apart, the last of them would be told 11 minutes
    expect(Math.max(...told.map(({ nextRetryDelay }) => Number(nextRetryDelay)))).toBeLessThanOrEqual(122 * SECOND_MS);
  });

  it('callLlm() never waits for more tokens than the limit is', async () => {
    const call = world.caller({ tokensPerMinute: 400 });
    expect(await call(aCall({ terms: { model: 'narrow' } }))).toMatchObject({ code: 'prompt-too-long', call: null });
  });

  it.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['milliseconds', { 'retry-after-ms': '7000', 'retry-after': '90' }, 7000],
    ['a date', { date: 'Wed, 21 Oct 2026 07:28:00 GMT', 'retry-after': 'Wed, 21 Oct 2026 07:28:07 GMT' }, 7000],
    ['nothing that can be read', { 'retry-after': 'soon' }, 5000],
    ['a week', { 'retry-after': '604800' }, 3_600_000],
  ])('callLlm() leaves a model alone for all callers when Retry-After says %s', async (what, headers, pauseMs) => {
    let nowMs = START_MS;
    const [one, other] = [world.caller({}, () => nowMs), world.caller({}, () => nowMs)];
    const terms = { model: `pause ${what}` };
    world.fake.follow([answers(429, { headers, body: { error: { type: 'rate_limit', code: 'rate_limit_exceeded' } } }), says(SURE)]);
    const asked = aCall({ terms });
    await expect(one(asked)).rejects.toMatchObject({ type: 'llm-busy', nonRetryable: false, nextRetryDelay: pauseMs });
    const before = world.fake.requests.length;
    nowMs += pauseMs - 1;
    for (const call of [one, other]) await expect(call(aCall({ terms }))).rejects.toMatchObject({ type: 'llm-busy' });
    expect(world.fake.requests.length).toBe(before);
    nowMs += 1;
    expect(await other(asked)).toMatchObject({ kind: 'answer' });
    // one that waited was no call
    expect(await world.rows('select state from llm_calls where event_position = $1 order by number', [asked.eventPosition])).toEqual([
      { state: 'failed' },
      { state: 'answered' },
    ]);
  });
});
