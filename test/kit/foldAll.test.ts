import { describe, expect, it } from '@jest/globals';
import { type FoldedEvent, foldAll, LogFold, type SentEvent } from '../../src/kit/foldAll.ts';
import { ledger } from '../support/flows.ts';

const POLICY = { alarmAbove: 100, askAbove: 1000 };
const START_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const booked = (amount: number, more: Partial<SentEvent> = {}): SentEvent => ({
  type: 'amount.booked',
  data: { account: 'a', amount },
  timeMs: START_MS,
  ...more,
});

async function all(entries: Parameters<typeof foldAll<typeof POLICY, SentEvent>>[1]): Promise<FoldedEvent[]> {
  const folded: FoldedEvent[] = [];
  for await (const entry of foldAll({ flow: ledger, policy: POLICY }, entries)) folded.push(entry);
  return folded;
}

describe('foldAll()', () => {
  it('foldAll() folds each event on what those before it left, at the next position', async () => {
    const folded = await all([booked(1), booked(2)]);
    expect(folded.map(({ event, ending, decision }) => [event.position, event.id, ending, decision?.result])).toEqual([
      [1, '1', 'reflex', { count: 1 }],
      [2, '2', 'reflex', { count: 2 }],
    ]);
    expect(folded[0]?.before).toEqual([null]);
    expect(JSON.parse(Buffer.from(folded[1]?.before[0] ?? []).toString())).toMatchObject({ count: 1, sum: 1 });
  });

  it('foldAll() judges each event by the policy that holds there; a switch takes a position', async () => {
    const folded = await all([booked(50), { policy: { ...POLICY, alarmAbove: 10 } }, booked(50)]);
    expect(folded.map(({ event, decision }) => [event.position, decision?.outcome])).toEqual([
      [1, 'fine'],
      [3, 'alarm'],
    ]);
  });

  it('foldAll() records what is late, quarantines what the reflex throws at, and goes on', async () => {
    const folded = await all([booked(1), booked(2, { timeMs: START_MS - DAY_MS - 1 }), booked(13), booked(3)]);
    expect(folded.map(({ ending, note }) => [ending, note])).toEqual([
      ['reflex', null],
      ['recorded', 'late'],
      ['quarantined', 'reflex: Error: thirteen is not counted'],
      ['reflex', null],
    ]);
    expect(folded[3]?.decision?.result).toEqual({ count: 2 });
  });

  it('foldAll() takes acceptance for a time that is missing or ahead, and tells expired events and history apart', async () => {
    const folded = await all([
      booked(1, { timeMs: START_MS + DAY_MS, acceptedAtMs: START_MS }),
      { type: 'amount.booked', data: { account: 'a', amount: 1 }, acceptedAtMs: START_MS },
      booked(1, { expired: true }),
      booked(5000, { history: true }),
      booked(5000),
    ]);
    expect(folded.map(({ event, ending }) => [event.timeMs - START_MS, event.timeNote, ending])).toEqual([
      [0, 'ahead', 'reflex'],
      [0, 'missing', 'reflex'],
      [0, undefined, 'expired'],
      [0, undefined, 'reflex'],
      [0, undefined, 'waiting'],
    ]);
  });

  it('foldAll() reads a stream, and gives each event back as it was given', async () => {
    async function* stream() {
      yield { ...booked(1), row: 7 };
    }
    for await (const { sent } of foldAll({ flow: ledger, policy: POLICY }, stream())) expect(sent.row).toBe(7);
  });

  it('add() refuses what accepting would refuse, and an event without any time', () => {
    const log = new LogFold({ flow: ledger, policy: POLICY });
    expect(() => log.add(booked(1, { type: 'amount.unknown' }))).toThrow('does not fit amount.unknown');
    expect(() => log.add({ type: 'amount.booked', data: { account: '', amount: 1 }, timeMs: 1 })).toThrow('does not fit');
    expect(() => log.add({ type: 'amount.booked', data: { account: 'a', amount: 1 } })).toThrow('neither a time');
    expect(log.add(booked(1)).event.position).toBe(1);
  });
});
