/** Hunts the crowd that one small server lets starve, and the model that is given up although there is time. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWaitingLine } from '../../src/llm/waitingLine.ts';
import { eventually } from '../support/eventually.ts';
import { answers, type Reply, says, stalls } from '../support/llmReplies.ts';
import { oneSlot } from '../support/llmServers.ts';
import { aCall, type LlmWorld, openLlmWorld, SURE } from '../support/llmWorld.ts';

const START_MS = 1_800_000_000_000;

describe('callLlm() and places at a model', () => {
  let world: LlmWorld;
  beforeAll(async () => {
    world = await openLlmWorld([]);
  });
  afterAll(async () => {
    await world.close();
  });

  const later = (): number => Date.now() + 600_000;

  it.each([
    ['four', 4],
    ['25', 25],
  ])('callLlm() of %s at once to a server of one slot are all answered in their time', async (_, count) => {
    const model = `slot ${count}`;
    // with all of them at once the last would wait for 400 ms times their number
    world.fake.follow(oneSlot(() => says(SURE), 400));
    const callers = [1, 2].map(() => world.caller({ requestsAtOnce: 2 }));
    const calls = Array.from({ length: count }, (_, at) =>
      callers[at % 2]?.(aCall({ terms: { model, callSeconds: 1, callsMax: 1 }, untilMs: later() })),
    );
    const said = await Promise.allSettled(calls);
    const answered = said.filter((one) => one.status === 'fulfilled' && one.value?.kind === 'answer').length;
    // who waited for longer than it may hold its activity comes again
    const waiting = said.filter((one) => one.status === 'rejected' && (one.reason as { type?: string }).type === 'llm-busy').length;
    expect(answered + waiting).toBe(count);
    expect(answered).toBeGreaterThanOrEqual(Math.min(count, 8));
    expect(await world.rows("select 1 from llm_calls where model = $1 and state <> 'answered'", [model])).toEqual([]);
  });

  it('callLlm() has no more under way than the policy says, which goes before the setting', async () => {
    const held: (() => void)[] = [];
    world.fake.follow(() => (exchange) => void held.push(() => says(SURE)(exchange)));
    const callers = [1, 2, 3].map(() => world.caller({ requestsAtOnce: 1 }));
    const terms = { model: 'three', requestsAtOnce: 3, callSeconds: 30 };
    const calls = Array.from({ length: 9 }, (_, at) => callers[at % 3]?.(aCall({ terms, untilMs: later() })));
    for (let out = 0; out < 9; out += 3) {
      await eventually(async () => held.length === out + 3);
      // all others have asked, and stand in line
      const waiting = async () => (await world.rows("select 1 from llm_queue where model = 'three'")).length > 0;
      if (out < 6) await eventually(waiting);
      expect(held.length).toBe(out + 3);
      for (const answer of held.slice(out)) answer();
    }
    for (const said of await Promise.all(calls)) expect(said).toMatchObject({ kind: 'answer' });
  });

  it('callLlm() lets the earlier deadline go first, and among equal ones the more that is at stake', async () => {
    const model = 'order';
    const asked: string[] = [];
    const held: (() => void)[] = [];
    world.fake.follow((request) => (exchange) => {
      asked.push(String(request.messages.at(-1)?.content));
      held.push(() => says(SURE)(exchange));
    });
    const [one, other] = [world.caller({ requestsAtOnce: 1 }), world.caller({ requestsAtOnce: 1 })];
    const at = later();
    const about = (name: string, untilMs: number, value: number) =>
      aCall({ words: { system: 's', question: name }, terms: { model, callSeconds: 30 }, untilMs, value });
    const call = (name: string, untilMs: number, value: number) => one(about(name, untilMs, value));
    const urgent = about('urgent', at - 300_000, 0);
    const calls = [call('first', at, 0)];
    await eventually(async () => held.length === 1);
    calls.push(call('late', at + 300_000, 1000), call('poor', at, 1), call('rich', at, 900), other(urgent));
    // the first of each process stands in the queue
    await eventually(
      async () =>
        (await world.rows("select 1 from llm_queue where model = 'order' and (value = 900 or event_position = $1)", [urgent.eventPosition]))
          .length === 2,
    );
    for (let nth = 0; nth < 5; nth += 1) {
      await eventually(async () => held.length === nth + 1);
      held[nth]?.();
    }
    await Promise.all(calls);
    expect(asked).toEqual(['first', 'urgent', 'rich', 'poor', 'late']);
  });

  it('callLlm() gives back the place of a worker that died, when its request is surely over', async () => {
    let nowMs = START_MS;
    const call = world.caller({ requestsAtOnce: 1 }, () => nowMs);
    world.fake.follow([stalls, says(SURE)]);
    const hangUp = new AbortController();
    const asked = aCall({ terms: { model: 'dead', callSeconds: 5 }, signal: hangUp.signal });
    const dying = call(asked);
    await world.fake.heard(world.fake.requests.length + 1);
    const again = call(aCall({ terms: { model: 'dead', callSeconds: 5 }, untilMs: START_MS + 600_000 }));
    await eventually(async () => (await world.rows("select 1 from llm_queue where model = 'dead'")).length === 1);
    nowMs += 15_001;
    expect(await again).toMatchObject({ kind: 'answer' });
    hangUp.abort();
    await expect(dying).rejects.toThrow();
  });

  it('callLlm() waits for a breaker that opens again in its time, and abstains where it does not', async () => {
    let nowMs = START_MS;
    const call = world.caller({}, () => nowMs);
    const terms = { model: 'waits' };
    world.fake.follow(() => answers(502));
    for (let nth = 0; nth < 5; nth += 1) await expect(call(aCall({ terms }))).rejects.toMatchObject({ type: 'llm-away' });
    const patient = aCall({ terms, untilMs: nowMs + 31_000 });
    const failed = await call(patient).catch((error: unknown) => error as { nextRetryDelay: number });
    expect(failed).toMatchObject({ type: 'llm-busy', message: expect.stringContaining('left alone for a while: http-502') });
    expect((failed as { nextRetryDelay: number }).nextRetryDelay).toBeGreaterThanOrEqual(30_000);
    expect(await call(aCall({ terms, untilMs: nowMs + 29_000 }))).toMatchObject({ code: 'breaker-open' });
    nowMs += 30_500;
    world.fake.follow(() => says(SURE));
    expect(await call(patient)).toMatchObject({ kind: 'answer' });
  });

  it('callLlm() takes no hang-up for a failure while the model may be loading', async () => {
    let nowMs = START_MS;
    const call = world.caller({}, () => nowMs);
    const failures = async () =>
      (await world.rows<{ failures: number }>("select failures from llm_models where model = 'loads'"))[0]?.failures;
    const ask = async (reply: Reply) => {
      world.fake.follow(() => reply);
      return call(aCall({ terms: { model: 'loads', callSeconds: 1 } })).catch((error: unknown) => error);
    };
    expect(await ask(stalls)).toMatchObject({ type: 'llm-away', message: 'loads: timeout' });
    expect(await failures()).toBe(0);
    // it has had its three minutes
    nowMs += 181_000;
    await ask(stalls);
    expect(await failures()).toBe(1);
    expect(await ask(says(SURE))).toMatchObject({ kind: 'answer' });
    // it is awake
    nowMs += 10_000;
    await ask(stalls);
    expect(await failures()).toBe(1);
    // a server that says so is left alone for two seconds, and has not failed
    const loading = answers(503, { body: { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } } });
    expect(await ask(loading)).toMatchObject({ message: 'loads: http-503: unavailable_error: Loading model', nextRetryDelay: 2000 });
    expect(await failures()).toBe(1);
  });
});

describe('createWaitingLine()', () => {
  it('createWaitingLine() lets who does not want to wait any more leave, and calls the next one', async () => {
    const line = createWaitingLine();
    const [gone, stays] = [new AbortController(), new AbortController()];
    let full = true;
    const work = async () => (full ? null : 'in');
    const first = line.through('m', { untilMs: 1, value: 0 }, work, { giveUpMs: 60_000, signal: gone.signal });
    const second = line.through('m', { untilMs: 2, value: 0 }, work, { giveUpMs: 60_000, signal: stays.signal });
    gone.abort(new Error('nobody waits'));
    await expect(first).rejects.toThrow('nobody waits');
    full = false;
    line.freed('m');
    expect(await second).toBe('in');
  });

  it('createWaitingLine() gives up in time where all places stay taken', async () => {
    const line = createWaitingLine();
    const all = [1, 2, 3].map((untilMs) =>
      line.through('m', { untilMs, value: 0 }, async () => null, { giveUpMs: 300, signal: new AbortController().signal }),
    );
    expect(await Promise.all(all)).toEqual([null, null, null]);
  });
});
