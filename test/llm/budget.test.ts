/** Hunts the cent too many: callers that each see room for one more, costs that nobody adds up. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LlmSaid } from '../../src/llm/llmCall.ts';
import { readBudget } from '../../src/llm/record/budget.ts';
import { settle } from '../../src/llm/record/settle.ts';
import type { Budget } from '../../src/policy/ladderPolicy.ts';
import { answers, callsTools, says, stalls } from '../support/llmReplies.ts';
import { aCall, type LlmWorld, MODEL, openLlmWorld, SURE } from '../support/llmWorld.ts';

const START_MS = 1_800_000_000_000;
const tight = { fromShare: 0.8, decideFrom: 0.95 };
const budgetOf = (usdMax: number, tokensMax = 1e9): Budget => ({ windowSeconds: 3600, usdMax, tokensMax, tight });

interface Spent {
  reserved: number;
  spent: number;
  tokens_reserved: number;
  tokens_spent: number;
}

describe('callLlm() with a budget', () => {
  let world: LlmWorld;
  beforeAll(async () => {
    world = await openLlmWorld(() => says(SURE));
  });
  afterAll(async () => {
    await world.close();
  });

  const spentBy = async (flow: string): Promise<Spent | undefined> =>
    (
      await world.rows<Spent>(
        'select nano_usd_reserved as reserved, nano_usd_spent as spent, tokens_reserved, tokens_spent from llm_budgets where flow = $1',
        [flow],
      )
    )[0];
  const codes = (all: readonly LlmSaid[]): string[] => all.map((said) => (said.kind === 'abstained' ? said.code : said.kind));

  it('callLlm() of 500 at once, by three workers, never reserves or spends more than the budget', async () => {
    // an answer costs 100 + 20 * 4 = 180 millionths; a reservation some 2,200
    const budget = budgetOf(0.02);
    const callers = [1, 2, 3].map(() => world.caller());
    let highest = 0;
    let running = true;
    const watch = (async () => {
      while (running) {
        const now = await spentBy('crowd');
        highest = Math.max(highest, (now?.reserved ?? 0) + (now?.spent ?? 0));
      }
    })();
    const all = await Promise.all(
      Array.from({ length: 500 }, (_, at) => callers[at % 3]?.(aCall({ flow: 'crowd', terms: { budget, callsMax: 1 } }))),
    );
    running = false;
    await watch;
    const answered = all.filter((said) => said?.kind === 'answer').length;
    const spent = await spentBy('crowd');
    expect(highest).toBeLessThanOrEqual(0.02e9);
    expect(spent).toEqual({ reserved: 0, spent: answered * 180_000, tokens_reserved: 0, tokens_spent: answered * 120 });
    expect(answered).toBeGreaterThan(8);
    expect(codes(all as LlmSaid[]).filter((code) => code === 'budget-spent')).toHaveLength(500 - answered);
  });

  it('callLlm() keeps to the budget over two models, each with a lock of its own', async () => {
    const budget = budgetOf(0.02);
    const callers = [1, 2, 3, 4].map(() => world.caller());
    let highest = 0;
    let running = true;
    const watch = (async () => {
      while (running) {
        const now = await spentBy('models');
        highest = Math.max(highest, (now?.reserved ?? 0) + (now?.spent ?? 0));
      }
    })();
    const all = await Promise.all(
      Array.from({ length: 160 }, (_, at) => {
        const terms = { budget, callsMax: 1, requestsAtOnce: 100, model: `model-${at % 2}` };
        return callers[at % 4]?.(aCall({ flow: 'models', terms }));
      }),
    );
    running = false;
    await watch;
    const answered = all.filter((said) => said?.kind === 'answer').length;
    expect(highest).toBeLessThanOrEqual(0.02e9);
    expect(await spentBy('models')).toMatchObject({ reserved: 0, spent: answered * 180_000 });
    expect(codes(all as LlmSaid[]).filter((code) => code === 'budget-spent')).toHaveLength(160 - answered);
  });

  it.each([
    ['before it is asked', 1, 0],
    ['by the answer that is to be repaired', 0.01, 0.015],
  ])('callLlm() asks for no repair where the budget is tight %s', async (what, usdMax, fromShare) => {
    world.fake.follow([says({ nonsense: true }), says(SURE)]);
    const before = world.fake.requests.length;
    const terms = { budget: { ...budgetOf(usdMax), tight: { fromShare, decideFrom: 0.95 } } };
    expect(await world.call(aCall({ flow: `no repair ${what}`, terms }))).toMatchObject({ kind: 'abstained', code: 'off-schema' });
    expect(world.fake.requests.length - before).toBe(1);
    world.fake.follow(() => says(SURE));
  });

  it('settle() twice takes the reservation off once, and counts the total once', async () => {
    const said = await world.call(aCall({ flow: 'twice', eventPosition: 77, terms: { budget: budgetOf(1) } }));
    expect(said.kind).toBe('answer');
    const [before, total] = [await spentBy('twice'), await world.rows("select * from llm_totals where flow = 'twice'")];
    const place = { tenant: 'default', flow: 'twice', eventPosition: 77, number: 1, model: MODEL };
    const again = await settle({ pool: world.pool, now: async () => Date.now() }, place, {
      ...{
        state: 'failed',
        code: 'timeout',
        note: null,
        answer: null,
        requestId: null,
        cost: null,
        ms: 1,
        health: 'failing',
        pauseMs: null,
      },
    });
    expect(again).toMatchObject({ call: { state: 'answered' }, opened: false });
    expect([await spentBy('twice'), await world.rows("select * from llm_totals where flow = 'twice'")]).toEqual([before, total]);
  });

  it('callLlm() says that the budget is tight from its share on, and refuses at the whole of it', async () => {
    const call = world.caller({}, () => START_MS);
    const budget = budgetOf(1, 1500);
    const of = { flow: 'tight', terms: { budget } };
    const before = await readBudget({ pool: world.pool, now: () => START_MS }, { tenant: 'default', flow: 'tight' }, budget);
    expect(before).toEqual({ share: 0, tight: false });
    const seen: unknown[] = [];
    for (let nth = 0; nth < 12; nth += 1) {
      const said = await call(aCall(of));
      seen.push(said.kind === 'abstained' ? said.code : said.call?.tight);
    }
    // 120 tokens each; a reservation of some 800 fits in as long as 700 are used
    expect(seen.slice(0, 5)).toEqual(Array(5).fill(false));
    expect(seen.at(-1)).toBe('budget-spent');
    const generous = { ...budget, tight: { fromShare: 0.4, decideFrom: 0.9 } };
    const now = await readBudget({ pool: world.pool, now: () => START_MS }, { tenant: 'default', flow: 'tight' }, generous);
    expect(now.tight).toBe(true);
    expect(await call(aCall({ flow: 'tight', terms: { budget: { ...generous, tokensMax: 1700 } } }))).toMatchObject({
      call: { tight: true },
    });
  });

  it('callLlm() offers nothing to look up while the budget is tight, and passes over who calls it all the same', async () => {
    const tools = [{ name: 'history', description: 'The last events.', parameters: { type: 'object', properties: {} } }];
    const of = (fromShare: number) =>
      aCall({ flow: 'costly', tools, terms: { budget: { ...budgetOf(1), tight: { ...tight, fromShare } } } });
    const offered = () => world.fake.requests.at(-1)?.body.tools?.length ?? 0;
    const wants = callsTools({ name: 'history', arguments: '{}' });
    world.fake.follow([wants, says(SURE), wants]);
    expect(await world.call(of(0.8))).toMatchObject({ kind: 'tools', calls: [{ name: 'history' }] });
    expect(offered()).toBe(1);
    expect(await world.call(of(0))).toMatchObject({ kind: 'answer', call: { tight: true } });
    expect(offered()).toBe(0);
    expect(codes([await world.call(of(0))])).toEqual(['tool-not-offered']);
    world.fake.follow(() => says(SURE));
  });

  it('callLlm() begins anew with the next window, and keeps tenants and flows apart', async () => {
    let nowMs = START_MS;
    const call = world.caller({}, () => nowMs);
    const once = { flow: 'window', terms: { budget: budgetOf(0.0023) } };
    expect(codes([await call(aCall(once)), await call(aCall(once))])).toEqual(['answer', 'budget-spent']);
    expect(codes([await call(aCall({ ...once, tenant: 'other' }))])).toEqual(['answer']);
    nowMs += 3600 * 1000;
    expect(codes([await call(aCall(once))])).toEqual(['answer']);
  });

  it('callLlm() gives back what a refused request had reserved, and keeps what nobody knows', async () => {
    world.fake.follow([answers(503)]);
    await expect(world.call(aCall({ flow: 'back' }))).rejects.toMatchObject({ type: 'llm-away' });
    expect(await spentBy('back')).toMatchObject({ reserved: 0, spent: 0, tokens_spent: 0 });
    world.fake.follow([stalls]);
    await expect(world.call(aCall({ flow: 'back', terms: { callSeconds: 1 } }))).rejects.toMatchObject({ message: 'fake-1: timeout' });
    const spent = await spentBy('back');
    expect(spent?.reserved).toBe(0);
    expect(spent?.spent).toBeGreaterThan(2_000_000);
  });

  it('callLlm() takes the reservation for the cost where the server does not count', async () => {
    world.fake.follow([says(SURE, { usage: null })]);
    const said = await world.call(aCall({ flow: 'uncounted' }));
    expect(said.call?.costUsd).toBeGreaterThan(0.002);
    expect((await spentBy('uncounted'))?.spent).toBe(Math.round((said.call?.costUsd ?? 0) * 1e9));
  });
});
