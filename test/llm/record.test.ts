/** Hunts the second answer: a model that changes its mind, asked again because a completion was lost or a worker was killed. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readLlmCalls } from '../../src/llm/record/calls.ts';
import { startLlmProcess } from '../support/llmProcess.ts';
import { type Reply, says, saysText, stalls } from '../support/llmReplies.ts';
import { llmTargetAt } from '../support/llmTarget.ts';
import { ANSWER, aCall, asking, type LlmWorld, MODEL, openLlmWorld, SURE, TERMS } from '../support/llmWorld.ts';

const OTHER = { ...SURE, outcome: 'approve' };
const START_MS = 1_800_000_000_000;

describe('callLlm() and its record', () => {
  let world: LlmWorld;
  beforeAll(async () => {
    world = await openLlmWorld([]);
  });
  afterAll(async () => {
    await world.close();
  });

  const callsOf = (eventPosition: number) => readLlmCalls(world.pool, { tenant: 'default', flow: 'fraud' }, [eventPosition]);

  it('callLlm() records model, prompt version, request id, tokens, cost and time of a call', async () => {
    world.fake.follow([says(SURE, { requestId: 'req_1' })]);
    const asked = aCall();
    const said = await world.call(asked);
    expect(said.call).toEqual({
      ...{ id: `llm_fraud.${asked.eventPosition}.1`, model: MODEL, promptVersion: 'review@1', requestId: 'req_1' },
      ...{ inputTokens: 100, outputTokens: 20, costUsd: 0.00018, ms: expect.any(Number), reused: false, tight: false },
    });
    expect(await callsOf(asked.eventPosition)).toMatchObject([{ ...said.call, reused: null, state: 'answered', step: 'answer' }]);
  });

  it('callLlm() gives a step its recorded answer again, and asks nobody', async () => {
    world.fake.follow([says(SURE), says(OTHER)]);
    const asked = aCall();
    const first = await world.call(asked);
    expect(await world.caller()(asked)).toEqual(first);
    // whatever is asked by then: the step has its answer
    expect(await world.caller()({ ...asked, words: asking('Other words') })).toEqual(first);
  });

  it('callLlm() gives a step its recorded abstention again', async () => {
    world.fake.follow([saysText('{"outcome":"decl', { finish: 'length' }), says(OTHER)]);
    const asked = aCall();
    const first = await world.call(asked);
    expect(first).toMatchObject({ kind: 'abstained', code: 'cut-short' });
    expect(await world.caller()(asked)).toEqual(first);
  });

  it('callLlm() does not give a recorded answer that the schema no longer allows', async () => {
    world.fake.follow([says(SURE)]);
    const asked = aCall();
    await world.call(asked);
    const answer = ANSWER.extend({ outcome: ANSWER.shape.outcome.extract(['approve']) });
    expect(await world.call({ ...asked, answer })).toMatchObject({ kind: 'abstained', code: 'wrong-outcome' });
  });

  it('callLlm() lets the first answer of a step stand when the step is under way twice', async () => {
    const held: Parameters<Reply>[0][] = [];
    world.fake.follow([(exchange) => void held.push(exchange), says(SURE)]);
    const asked = aCall();
    const slow = world.call(asked);
    await world.fake.heard(world.fake.requests.length + 1);
    const fast = await world.caller()(asked);
    for (const exchange of held) says(OTHER)(exchange);
    expect(await slow).toEqual(fast);
    expect(fast).toMatchObject({ kind: 'answer', value: SURE });
    expect(await callsOf(asked.eventPosition)).toMatchObject([
      { state: 'late', answer: null, costUsd: 0.00018 },
      { state: 'answered', costUsd: 0.00018 },
    ]);
  });

  it('callLlm() goes on with the repair where the first answer did not fit and its worker was killed', async () => {
    const hangUp = new AbortController();
    world.fake.follow([saysText('no'), stalls, says(SURE)]);
    const asked = aCall();
    const killed = world.call({ ...asked, signal: hangUp.signal });
    await world.fake.heard(world.fake.requests.length + 2);
    hangUp.abort();
    await expect(killed).rejects.toThrow();
    expect(await world.caller()(asked)).toMatchObject({ kind: 'answer', value: SURE });
    const states = (await callsOf(asked.eventPosition)).map(({ state }) => state);
    expect(states).toEqual(['off-schema', 'cancelled', 'answered']);
    expect(world.fake.requests.at(-1)?.body.messages).toHaveLength(2);
  });

  it('callLlm() counts the request of a worker that was killed in it: the cap holds, and what it reserved stays spent', async () => {
    const llm = llmTargetAt(world.fake.url, { model: MODEL });
    const asked = aCall({ flow: 'fraud', eventPosition: 50_000, terms: { callsMax: 3 } });
    world.fake.follow(() => stalls);
    for (let killed = 1; killed <= 3; killed += 1) {
      const before = world.fake.requests.length;
      const worker = await startLlmProcess({ databaseUrl: world.databaseUrl, llm, terms: { ...TERMS, callsMax: 3 }, positions: [50_000] });
      await world.fake.heard(before + 1);
      await worker.kill();
    }
    world.fake.follow([]);
    expect(await world.call(asked)).toMatchObject({ kind: 'abstained', code: 'calls-spent' });
    const calls = await callsOf(50_000);
    expect(calls.map(({ state }) => state)).toEqual(['open', 'open', 'open']);
    const [row] = await world.rows<{ reserved: number }>("select nano_usd_reserved as reserved from llm_budgets where flow = 'fraud'");
    expect(row?.reserved).toBe(calls.reduce((sum, { costUsd }) => sum + Math.round(costUsd * 1e9), 0));
  });

  it('callLlm() answers an identical question from the record: no request, no cost, a row that says so', async () => {
    let nowMs = START_MS;
    const call = world.caller({}, () => nowMs);
    const words = asking('The same');
    const terms = { reuseSeconds: 60, callsMax: 1 };
    world.fake.follow([says(SURE), says(OTHER), says(OTHER), says(OTHER)]);
    const before = world.fake.requests.length;
    const first = await call(aCall({ words, terms }));
    const again = aCall({ words, terms });
    const reused = await call(again);
    expect(reused).toMatchObject({
      kind: 'answer',
      value: SURE,
      call: { reused: true, costUsd: 0, inputTokens: 0, outputTokens: 0, ms: 0 },
    });
    expect(await callsOf(again.eventPosition)).toMatchObject([{ state: 'reused', reused: first.call?.id }]);
    expect(world.fake.requests.length - before).toBe(1);
    // the row is no call: the event has its one still
    expect(await call({ ...again, step: 'second', words: asking('Another') })).toMatchObject({ value: OTHER });
    // other words, another prompt, another flow, too long ago
    for (const other of [{ promptVersion: 'review@2' }, { flow: 'pricing' }])
      expect(await call(aCall({ words, terms, ...other }))).toMatchObject({ value: OTHER });
    nowMs += 60_001;
    world.fake.follow([says(OTHER)]);
    expect(await call(aCall({ words, terms }))).toMatchObject({ value: OTHER, call: { reused: false } });
  });

  it('callLlm() does not take an abstention again for an identical question', async () => {
    const words = asking('Refused once');
    world.fake.follow([says(SURE, { finish: 'content_filter' }), says(SURE)]);
    expect(await world.call(aCall({ words, terms: { reuseSeconds: 60 } }))).toMatchObject({ code: 'filtered' });
    expect(await world.call(aCall({ words, terms: { reuseSeconds: 60 } }))).toMatchObject({ value: SURE });
  });
});
