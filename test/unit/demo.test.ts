/** The made-up businesses. The bugs this hunts: an event that its flow refuses or cannot fold, a policy that no longer fits, a demo that is another one each time. */
import { describe, expect, it } from '@jest/globals';
import type { Happening } from '../../src/demo/business.ts';
import { makeBusinesses } from '../../src/demo/businesses.ts';
import { paceAt } from '../../src/demo/pace.ts';
import { Random } from '../../src/demo/random.ts';
import { shortened } from '../../src/demo/shorten.ts';
import type { JsonObject } from '../../src/domain/event.ts';
import { shareInterval } from '../../src/domain/shareInterval.ts';
import { flows } from '../../src/flows/flows.ts';
import { LogFold } from '../../src/kit/foldAll.ts';
import { parsePolicy } from '../../src/policy/policy.ts';

const NOW = Date.UTC(2026, 10, 2, 12);
const LOAD = { perSecond: 20, casesPerSecond: 2 };
const LIVE = 1500;
const names = makeBusinesses(1).map(({ flow }) => flow);

function played(seed: number, flow: string): { readonly past: Happening[]; readonly live: Happening[] } {
  const business = makeBusinesses(seed).find((one) => one.flow === flow);
  if (business === undefined) throw new Error(flow);
  const past = business.history(NOW);
  const live: Happening[] = [];
  for (let nth = 0; nth < LIVE; nth += 1) {
    const nowMs = NOW + nth * 200;
    live.push(...business.due(nowMs), business.next(nowMs, LOAD));
  }
  return { past, live };
}

describe.each(names)('the business of %s', (flow) => {
  const served = flows.find(({ name }) => name === flow);
  const business = makeBusinesses(1).find((one) => one.flow === flow);
  if (served === undefined || business === undefined) throw new Error(`no flow ${flow}`);
  const policy = parsePolicy(served, shortened(served.policyText, business.policy));
  const { past, live } = played(1, flow);

  it('is the same for the same seed, and another for another', () => {
    expect(played(1, flow)).toEqual({ past, live });
    expect(played(2, flow).live).not.toEqual(live);
  });

  it('has a past in order of time, before now', () => {
    expect(past.length).toBeGreaterThan(100);
    for (const [at, { atMs }] of past.entries()) {
      expect(Number.isInteger(atMs)).toBe(true);
      if (at > 0) expect(atMs).toBeGreaterThanOrEqual((past[at - 1] as Happening).atMs);
    }
    expect(past.at(-1)?.atMs).toBeLessThan(NOW);
  });

  it('sends what its flow takes and folds, and is decided in more than one way', () => {
    const log = new LogFold({ flow: served, policy });
    const outcomes = new Set<string>();
    for (const { type, data, atMs } of [...past, ...live]) {
      const { ending, note, decision } = log.add({ type, data: data as JsonObject, timeMs: atMs, history: atMs < NOW });
      if (ending === 'quarantined') throw new Error(`${type} went into quarantine: ${note}`);
      if (decision !== null && atMs >= NOW) outcomes.add(decision.outcome);
    }
    expect([...outcomes].every((outcome) => served.outcomes.includes(outcome) || outcome === 'review')).toBe(true);
    expect(outcomes.size).toBeGreaterThan(0);
  });

  it('claims truths that the flow knows', () => {
    const truths = served.labels?.truths ?? served.outcomes;
    for (const [outcome, truth] of Object.entries(business.claims)) {
      expect(served.outcomes).toContain(outcome);
      expect(truths).toContain(truth);
    }
  });
});

describe('shortened()', () => {
  it('refuses a path that the policy does not have', () => {
    expect(() => shortened('a: { b: 1 }', { 'a.c': 2 })).toThrow('the policy has no a.c');
    expect(shortened('a: { b: 1 } # kept', { 'a.b': 2 })).toBe('a: { b: 2 } # kept\n');
  });
});

describe('paceAt()', () => {
  it('is one on average over a minute, with bursts and quiet times', () => {
    const paces = Array.from({ length: 60 }, (_, second) => paceAt(second));
    expect(paces.reduce((sum, pace) => sum + pace, 0) / 60).toBeCloseTo(1, 10);
    expect([Math.min(...paces), Math.max(...paces)]).toEqual([0.3, 2.4]);
    expect(paceAt(61)).toBe(paceAt(1));
  });
});

describe('shareInterval()', () => {
  it("is Wilson's", () => {
    expect(shareInterval(0, 0)).toBeNull();
    // Wilson's own worked figures are by hand: these by the formula in R's prop.test without correction
    const [from, to] = shareInterval(8, 10) ?? [0, 0];
    expect(from).toBeCloseTo(0.4902, 3);
    expect(to).toBeCloseTo(0.9433, 3);
  });

  it('holds the truth in about 95 of 100', () => {
    const random = new Random(7);
    let held = 0;
    for (let trial = 0; trial < 1000; trial += 1) {
      let right = 0;
      for (let nth = 0; nth < 80; nth += 1) if (random.chance(0.7)) right += 1;
      const [from, to] = shareInterval(right, 80) ?? [1, 0];
      if (from <= 0.7 && 0.7 <= to) held += 1;
    }
    expect(held).toBeGreaterThan(920);
    expect(held).toBeLessThan(980);
  });
});
