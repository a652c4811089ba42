/**
 * Accepting without HTTP, as streams and webhooks do it. The bugs this hunts: a bad event that takes the good ones beside it along, an answer that
 * stands at another event's place, a caller who may not that is served all the same.
 */

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Caller } from '../../src/domain/caller.ts';
import { SignalboxError } from '../../src/domain/errors.ts';
import type { IncomingEvent } from '../../src/domain/event.ts';
import type { Accept, Accepted } from '../../src/ingress/accept/accept.ts';
import { MESSAGE_BINDINGS, parseMessage } from '../../src/ingress/cloudevents/parseMessage.ts';
import { EVENTS_MAX } from '../../src/ingress/cloudevents/parseRequest.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import type { AcceptedEvent } from '../../src/log/arrival.ts';
import { openCaseIds } from '../../src/log/caseIds.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { openAccepting } from '../support/accepting.ts';
import { ledger, parcel } from '../support/flows.ts';
import { BATCH, eventOf, STRUCTURED } from '../support/http.ts';
import { structured } from '../support/parsing.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const CALLER: Caller = { tenant: 'default', actor: 'feed', scopes: ['events:write'], roles: [], rate: null };
const NOW = { history: false };
const flows = [ledger, parcel];

let postgres: TestPostgres;
let pool: Pool;
let accepting: Accept & { close(): Promise<void> };
const counted: string[] = [];
const quarantine: string[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  const database = await postgres.fresh();
  pool = openDatabase(database, { name: 'test accepting', appending: true });
  await ensureHeads(pool, 'default', flows);
  for (const flow of flows) await activateFlow(pool, 'default', flow);
  const metrics = {
    accepted: (flow: string, ending: string) => counted.push(`accepted ${flow} ${ending}`),
    repeated: (flow: string) => counted.push(`repeated ${flow}`),
    refused: (code: string) => counted.push(`refused ${code}`),
  };
  const caseIds = await openCaseIds(pool, 'default', flows);
  const quarantined = ({ log, note }: AcceptedEvent) => quarantine.push(`${log}: ${note}`);
  accepting = openAccepting({ pool, database, flows, metrics, quarantined, namespace: 'default', web: null, caseIds });
});
afterAll(async () => {
  await accepting.close();
  await pool.end();
  await postgres.stop();
});

const event = (id: string, data: object = { account: 'a', amount: 1 }): IncomingEvent => structured(eventOf({ id, data }));
const told = (result: Accepted | SignalboxError | undefined): string | undefined =>
  result instanceof SignalboxError ? result.code : result?.receipt.status;
const entriesOf = async (ids: readonly string[]): Promise<number> =>
  (await pool.query<{ n: number }>('select count(*)::int as n from entries where id = any($1)', [ids])).rows[0]?.n ?? 0;

describe('accept()', () => {
  it('answers each event at its place: a receipt, or why it was refused', async () => {
    counted.length = 0;
    const unread = new SignalboxError('bad-json');
    const sent = [event('good'), unread, event('off', { amount: 1 }), event('asks', { account: 'b', amount: 5000 }), event('good')];
    const results = await accepting.accept(sent, CALLER, NOW);
    expect(results.map(told)).toEqual(['decided', 'bad-json', 'off-schema', 'signalled', 'decided']);
    expect(results[1]).toBe(unread);
    const [first, , , asks, again] = results as Accepted[];
    expect(first?.receipt).toMatchObject({ id: 'good', flow: 'ledger', subject: 'a', decision: { outcome: 'fine' } });
    expect(asks?.receipt).toMatchObject({ id: 'asks', decision: { outcome: 'ask', provisional: true } });
    expect(again).toMatchObject({ receipt: { event: first?.receipt.event, duplicate: true }, answer: { result: 'known' } });
    expect(counted.sort()).toEqual([
      ...['accepted ledger reflex', 'accepted ledger waiting'],
      ...['refused bad-json', 'refused off-schema', 'repeated ledger'],
    ]);
  });

  it('tells of an event that its reflex could not fold, and why', async () => {
    const [result] = await accepting.accept([event('thirteen', { account: 'a', amount: 13 })], CALLER, NOW);
    expect(told(result)).toBe('quarantined');
    expect(quarantine).toEqual([expect.stringMatching(/^ledger: .*\S/)]);
  });

  it('stores an event before it answers, with the name of the key that sent it', async () => {
    await accepting.accept([event('kept')], CALLER, NOW);
    const { rows } = await pool.query("select actor, history from entries where id = 'kept'");
    expect(rows).toEqual([{ actor: 'feed', history: false }]);
  });

  it('gives a conflict at its place and changes nothing', async () => {
    await accepting.accept([event('same')], CALLER, NOW);
    const results = await accepting.accept([event('same', { account: 'a', amount: 2 }), event('other')], CALLER, NOW);
    expect(results.map(told)).toEqual(['conflict', 'decided']);
    expect(await entriesOf(['same'])).toBe(1);
  });

  it('takes none of more than 5,000', async () => {
    const many = Array.from({ length: EVENTS_MAX + 1 }, (_, n) => event(`many-${n}`));
    await expect(accepting.accept(many, CALLER, NOW)).rejects.toMatchObject({ code: 'too-large' });
    expect(await entriesOf(many.map(({ id }) => id))).toBe(0);
  });

  it.each([
    ['of another tenant', { tenant: 'acme' }, NOW],
    ['who sends history without the scope admin', {}, { history: true }],
  ])('refuses a caller %s, and so does admit()', async (_who, more, options) => {
    const caller = { ...CALLER, ...more };
    expect(() => accepting.admit(caller, options)).toThrow(expect.objectContaining({ code: 'forbidden' }));
    await expect(accepting.accept([event('not mine')], caller, options)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await entriesOf(['not mine'])).toBe(0);
  });

  it('counts events against the rate of the key, which admit() asks before anything is read', async () => {
    const caller = { ...CALLER, actor: 'eager', rate: 1 };
    await accepting.accept([event('r-1'), event('r-2'), event('r-3')], caller, NOW);
    expect(() => accepting.admit(caller, NOW)).toThrow(expect.objectContaining({ code: 'too-many-requests' }));
    await expect(accepting.accept([event('r-4')], caller, NOW)).rejects.toMatchObject({ code: 'too-many-requests' });
    expect(await entriesOf(['r-4'])).toBe(0);
  });
});

describe('final()', () => {
  it('gives at once the receipt of an event that has its end, and after so long one that has none', async () => {
    const [decided, asks] = (await accepting.accept([event('ended'), event('open', { account: 'c', amount: 5000 })], CALLER, NOW)) as [
      Accepted,
      Accepted,
    ];
    expect(await accepting.final(decided, 60_000)).toBe(decided.receipt);
    expect(await accepting.final(asks, 10)).toMatchObject({ id: 'open', status: 'signalled' });
  });
});

describe('parseMessage()', () => {
  const data = Buffer.from('{"account":"a","amount":1}');
  const attributes = { id: 'm-1', source: '/feed', type: 'amount.booked', specversion: '1.0', note: '100 % wörtlich' };
  const headersBy = (prefix: string, encode: (text: string) => string = (text) => text): Map<string, string> =>
    new Map([
      ['Content-Type', 'application/json'],
      ...Object.entries(attributes).map(([name, text]) => [prefix + name, encode(text)] as const),
    ]);

  it.each([
    ['kafka', headersBy('ce_')],
    ['nats', headersBy('ce-', encodeURIComponent)],
    ['mqtt', headersBy('')],
  ] as const)('reads the headers of %s as the binding writes them', (broker, headers) => {
    const parsed = parseMessage(headers, data, MESSAGE_BINDINGS[broker]);
    expect(parsed.mode === 'binary' && JSON.parse(parsed.event.body)).toEqual({
      ...attributes,
      datacontenttype: 'application/json',
      data: { account: 'a', amount: 1 },
    });
  });

  it('has one content for the same event, whatever it came by', () => {
    const [kafka, http] = [
      parseMessage(headersBy('ce_'), data, MESSAGE_BINDINGS.kafka),
      parseMessage(
        [['content-type', STRUCTURED]],
        Buffer.from(JSON.stringify({ ...attributes, data: { amount: 1, account: 'a' } })),
        MESSAGE_BINDINGS.kafka,
      ),
    ];
    if (kafka.mode === 'batch' || http.mode === 'batch') throw new Error('Neither is a batch');
    expect(kafka.event.hash).toEqual(http.event.hash);
  });

  it('reads a batch, whose events are accepted each for itself', async () => {
    const body = Buffer.from(JSON.stringify([eventOf({ id: 'b-1' }), 5]));
    const parsed = parseMessage([['content-type', BATCH]], body, MESSAGE_BINDINGS.kafka);
    if (parsed.mode !== 'batch') throw new Error('It is a batch');
    expect((await accepting.accept(parsed.items, CALLER, NOW)).map(told)).toEqual(['decided', 'bad-event']);
  });

  it.each([
    ['an attribute that is there twice', [...headersBy('ce_'), ['ce_id', 'm-2']], 'bad-event'],
    ['headers of another binding', headersBy('ce-'), 'unsupported-media'],
    ['a header that is a trap', [['__proto__', 'x']], 'unsupported-media'],
  ] as const)('refuses %s', (_what, headers, code) => {
    expect(() => parseMessage(headers as Iterable<[string, string]>, data, MESSAGE_BINDINGS.kafka)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
