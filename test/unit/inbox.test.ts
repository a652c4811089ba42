/** Whatever is signalled, in whatever order and how often: each event is worked on once, in the order taken, and nothing throws. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCaseInput } from '../../src/workflows/caseInput.ts';
import { Inbox } from '../../src/workflows/inbox.ts';
import { parseArrivals, parseVerdict } from '../../src/workflows/signals.ts';

const mailOf = (positions: readonly number[]) => ({ events: positions.map((position) => ({ position, event: {} })) });

describe('Inbox', () => {
  it('begins each event once, however often and in whatever company it is sent', () => {
    const signals = fc.array(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 }), { maxLength: 20 });
    fc.assert(
      fc.property(signals, fc.infiniteStream(fc.nat(3)), (sent, steps) => {
        let inbox = new Inbox(0);
        const ended = new Set<number>();
        const begun: number[] = [];
        const work = (step: number): void => {
          if (step === 0) inbox = new Inbox(0, { ...inbox.carry(), failed: 0 });
          if (step === 1 && inbox.mustAcknowledge) {
            const asked = inbox.arrivals();
            // the mailbox knows what has ended
            inbox.accept(
              asked,
              asked.filter((position) => !ended.has(position)).sort((a, b) => a - b),
            );
          }
          if (step === 2) {
            const positions = inbox.begin(2);
            begun.push(...positions);
            for (const position of positions) ended.add(position);
            inbox.end(positions);
          }
        };
        for (const positions of sent) {
          inbox.hearEvents(mailOf(positions));
          work(steps.next().value);
        }
        while (!inbox.empty) for (const step of [1, 2]) work(step);
        expect(begun.sort((a, b) => a - b)).toEqual([...new Set(sent.flat())].sort((a, b) => a - b));
        expect(inbox.settled).toBe(inbox.taken);
      }),
    );
  });

  it('acknowledges again what is sent again, as nothing more is sent until it is, and works on none of it twice', () => {
    const inbox = new Inbox(10);
    inbox.hearEvents(mailOf([12, 13]));
    inbox.accept(inbox.arrivals(), [12, 13]);
    expect(inbox.begin(1)).toEqual([12]);
    // an event from before was redriven, and what came after it is sent with it
    inbox.hearEvents(mailOf([11, 12, 13]));
    const asked = inbox.arrivals();
    expect(asked.sort()).toEqual([11, 12, 13]);
    inbox.end([12]);
    inbox.accept(asked, [11, 12, 13]);
    expect(inbox.begin(9)).toEqual([13, 11]);
    expect(inbox.mustAcknowledge).toBe(false);
  });

  it('next() names what is begun first once it is taken, where nothing waits before it', () => {
    const positions = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(positions, fc.integer({ min: -1, max: 15 }), fc.infiniteStream(fc.boolean()), (sent, room, known) => {
        const inbox = new Inbox(0);
        inbox.hearEvents(mailOf(sent));
        const next = inbox.next(room);
        const ours = sent.filter(() => known.next().value).sort((a, b) => a - b);
        inbox.accept(inbox.arrivals(), ours);
        const begun = inbox.begin(Math.max(0, room));
        expect(begun.slice(0, next.length)).toEqual(expect.arrayContaining(next.filter((position) => ours.includes(position))));
        expect(next).toEqual([...sent].sort((a, b) => a - b).slice(0, Math.max(0, room)));
      }),
    );
  });

  it('settled is below everything that is open or waits', () => {
    const inbox = new Inbox(10);
    inbox.hearEvents(mailOf([11, 12, 13]));
    inbox.accept(inbox.arrivals(), [11, 12, 13]);
    expect(inbox.begin(2)).toEqual([11, 12]);
    expect(inbox.settled).toBe(10);
    inbox.end([11]);
    expect(inbox.settled).toBe(11);
    expect(inbox.carry()).toMatchObject({ taken: 13, waiting: [12, 13] });
  });

  it('keeps so many verdicts as are told by hand, and counts the rest as dropped', () => {
    const inbox = new Inbox(0);
    for (let nth = 0; nth < 1001; nth += 1)
      inbox.hearVerdict({ approval: `apr_fraud.${nth + 1}.0`, verdict: 'approve', actor: 'ann', reason: '' });
    expect([inbox.verdicts.length, inbox.dropped, inbox.signals]).toEqual([1000, 1, 1001]);
  });

  it('carries verdicts that it has not put on their rows to the next run', () => {
    const inbox = new Inbox(0);
    const verdict = { approval: 'apr_fraud.1.0', verdict: 'reject', actor: 'ann', reason: 'no' };
    inbox.hearVerdict(verdict);
    expect(new Inbox(0, { ...inbox.carry(), failed: 0 }).verdicts).toEqual([verdict]);
  });

  it('keeps verdicts on what is open in its case, so many of each, and drops those on what is not', () => {
    const inbox = new Inbox(0, undefined, { tenant: 'acme', flow: 'fraud' });
    const hear = (approval: string) => inbox.hearVerdict({ approval, verdict: 'approve', actor: 'ann', reason: '' });
    inbox.hearEvents(mailOf([7, 8, 9]));
    inbox.accept([8, 9], [8, 9]);
    inbox.begin(1);
    for (const approval of ['apr_fraud.7.0', 'apr_acme.returns.7.0', 'apr_acme.fraud.6.0', 'apr_other.fraud.8.0']) hear(approval);
    expect([inbox.verdicts.length, inbox.dropped]).toEqual([0, 4]);
    for (const position of [7, 8, 9]) hear(`apr_acme.fraud.${position}.0`);
    expect(inbox.verdicts.map(({ approval }) => approval)).toEqual(['apr_acme.fraud.7.0', 'apr_acme.fraud.8.0', 'apr_acme.fraud.9.0']);
    for (let nth = 0; nth < 1500; nth += 1) hear('apr_acme.fraud.8.0');
    hear('apr_acme.fraud.9.0');
    expect([inbox.verdicts.length, inbox.dropped]).toEqual([23, 4 + 1500 - 19]);
  });

  it('leaves what only waits where it is until it is woken, and begins it before the others', () => {
    const before = new Inbox(0);
    before.hearEvents(mailOf([1, 2, 3, 4]));
    before.accept(before.arrivals(), [1, 2, 3, 4]);
    before.begin(3);
    const parked = [{ types: null, waits: [[1, 5, 9] as const, [3, 7, 9] as const] }];
    const inbox = new Inbox(0, { ...before.carry(), failed: 0, parked });
    expect([inbox.waiting, inbox.empty, inbox.settled, inbox.parked.nextMs]).toEqual([2, false, 0, 5]);
    // sent again, it is acknowledged again and stays
    inbox.hearEvents(mailOf([1]));
    expect(inbox.arrivals()).toEqual([1]);
    inbox.accept([1], [1]);
    inbox.wake(inbox.parked.takeDue(6));
    expect(inbox.begin(9)).toEqual([1, 2, 4]);
    expect(inbox.carry().waiting).toEqual([1, 2, 3, 4]);
    inbox.end([1, 2, 4]);
    expect([inbox.empty, inbox.settled]).toEqual([false, 2]);
    expect(inbox.parked.take(3)).toBe(true);
    expect(inbox.parked.take(3)).toBe(false);
    inbox.wake([3]);
    expect(inbox.begin(9)).toEqual([3]);
  });

  it('counts as taken what is its own, not what somebody made up', () => {
    const inbox = new Inbox(10);
    inbox.hearEvents(mailOf([900]));
    inbox.accept(inbox.arrivals(), []);
    expect(inbox.taken).toBe(10);
    inbox.hearEvents(mailOf([11, 901]));
    inbox.accept(inbox.arrivals(), [11]);
    expect(inbox.taken).toBe(11);
  });

  it('hears anything without throwing, and counts what it drops', () => {
    fc.assert(
      fc.property(fc.anything(), (said) => {
        const inbox = new Inbox(0);
        inbox.hearEvents(said);
        inbox.hearVerdict(said);
        expect(inbox.signals).toBe(2);
        expect(inbox.dropped).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

describe('parseVerdict()', () => {
  const verdict = { approval: 'apr_fraud.1.0', verdict: 'approve', actor: 'ann', reason: '' };

  it('takes the documented shape', () => {
    expect(parseVerdict(verdict)).toEqual(verdict);
    expect(parseVerdict({ ...verdict, changes: { amount: 1 } })).toEqual({ ...verdict, changes: { amount: 1 } });
  });

  it.each([
    [{ ...verdict, actor: '' }],
    [{ ...verdict, actor: 'a'.repeat(201) }],
    [{ ...verdict, reason: 'a'.repeat(2001) }],
    [{ ...verdict, changes: [] }],
    [{ ...verdict, changes: { text: 'a'.repeat(5000) } }],
    [{ ...verdict, via: 'http' }],
    [{ ...verdict, approval: 'alice@example.org' }],
    [{ ...verdict, approval: 'evt_fraud.1' }],
  ])('takes nothing else: %#', (said) => {
    expect(parseVerdict(said)).toBeNull();
  });
});

describe('parseVerdict() and what is typed by hand', () => {
  it('carries on a reason without what should not get about', () => {
    const said = { approval: 'apr_fraud.1.0', verdict: 'reject', actor: 'ann', reason: 'card 4242 4242 4242 4242 of alice@example.org' };
    expect(parseVerdict(said)?.reason).toBe('card [card] of [mail]');
  });
});

describe('parseArrivals()', () => {
  it('keeps the good positions beside the bad ones', () => {
    const events = [{ position: 3 }, { position: 0 }, { position: 1.5 }, { position: '4' }, null, { position: 2 ** 60 }];
    expect(parseArrivals({ events })).toEqual({ positions: [3], dropped: 5 });
  });
});

describe('parseCaseInput()', () => {
  it('takes what the dispatcher gives and refuses a start by hand', () => {
    const input = { tenant: 'default', flow: 'fraud', subject: 'c', after: 7 };
    expect(parseCaseInput(input)).toEqual(input);
    for (const wrong of [undefined, null, 'x', {}, { tenant: 'default' }]) expect(parseCaseInput(wrong)).toBeNull();
  });

  const input = { tenant: 'default', flow: 'fraud', subject: 'c', after: 7 };
  const verdict = { approval: 'apr_fraud.1.0', verdict: 'reject', actor: 'ann', reason: 'no' };
  const parked = [{ types: ['machine.mended'], waits: [[2, 5, 9]] }];
  const carried = { taken: 9, dropped: 0, arrived: [12], waiting: [2, 8], verdicts: [verdict], failed: 1, parked };

  it('takes what a run carries to the next', () => {
    expect(parseCaseInput({ ...input, carried })).toEqual({ ...input, carried });
    expect(parseCaseInput({ ...input, carried: { ...carried, parked: undefined } })).not.toBeNull();
  });

  it.each([
    ['a text', 'carried'],
    ['nothing of it', {}],
    ['a count that is none', { ...carried, taken: 'x' }],
    ['a negative count', { ...carried, failed: -1 }],
    ['positions that are none', { ...carried, waiting: [0] }],
    ['too many positions', { ...carried, arrived: Array.from({ length: 200_001 }, () => 1) }],
    ['verdicts that are none', { ...carried, verdicts: [{}] }],
    ['waits that are none', { ...carried, parked: [{ types: null, waits: [[2, 5]] }] }],
    ['times that are none', { ...carried, parked: [{ types: null, waits: [[2, 'x', 9]] }] }],
    ['types that are none', { ...carried, parked: [{ types: [7], waits: [] }] }],
  ])('refuses garbage among what is carried: %s', (_what, garbage) => {
    expect(parseCaseInput({ ...input, carried: garbage })).toBeNull();
  });
});
