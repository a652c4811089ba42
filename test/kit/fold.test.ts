/** The bug hunted here: an event that is quarantined and has changed a state all the same, so that a rebuild differs. */
import { describe, expect, it } from '@jest/globals';
import type { FlowEvent } from '../../src/domain/event.ts';
import type { Folded } from '../../src/domain/flow/reflex.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { effectiveTime, foldEntry, type States } from '../../src/kit/fold.ts';
import { ledger } from '../support/flows.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const event: FlowEvent = {
  ...{ position: 1, source: '/t', id: 'one', type: 'amount.booked', subject: 'a', timeMs: NOW_MS, acceptedAtMs: NOW_MS },
  data: { account: 'a', amount: 1 },
};

/** The ledger with answers of its own beside its states. */
function answering(answer: Partial<Folded>): Flow {
  const reflex = ledger.reflex as NonNullable<typeof ledger.reflex>;
  return {
    ...(ledger as Flow),
    reflex: {
      ...(reflex as NonNullable<Flow['reflex']>),
      fold(states, folded) {
        const { decision: _, ...plain } = reflex.fold(states, folded, { alarmAbove: 100, askAbove: 1000 });
        return { ...plain, ...answer };
      },
    },
  };
}

const fold = (flow: Flow, states: States) =>
  foldEntry({ flow, policy: {}, states }, { event, keys: ['account:a'], expired: false, history: false });

const decision = {
  ...{ outcome: 'fine', confidence: 1, score: null, rung: 'rules' as const, reasons: [], result: {}, provisional: false, rungs: [] },
};
const signal = { found: {}, rungs: [] };

describe('effectiveTime()', () => {
  it.each([
    ['five minutes ahead, which a sender’s clock may be', 300_000, { timeMs: NOW_MS + 300_000 }],
    ['more than that ahead', 300_001, { timeMs: NOW_MS, timeNote: 'ahead' }],
    ['long ago', -1e12, { timeMs: NOW_MS - 1e12 }],
  ])('effectiveTime() of a time %s', (_, offMs, expected) => {
    expect(effectiveTime(NOW_MS + offMs, NOW_MS)).toEqual(expected);
  });

  it('effectiveTime() is acceptance where the sender gave none', () => {
    expect(effectiveTime(null, NOW_MS)).toEqual({ timeMs: NOW_MS, timeNote: 'missing' });
  });
});

describe('foldEntry()', () => {
  const wrong: [string, Partial<Folded>, string][] = [
    ['a provisional decision that nothing follows', { decision: { ...decision, provisional: true } }, 'a signal must follow it'],
    ['a final decision with a signal', { decision, signal }, 'has a final decision'],
    ['findings of 20 kB', { signal: { found: { text: 'x'.repeat(20_000) }, rungs: [] } }, 'at most 16384 characters'],
  ];
  it.each(wrong)('foldEntry() quarantines %s and leaves the states as they were', (_, answer, note) => {
    const before = Uint8Array.from(Buffer.from('{"count":1,"sum":1,"digest":7,"newestMs":0}'));
    const states: States = new Map([['account:a', before]]);
    const entry = fold(answering(answer), states);
    expect(entry).toMatchObject({ ending: 'quarantined', changed: [], decision: null, found: null });
    expect(entry.note).toContain(note);
    expect([...states]).toEqual([['account:a', before]]);
    expect(states.get('account:a')).toBe(before);
  });

  it('foldEntry() takes findings of 16,384 characters', () => {
    const room = 16_384 - JSON.stringify({ found: { text: '' }, rungs: [] }).length;
    const entry = fold(answering({ signal: { found: { text: 'x'.repeat(room) }, rungs: [] } }), new Map());
    expect(entry).toMatchObject({ ending: 'waiting', changed: ['account:a'] });
    expect(entry.found).toHaveLength(16_384);
  });
});
