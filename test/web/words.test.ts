/** What the console computes before it shows anything: pure, so it is held here and not in a browser. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/domain/event.ts';
import { interval } from '../../src/domain/shareInterval.ts';
import { span } from '../../src/domain/span.ts';
import { KEYS, shownKeys } from '../../src/web/keys/keyTable.ts';
import { bandsOf, nearestThreshold } from '../../src/web/words/bands.ts';
import { curlOf } from '../../src/web/words/curlOf.ts';
import { eventOfStep } from '../../src/web/words/eventOfStep.ts';
import { readEvidence, stakeOf } from '../../src/web/words/evidence.ts';
import { inOrder, votesText } from '../../src/web/words/inboxOrder.ts';
import { pathOfId } from '../../src/web/words/pathOfId.ts';
import { ALL_RANGES, addedBy, minutesOf, rangeOf } from '../../src/web/words/ranges.ts';
import { cutText, piecesOf } from '../../src/web/words/said.ts';
import { sampleOf } from '../../src/web/words/sampleOf.ts';
import { Tally } from '../../src/web/words/tally.ts';
import { rowsOf, type Step, waitsFor } from '../../src/web/words/timelineRows.ts';
import { bucketTime, exactTime, relativeTime, tickTime } from '../../src/web/words/times.ts';
import type { Approval } from '../../src/wire/approval.ts';
import { approvalExample } from '../../src/wire/examples.ts';
import type { ActionsPreview, EventsPreview } from '../../src/wire/preview.ts';
import { actionLines, eventLines, refusals, tallyText } from '../../src/wire/previewLines.ts';

const step = (id: string, at: string, more: Partial<Step> = {}): Step => ({
  ...{ id, at, kind: 'event', title: id, detail: {}, causes: [] },
  ...more,
});

describe('piecesOf()', () => {
  it('shows what would not be seen as what it is, and leaves line ends where a text has lines', () => {
    expect(piecesOf('a\u202eb\u200b\n', false)).toEqual([
      { text: 'a', hidden: false },
      { text: '\\u202e', hidden: true },
      { text: 'b', hidden: false },
      { text: '\\u200b\\u000a', hidden: true },
    ]);
    expect(piecesOf('a\nb\u001b[31m', true)).toEqual([
      { text: 'a\nb', hidden: false },
      { text: '\\u001b', hidden: true },
      { text: '[31m', hidden: false },
    ]);
  });

  it('cutText() halves no character', () => {
    expect(cutText('ab😀', 3)).toBe('ab');
    expect(cutText('ab😀', 4)).toBe('ab😀');
  });
});

describe('times', () => {
  it('say how long ago in the largest unit, and spans in the two largest', () => {
    expect([relativeTime(0, 200), relativeTime(0, 65_000), relativeTime(7_200_000, 0)]).toEqual(['now', '1 minute ago', 'in 2 hours']);
    expect([span(840), span(200_000), span(187_200_000), span(3_600_000)]).toEqual(['840 ms', '3 min 20 s', '2 d 4 h', '1 h']);
  });

  it('exactTime() is in the zone that was chosen, and shows what is no time as it is', () => {
    expect(exactTime('2026-11-29T18:26:50Z', 'Asia/Tokyo')).toContain('30 Nov 2026, 03:26:50');
    expect(exactTime('soon', 'UTC')).toBe('soon');
  });
});

describe('outcomes over time', () => {
  it('addedBy() adds up the series of one outcome, and of one rung', () => {
    const series = [
      { outcome: 'approve', rung: 'model', counts: [1, 2] },
      { outcome: 'decline', rung: 'model', counts: [0, 4] },
      { outcome: 'approve', rung: 'human', counts: [10, 0] },
    ];
    expect(addedBy('outcome', series)).toEqual([
      { name: 'approve', counts: [11, 2] },
      { name: 'decline', counts: [0, 4] },
    ]);
    expect(addedBy('rung', series)).toEqual([
      { name: 'model', counts: [1, 6] },
      { name: 'human', counts: [10, 0] },
    ]);
  });

  it('rangeOf() is what the address names, if it is one of those that are offered', () => {
    const named = [rangeOf('week', ALL_RANGES, 'hour'), rangeOf('toString', ALL_RANGES, 'hour'), rangeOf('year', ['day'], 'day')];
    expect(named).toEqual(['week', 'hour', 'day']);
    expect([minutesOf('hours'), minutesOf('week'), minutesOf('month')]).toEqual([360, 10_080, 43_200]);
  });

  it('bucketTime() is in the zone, and has a clock where a bucket is shorter than a day', () => {
    expect(bucketTime('2026-03-01T23:30:00Z', 'Asia/Tokyo', 'minute')).toBe('Mon 2 Mar, 08:30');
    expect(bucketTime('2026-03-01T23:30:00Z', 'Asia/Tokyo', 'day')).toBe('Mon 2 Mar');
    const atMs = Date.parse('2026-03-01T23:30:00Z');
    expect([tickTime(atMs, 'Asia/Tokyo', true), tickTime(atMs, 'Asia/Tokyo', false)]).toEqual(['2 Mar', '08:30']);
  });
});

describe('Tally', () => {
  const at = (second: number): number => second * 1000;

  it('counts by flow and outcome, second by second, and forgets what is older than it keeps', () => {
    const tally = new Tally();
    for (const second of [1000, 1000, 1001]) tally.add({ flow: 'f', outcome: 'a' }, at(second));
    tally.add({ flow: 'f', outcome: 'b' }, at(1003));
    expect(tally.last(4)).toEqual([
      { flow: 'f', outcome: 'a', counts: [0, 2, 1, 0] },
      { flow: 'f', outcome: 'b', counts: [0, 0, 0, 0] },
    ]);
    tally.move(at(1004));
    expect(tally.last(4, 2)).toEqual([
      { flow: 'f', outcome: 'a', counts: [3, 0] },
      { flow: 'f', outcome: 'b', counts: [0, 1] },
    ]);
    tally.move(at(5000));
    expect(
      tally
        .last(900)
        .flatMap(({ counts }) => counts)
        .filter((count) => count > 0),
    ).toEqual([]);
  });

  it('keeps a bounded number of series, whatever outcomes come', () => {
    const tally = new Tally();
    for (let n = 0; n < 1000; n += 1) tally.add({ flow: 'f', outcome: String(n) }, at(1));
    expect(tally.last(1).length).toBe(40);
  });
});

describe('evidence', () => {
  const evidence = {
    payment: { amount: 900, currency: 'EUR', note: 'x' },
    features: { cardKnown: 3 },
    score: 0.4,
    provisional: 'review',
    reasons: [
      { code: 'a', text: 'small', weight: 0.1 },
      { code: 'b', text: 'large', weight: -2 },
    ],
    factors: [],
    llm: { outcome: 'approve', reasons: [{ code: 'q', text: 'a model’s words' }] },
    similar: [{ decision: 'dec_f.1.0', at: '2026-01-01T00:00:00Z', outcome: 'approve', truth: null, score: 0.1 }],
  } as JsonObject;

  it('is told apart by who said it, reasons by weight', () => {
    const read = readEvidence(evidence);
    expect(read.reasons.map(({ code }) => code)).toEqual(['b', 'a']);
    expect(read.sent).toEqual([['payment', evidence.payment]]);
    expect(read.advice.map(({ by }) => by)).toEqual(['llm']);
    expect(read.facts).toEqual({ cardKnown: 3 });
    expect(read.similar).toMatchObject([{ decision: 'dec_f.1.0', truth: null }]);
    expect(stakeOf(evidence)).toEqual({ value: 900, text: '900 EUR' });
  });

  it('that holds anything at all is read without an error', () => {
    for (const odd of [{}, { reasons: 5, similar: 'x', llm: [] }, { reasons: [null, 1], features: 'no' }] as JsonObject[])
      expect(readEvidence(odd).reasons).toEqual([]);
  });
});

describe('the inbox', () => {
  const asked = (id: string, deadline: string, amount: number): Approval => ({
    ...approvalExample,
    id,
    deadline,
    evidence: { payment: { amount } },
  });

  it('is in the order of deadlines, of equal ones the largest first', () => {
    const items = [
      asked('apr_1', '2026-01-01T10:01:00Z', 5),
      asked('apr_2', '2026-01-01T10:02:00Z', 50),
      asked('apr_3', '2026-01-01T09:00:00Z', 1),
    ];
    expect(inOrder(items).map(({ id }) => id)).toEqual(['apr_3', 'apr_2', 'apr_1']);
  });

  it('says how many of those who must approve have', () => {
    const vote = { verdict: 'approve', actor: 'ann', reason: 'x', at: '', via: 'http', version: 1, shown: '' } as const;
    expect([votesText({ needed: 1, votes: [] }), votesText({ needed: 2, votes: [] }), votesText({ needed: 2, votes: [vote] })]).toEqual([
      ...['', '0 of 2 have approved', '1 of 2 have approved: ann'],
    ]);
  });
});

describe('bandsOf()', () => {
  const bands = bandsOf({ bands: { declineFrom: 0.9, reviewFrom: 0.15 } });

  it('reads the bands of a policy, and none where it has none', () => {
    expect(bands).toEqual([
      { outcome: null, from: 0, to: 0.15 },
      { outcome: 'review', from: 0.15, to: 0.9 },
      { outcome: 'decline', from: 0.9, to: 1 },
    ]);
    for (const content of [null, {}, { bands: [] }, { bands: { from: 'x' } }]) expect(bandsOf(content)).toEqual([]);
  });

  it('nearestThreshold() says which way is shortest, and what lies there', () => {
    expect(nearestThreshold(bands, 0.1)).toMatchObject({ at: 0.15, outcome: 'review' });
    expect(nearestThreshold(bands, 0.2)).toMatchObject({ at: 0.15, outcome: null });
    expect(nearestThreshold(bands, 1)).toMatchObject({ at: 0.9, outcome: 'review' });
    expect(nearestThreshold([], 0.5)).toBeNull();
  });
});

describe('a timeline', () => {
  it('rowsOf() folds long pauses, and says who was waited for', () => {
    const rows = rowsOf([
      step('e', '2026-01-01T00:00:00Z'),
      step('a', '2026-01-01T00:00:01Z', { kind: 'approval' }),
      step('v', '2026-01-03T04:00:01Z', { kind: 'verdict' }),
    ]);
    expect(rows.map((row) => (row.kind === 'idle' ? row.text : row.step.id))).toEqual(['e', 'a', '2 d 4 h: nobody answered', 'v']);
  });

  it('waitsFor() is the last question that nobody decided', () => {
    const question = (id: string) =>
      step(id, '2026-01-01T00:00:00Z', {
        kind: 'approval',
        detail: { approval: id, deadline: '2026-01-02T00:00:00Z', default: 'decline' },
      });
    const verdict = step('v', '2026-01-01T01:00:00Z', { kind: 'verdict', detail: { approval: 'apr_1' } });
    expect(waitsFor([question('apr_1'), verdict])).toBeNull();
    expect(waitsFor([question('apr_1'), question('apr_2'), verdict])).toMatchObject({ until: '2026-01-02T00:00:00Z' });
  });
});

describe('eventOfStep()', () => {
  it('is the event that an entry is, is made from, or was caused by', () => {
    const ids = ['evt_a.1', 'dec_a.1.0', 'apr_t.a.1.0', 'act_a.1.let-go', 'llm_a.1.2'];
    expect(ids.map((id) => eventOfStep({ id, causes: [] }))).toEqual(['evt_a.1', 'evt_a.1', 'evt_t.a.1', 'evt_a.1', 'evt_a.1']);
    expect(eventOfStep({ id: 'rec_a.9', causes: ['dec_a.1.0', 'evt_a.1'] })).toBe('evt_a.1');
    expect(eventOfStep({ id: 'rec_a.9', causes: [] })).toBeUndefined();
  });
});

describe('previews', () => {
  const event = (id: string, would: Partial<EventsPreview['items'][number]['would']>) => ({
    ...{ event: id, flow: 'f', subject: 's', type: 't', acceptedAt: '2026-03-02T09:30:00.120Z', reason: null, etag: id },
    would: { status: 'decided' as const, outcome: 'approve', provisional: false, why: null, refused: null, ...would },
  });

  it('say what each event would become, how many of each, and why some would be refused', () => {
    const refused = { code: 'off-schema', detail: 'no rate' };
    const lines = eventLines({
      items: [
        event('evt_f.1', { outcome: 'decline', why: 'too much' }),
        ...[event('evt_f.2', {}), event('evt_f.3', {}), event('evt_f.4', { outcome: 'review', provisional: true })],
        event('evt_f.5', { status: 'signalled', outcome: null }),
        ...[event('evt_f.6', { refused }), event('evt_f.7', { refused })],
      ],
    });
    expect(lines.map(({ becomes, more, goes }) => [becomes, more, goes])).toEqual([
      ...[
        ['decline', 'too much', true],
        ['approve', null, true],
        ['approve', null, true],
        ['review for now, then its case', null, true],
      ],
      ...[
        ['back to its case', null, true],
        [null, 'no rate', false],
        [null, 'no rate', false],
      ],
    ]);
    expect(tallyText(lines)).toBe('2 approve, 1 back to its case, 1 decline, 1 review for now, then its case');
    expect([refusals(lines), tallyText([])]).toEqual([[['no rate', 2]], '']);
  });

  it('say of actions what comes with which', () => {
    const action = (id: string, would: Partial<ActionsPreview['items'][number]['would']>) => ({
      ...{ action: id, flow: 'f', subject: 's', name: 'n', state: 'dead', error: null, etag: id },
      would: { brings: [], comesWith: null, refused: null, ...would },
    });
    const lines = actionLines({
      items: [action('act_f.1.a', { brings: ['b', 'c'] }), action('act_f.1.b', { comesWith: 'act_f.1.a' }), action('act_f.2.a', {})],
    });
    expect(lines.map(({ becomes, more, goes }) => [becomes, more, goes])).toEqual([
      ...[
        ['sent again', 'with it: b, c', true],
        ['comes with another', 'act_f.1.a', false],
        ['sent again', null, true],
      ],
    ]);
  });
});

describe('Try it', () => {
  it('sampleOf() fills in what a schema requires', () => {
    const schema = {
      type: 'object',
      properties: {
        cardId: { type: 'string' },
        amount: { type: 'number', minimum: 0 },
        note: { type: 'string' },
        list: { type: 'array', items: { type: 'integer', minimum: 3 } },
      },
      required: ['cardId', 'amount', 'list'],
    };
    expect(sampleOf(schema)).toEqual({ cardId: 'card-1', amount: 24.5, list: [3] });
  });

  it('curlOf() sends a key where keys are checked', () => {
    expect(curlOf('http://x', {}, 'keys')).toContain('-H "authorization: Bearer $SIGNALBOX_KEY"');
    expect(curlOf('http://x', {}, 'off')).not.toContain('authorization');
  });

  it('curlOf() lets no text end its quotation', () => {
    expect(curlOf('http://x', { id: "it's" }, 'off')).toContain(`-d '{"id":"it'\\''s"}'`);
  });
});

describe('keys', () => {
  it('are each bound once', () => {
    expect(new Set(KEYS.map(({ keys }) => keys)).size).toBe(KEYS.length);
    expect([shownKeys('$mod+K', false), shownKeys('g i', false), shownKeys('Shift+?', false)]).toEqual(['Ctrl K', 'g then i', '?']);
  });
});

describe('pathOfId()', () => {
  it('knows each kind of id, and takes no other text for one', () => {
    expect([pathOfId('evt_fraud.17'), pathOfId('apr_a.1.0'), pathOfId('card-1'), pathOfId('evt_a b')]).toEqual([
      ...['/console/events/evt_fraud.17', '/console/inbox?approval=apr_a.1.0', null, null],
    ]);
  });
});

describe('interval()', () => {
  it('is Wilson’s, and stays between 0 and 1', () => {
    const [low, high] = interval(0.5, 10);
    expect([low.toFixed(3), high.toFixed(3)]).toEqual(['0.237', '0.763']);
    expect(interval(0, 5)[0]).toBe(0);
    expect(interval(1, 5)[1]).toBe(1);
  });
});
