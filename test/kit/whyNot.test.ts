/**
 * Why not, over all flows: each case says which condition failed. The bugs this hunts: a flow that cannot say why, a condition that names another value than
 * the one that decided, one behind it that is told as if it had been looked at.
 */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/domain/event.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { flows } from '../../src/flows/flows.ts';
import { inTurn, model, rules } from '../../src/kit/conditions.ts';
import { type DecidedOnce, explain, flipOf, outcomesOf, type Taken } from '../../src/kit/explain.ts';
import { LogFold } from '../../src/kit/foldAll.ts';
import { parsePolicy } from '../../src/policy/policy.ts';

const START_MS = Date.UTC(2026, 0, 5, 12);
const MINUTE_MS = 60_000;

type Told = readonly [type: string, data: JsonObject, atMinute?: number];
interface Case {
  readonly flow: string;
  readonly what: string;
  /** The last one is asked about. */
  readonly told: readonly Told[];
  readonly policy?: JsonObject;
  readonly outcome: string;
  readonly first: { readonly rung: string; readonly name: string; readonly seen?: unknown; readonly needed?: string };
}

const paid = (n: number, amount = 20, minute = n): Told => [
  'payment.attempted',
  { paymentId: `p-${n}`, cardId: 'c', terminalId: 't', amount, currency: 'EUR' },
  minute,
];
const read = (value: number, minute: number): Told => ['sensor.read', { machineId: 'm', values: { heat: value } }, minute];
const viewed = (itemId: string, minute = 0): Told => ['item.viewed', { sessionId: 's', itemId }, minute];
const cart = (price: number, consent: boolean | null, quantity = 1): Told => [
  'cart.changed',
  { sessionId: 's', ...(consent === null ? {} : { consent }), items: [{ itemId: 'tent', quantity, price }] },
];
const left: Told = [
  'cart.abandoned',
  { sessionId: 's', since: '2026-01-05T12:00:00Z', due: '2026-01-05T13:00:00Z', opened: '2026-01-05T12:00:00Z' },
  60,
];
const counted = (onHand: number, minute = 0): Told => ['stock.counted', { sku: 'a', location: 'x', onHand, onOrder: 0 }, minute];
const demanded = (n: number): Told => ['demand.recorded', { sku: 'a', location: 'x', quantity: 10 }, n * 7 * 1440];
const sent = (promisedMinute: number): Told => [
  'shipment.dispatched',
  {
    shipmentId: 'h',
    sku: 'a',
    quantity: 100,
    carrier: 'c',
    mode: 'sea',
    promisedAt: new Date(START_MS + promisedMinute * MINUTE_MS).toISOString(),
  },
];

const CASES: readonly Case[] = [
  {
    flow: 'fraud',
    what: 'a small payment',
    told: [paid(1)],
    outcome: 'decline',
    first: { rung: 'model', name: 'score', needed: 'at least 0.9' },
  },
  {
    ...{ flow: 'fraud', what: 'the eleventh payment within an hour', outcome: 'approve' },
    told: Array.from({ length: 11 }, (_, n) => paid(n)),
    first: { rung: 'rules', name: 'velocity', seen: 11, needed: 'at most 10' },
  },
  {
    ...{ flow: 'fraud', what: 'a payment above the limit', outcome: 'approve', told: [paid(1, 20), paid(2, 600, 600)] },
    policy: { bands: { reviewFrom: 0.999, declineFrom: 0.9999 } },
    first: { rung: 'rules', name: 'above-limit', seen: 600, needed: 'at most 500' },
  },
  {
    ...{ flow: 'fraud', what: 'a card that nobody knows', outcome: 'decline', told: [paid(1, 600)] },
    policy: { bands: { reviewFrom: 0, declineFrom: 0 } },
    first: { rung: 'rules', name: 'new-card', seen: 0, needed: 'at least 5' },
  },
  {
    ...{
      flow: 'maintenance',
      what: 'a usual reading',
      outcome: 'alert',
      told: [...Array.from({ length: 120 }, (_, n) => read(n % 3, n)), read(0, 120)],
    },
    policy: { detect: { learnRows: 100, jointLearnRows: 100, sensorsMax: 16, watchFrom: 0.8 } },
    first: { rung: 'model', name: 'level', needed: 'at least 1' },
  },
  {
    ...{ flow: 'maintenance', what: 'a second row of one incident', outcome: 'alert' },
    told: [...Array.from({ length: 120 }, (_, n) => read(n % 3, n)), read(900, 120), read(900, 121)],
    policy: { detect: { learnRows: 100, jointLearnRows: 100, sensorsMax: 16, watchFrom: 0.8 } },
    first: { rung: 'model', name: 'incident', seen: 'open' },
  },
  {
    ...{ flow: 'maintenance', what: 'a machine that fell silent', outcome: 'normal' },
    told: [
      read(1, 0),
      [
        'machine.silent',
        { machineId: 'm', since: '2026-01-05T12:00:00Z', due: '2026-01-05T12:15:00Z', opened: '2026-01-05T12:00:00Z' },
        16,
      ],
    ],
    first: { rung: 'model', name: 'silence', seen: '2026-01-05T12:00:00Z' },
  },
  {
    ...{ flow: 'pricing', what: 'a product without a price', outcome: 'reprice', told: [['cost.changed', { sku: 'k', cost: 5 }]] },
    first: { rung: 'rules', name: 'no-price', needed: 'a sale, or a price that somebody set' },
  },
  {
    ...{
      flow: 'pricing',
      what: 'a product whose cost nobody knows',
      outcome: 'reprice',
      told: [['sale.recorded', { sku: 'k', quantity: 3, price: 9.99 }]],
    },
    first: { rung: 'rules', name: 'no-cost' },
  },
  {
    ...{ flow: 'pricing', what: 'a price that earns best', outcome: 'reprice', policy: { holdout: { share: 0, salt: 'a' } } },
    told: [
      ['sale.recorded', { sku: 'k', quantity: 3, price: 9.99 }],
      ['cost.changed', { sku: 'k', cost: 5 }, 1],
    ],
    first: { rung: 'model', name: 'best' },
  },
  {
    ...{ flow: 'personalization', what: 'the first view of all', outcome: 'recommend', told: [viewed('tent')] },
    first: { rung: 'rules', name: 'nothing', seen: 0, needed: 'at least 1' },
  },
  {
    flow: 'personalization',
    what: 'a view',
    told: [viewed('tent')],
    outcome: 'nudge',
    first: { rung: 'rules', name: 'type', seen: 'item.viewed' },
  },
  {
    ...{ flow: 'personalization', what: 'a cart of somebody who said nothing', outcome: 'nudge', told: [cart(120, null), left] },
    first: { rung: 'rules', name: 'no-consent', needed: 'a yes' },
  },
  {
    ...{ flow: 'personalization', what: 'a cart of little worth', outcome: 'nudge', told: [cart(3, true), left] },
    policy: { nudge: { valueMin: 50 } },
    first: { rung: 'rules', name: 'small', seen: 3, needed: 'at least 50' },
  },
  {
    ...{ flow: 'supply', what: 'a stock of which enough is there', outcome: 'reorder' },
    told: [...Array.from({ length: 8 }, (_, n) => demanded(n)), counted(500, 56 * 1440)],
    first: { rung: 'model', name: 'quantity', seen: 0, needed: 'at least 1' },
  },
  {
    flow: 'supply',
    what: 'a stock',
    told: [counted(500)],
    outcome: 'expedite',
    first: { rung: 'model', name: 'shipment', seen: 'a stock' },
  },
  {
    ...{ flow: 'supply', what: 'a shipment that should come in time', outcome: 'expedite', told: [sent(60 * 1440)] },
    first: { rung: 'model', name: 'costs', needed: 'expedite' },
  },
];

const merged = (one: JsonObject, more: JsonObject): JsonObject =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(more)])].map((key) => {
      const [was, is] = [one[key], more[key]];
      const both =
        typeof was === 'object' && typeof is === 'object' && was !== null && is !== null && !Array.isArray(was) && !Array.isArray(is);
      return [key, both ? merged(was, is) : (is ?? was ?? null)];
    }),
  );

const flowOf = (name: string): Flow => flows.find((flow) => flow.name === name) as Flow;

function taken({ flow: name, told, policy: more = {} }: Pick<Case, 'flow' | 'told' | 'policy'>): Taken {
  const flow = flowOf(name);
  const policy = merged(parsePolicy(flow, flow.policyText) as JsonObject, more);
  const log = new LogFold({ flow, policy });
  const folded = told.map(([type, data, minute = 0]) => log.add({ type, data, timeMs: START_MS + minute * MINUTE_MS }));
  const last = folded.at(-1);
  if (last?.decision == null) throw new Error(`nothing was decided: ${last?.ending} ${last?.note}`);
  const decision: DecidedOnce = { ...last.decision, reasons: [...last.decision.reasons] };
  return { type: last.event.type, data: last.event.data, decisions: [decision], asked: [], policy };
}

describe('explain()', () => {
  it.each(CASES.map((one) => [`${one.flow}: ${one.what} is not ${one.outcome}`, one] as const))('%s', (_title, one) => {
    const of = taken(one);
    const [why] = explain(flowOf(one.flow), of, [one.outcome]);
    expect(why).toMatchObject({ outcome: one.outcome, happened: false });
    expect(why?.first).toMatchObject({ ...one.first, met: false });
    if (one.first.seen === undefined) expect(why?.first?.seen).not.toBeNull();
    // what the outcome is that did happen, nothing speaks against
    const [did] = explain(flowOf(one.flow), of, [of.decisions[0]?.outcome ?? '']);
    expect(did).toMatchObject({ happened: true, first: null });
  });

  it('every flow of the index has cases here, and says of each of its outcomes what it takes', () => {
    for (const flow of flows) {
      const cases = CASES.filter((one) => one.flow === flow.name);
      expect([flow.name, cases.length > 1]).toEqual([flow.name, true]);
      const said = new Set(
        cases.flatMap((one) => {
          const of = taken(one);
          return explain(flow, of, outcomesOf(flow, of))
            .filter(({ rungs }) => rungs.some(({ conditions }) => conditions.length > 0))
            .map(({ outcome }) => outcome);
        }),
      );
      expect([flow.name, [...said]]).toEqual([flow.name, expect.arrayContaining([...flow.outcomes])]);
    }
  });

  it('tells of rungs above the reflex: who was asked, who answered what, and what nobody said', () => {
    const of = taken({ flow: 'fraud', told: Array.from({ length: 11 }, (_, n) => paid(n)) });
    const asked = { state: 'decided' as const, proposed: 'approve', rejected: 'decline', default: 'decline' };
    const verdict = { verdict: 'reject' as const, actor: 'ann', reason: 'not known' };
    const final: DecidedOnce = {
      ...(of.decisions[0] as DecidedOnce),
      ...{ outcome: 'decline', rung: 'human', provisional: false },
      rungs: [{ rung: 'llm', outcome: 'approve', confidence: 0.7, ms: 3, abstained: 'it only advises' }],
    };
    const [why] = explain(flowOf('fraud'), { ...of, decisions: [...of.decisions, final], asked: [{ ...asked, verdict }] }, ['approve']);
    expect(why?.rungs.find(({ rung }) => rung === 'llm')?.said).toBe('would say approve, and passed on: it only advises');
    expect(why?.rungs.find(({ rung }) => rung === 'human')?.first).toMatchObject({ seen: 'reject by ann: not known', needed: 'approve' });
    expect(why?.rungs.find(({ rung }) => rung === 'default')?.first).toMatchObject({ name: 'default', seen: 'decline', needed: 'approve' });
  });

  it('a flow that says no conditions is told by what its rungs said', () => {
    const { conditions: _conditions, ...bare } = flowOf('fraud');
    const [why] = explain(bare, taken({ flow: 'fraud', told: [paid(1)] }), ['decline']);
    expect(why?.first).toMatchObject({ name: 'rules-says', met: false, needed: 'decline' });
  });
});

describe('flipOf()', () => {
  it('names the nearest change that would have made another outcome', () => {
    const of = taken({
      flow: 'fraud',
      told: [paid(1, 20), paid(2, 600, 600)],
      policy: { bands: { reviewFrom: 0.999, declineFrom: 0.9999 } },
    });
    expect(flipOf(flowOf('fraud'), of)).toMatchObject({
      outcome: 'approve',
      text: 'It would be approve if amount that may be released without a person were at most 500 (it is 600)',
    });
  });

  it('is silent where no number alone would do', () => {
    const of = taken({ flow: 'pricing', told: [['cost.changed', { sku: 'k', cost: 5 }]] });
    expect(flipOf(flowOf('pricing'), of)).toBeNull();
  });
});

describe('inTurn()', () => {
  it('says nothing of what stands behind the first that does not hold', () => {
    const all = inTurn([rules.atMost('a', 'a', 1, 2), rules.atLeast('b', 'b', 1, 2), model.below('c', 'c', 1, 2)]);
    expect(all.map(({ met, seen }) => [met, seen])).toEqual([
      [true, 1],
      [false, 1],
      [null, null],
    ]);
  });
});
