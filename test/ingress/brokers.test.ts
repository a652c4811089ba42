/**
 * One suite for every broker, against the real one. The bugs this hunts: a message that is acknowledged before it is stored, and lost; one that comes again and counts twice;
 * keys whose order is lost when something ends in the middle; a message that nobody can read and that stops all behind it.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { openStreams } from '../../src/ingress/brokers/openStreams.ts';
import { openCaseIds } from '../../src/log/caseIds.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Seals } from '../../src/log/door/seals.ts';
import type { Repeated } from '../../src/log/repeat.ts';
import type { Stream } from '../../src/wire/broker.ts';
import { openAccepting } from '../support/accepting.ts';
import { type BrokerKind, brokerOf, type TestBroker, type TestMessage } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger } from '../support/flows.ts';
import { type Answer, ask, eventOf } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const KINDS: readonly BrokerKind[] = ['nats', 'mqtt', 'kafka'];
const PREFIX: Readonly<Record<BrokerKind, string>> = { kafka: 'ce_', nats: 'ce-', mqtt: '' };
const WAIT_MS = 60_000;
const MAPPING = `id: number
rules:
  - on: booking
    type: amount.booked
    data:
      account: of
      amount: $major(cents, "EUR")
`;

let postgres: TestPostgres;
let ingress: TestIngress;
let pool: Pool;
let database: string;
let accepting: Awaited<ReturnType<typeof openAccepting>>;

beforeAll(async () => {
  postgres = await startPostgres();
  database = await postgres.fresh();
  ingress = await startIngress({ database, flows: [ledger] });
  pool = openDatabase(database, { name: 'test streams', appending: true });
  const quiet = { accepted: () => undefined, repeated: () => undefined, refused: () => undefined };
  const caseIds = await openCaseIds(pool, 'default', [ledger]);
  accepting = openAccepting({ pool, database, flows: [ledger], metrics: quiet, namespace: 'default', web: null, caseIds });
});
afterAll(async () => {
  await accepting.close();
  await pool.end();
  await ingress.close();
  await postgres.stop();
});

const open = (): Repeated =>
  openStreams({ pool, url: database, tenant: 'default', seals: new Seals([], false), accepting, logger: pino({ level: 'silent' }) });
const admin = (path: string, body?: object): Promise<Answer> =>
  ask(`${ingress.url}/v1/streams${path}`, {
    method: 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
const streamOf = async (name: string): Promise<Stream> =>
  (await ask(`${ingress.url}/v1/streams`)).json.items.find((one: Stream) => one.name === name);

/** Ids by account in the order of the log, of one source. */
async function orderOf(source: string): Promise<Map<string, string[]>> {
  const { rows } = await pool.query<{ subject: string; id: string }>(
    "select subject, id from entries where log = 'ledger' and kind = 'event' and source = $1 order by position",
    [source],
  );
  const found = new Map<string, string[]>();
  for (const { subject, id } of rows) found.set(subject, [...(found.get(subject) ?? []), id]);
  return found;
}

const structured = (source: string, account: string, id: string, more: object = {}): TestMessage => ({
  key: account,
  body: Buffer.from(JSON.stringify(eventOf({ source, id, data: { account, amount: 1 }, ...more }))),
  headers: { 'content-type': 'application/cloudevents+json' },
});

describe.each(await Promise.all(KINDS.map(async (kind) => ({ kind, found: await brokerOf(kind) }))))(
  'a stream of $kind',
  ({ kind, found }) => {
    if (typeof found !== 'function') {
      it.skip(`is not tried: ${found.why}`, () => undefined);
      return;
    }
    let broker: TestBroker;
    let streams: Repeated;
    const name = `in-${kind}`;
    const from = `from-${kind}`;
    const publishTo = `told-${kind}`;
    const p = PREFIX[kind];

    beforeAll(async () => {
      broker = await found();
      await broker.make(from);
      await broker.make(publishTo);
      const added = await admin('', {
        name,
        kind,
        settings: { url: broker.url, from: kind === 'mqtt' ? `${from}/#` : from, publishTo },
        mapping: MAPPING,
      });
      expect(added.status).toBe(201);
      streams = open();
      // MQTT keeps nothing for who has not subscribed
      await eventually(
        async () => (kind === 'mqtt' ? (await streamOf(name)).gapAt !== null : (await streamOf(name)).lag !== null),
        WAIT_MS,
      );
    }, 120_000);
    afterAll(async () => {
      await streams?.close();
      await broker?.stop();
    });

    const takenBy = (count: number) => eventually(async () => ((await streamOf(name)).taken >= count ? streamOf(name) : null), WAIT_MS);

    it('takes CloudEvents in structured and binary mode, and JSON by its mapping', async () => {
      const source = `/${kind}/modes`;
      const binary = {
        ...Object.fromEntries(
          Object.entries({ specversion: '1.0', id: 'b', source, type: 'amount.booked' }).map(([key, value]) => [p + key, value]),
        ),
      };
      await broker.send(from, [
        structured(source, 'a', 's'),
        { key: 'a', body: Buffer.from('{"account":"a","amount":2}'), headers: { ...binary, 'content-type': 'application/json' } },
        { key: 'a', body: Buffer.from('{"type":"booking","number":17,"of":"a","cents":1250}') },
        { key: 'a', body: Buffer.from('{"type":"other","number":18}') },
      ]);
      await takenBy(4);
      expect((await orderOf(source)).get('a')).toEqual(['s', 'b']);
      const [made] = (await ask(`${ingress.url}/v1/events?source=/streams/${name}&id=17`)).json.items;
      const event = (await ask(`${ingress.url}/v1/events/${made.event}`)).json;
      expect(event.cloudevent.data).toEqual({ account: 'a', amount: 12.5 });
      expect(event.came).toMatchObject({ via: kind, theirType: 'booking', body: '{"type":"booking","number":17,"of":"a","cents":1250}' });
      const [raw] = (await ask(`${ingress.url}/v1/events?source=/streams/${name}&id=18`)).json.items;
      expect(raw).toMatchObject({ status: 'unrouted', cloudevent: { type: `${name}.other` } });
    });

    it('puts what cannot be read or is refused into quarantine with its bytes, counts what is empty, and goes on', async () => {
      const source = `/${kind}/poison`;
      const before = await streamOf(name);
      await broker.send(from, [
        { key: 'k', body: Buffer.from([0xff, 0x00, 0xfe]) },
        { key: 'k', body: null },
        structured(source, 'k', 'off', { data: { account: '' } }),
        structured(source, 'k', 'reserved', { source: '/signalbox/ledger' }),
        structured(source, 'k', 'good'),
      ]);
      const after = await takenBy(before.taken + 1);
      expect((await orderOf(source)).get('k')).toEqual(['good']);
      expect([after.unread - before.unread, after.empty - before.empty]).toEqual([3, 1]);
      const { items } = (await ask(`${ingress.url}/v1/quarantine`)).json;
      const own = items.filter((one: { source: string }) => one.source === `/streams/${name}`);
      expect(own.map(({ reason }: { reason: string }) => reason.replace(/:.*/s, ''))).toEqual([
        'bad-json',
        'The event was refused',
        'The event was refused',
      ]);
      const event = (await ask(`${ingress.url}/v1/events/${own[0].event}`)).json;
      expect(Buffer.from(event.cloudevent.data.base64, 'base64')).toEqual(Buffer.from([0xff, 0x00, 0xfe]));
      expect(event.status).toBe('quarantined');
    });

    it('tells decisions back, with the event that caused each', async () => {
      const bodies = await broker.read(publishTo, 3);
      const told = bodies.map((body) => JSON.parse(body));
      for (const one of told)
        expect(one).toMatchObject({
          specversion: '1.0',
          type: 'ledger.decision',
          source: '/signalbox/ledger',
          causationid: expect.stringMatching(/^evt_/),
        });
      expect(told.map(({ data }) => data.id)).toEqual(told.map(({ id }) => id));
      expect(told.map(({ data }) => data.event.source)).toContain(`/${kind}/modes`);
    });

    it('misses nothing, counts nothing twice and keeps the order of each key, over an end in the middle and a killed broker', async () => {
      const source = `/${kind}/many`;
      const accounts = ['a', 'b', 'c', 'd', 'e'];
      const message = (nth: number): TestMessage => structured(source, accounts[nth % 5] as string, String(nth).padStart(5, '0'));
      const send = async (first: number, last: number): Promise<void> => {
        for (let at = first; at < last; at += 100)
          await broker.send(
            from,
            Array.from({ length: Math.min(100, last - at) }, (_, nth) => message(at + nth)),
          );
      };
      const ids = async (): Promise<number> => [...(await orderOf(source)).values()].flat().length;
      const sending = send(0, 600);
      await eventually(async () => (await ids()) > 50, WAIT_MS);
      await streams.close();
      streams = open();
      await sending;
      await eventually(async () => (await ids()) === 600, WAIT_MS);
      await broker.kill();
      await broker.start();
      await send(600, 800);
      await eventually(async () => (await ids()) === 800, WAIT_MS);
      const order = await orderOf(source);
      for (const list of order.values()) expect(list).toEqual([...list].sort());
      expect([...order.values()].map(({ length }) => length)).toEqual(accounts.map(() => 160));
      await eventually(async () => (await streamOf(name)).lag === 0 && (await streamOf(name)).failure === null, WAIT_MS);
    }, 150_000);

    it('reads nothing while it is paused, and goes on behind what it took', async () => {
      const source = `/${kind}/paused`;
      expect((await admin(`/${name}/pause`)).json.state).toBe('paused');
      // its lock is given back when it has stopped
      await eventually(async () => {
        const { rows } = await pool.query("select 1 from pg_locks where locktype = 'advisory' and classid = 20913 and granted");
        return rows.length === 0;
      }, WAIT_MS);
      await broker.send(from, [structured(source, 'z', '1'), structured(source, 'z', '2')]);
      expect((await orderOf(source)).size).toBe(0);
      expect((await admin(`/${name}/resume`)).json.state).toBe('running');
      await eventually(async () => (await orderOf(source)).get('z')?.length === 2, WAIT_MS);
      expect((await orderOf(source)).get('z')).toEqual(['1', '2']);
      expect((await admin(`/${name}/pause`)).status).toBe(200);
      await streams.close();
      streams = open();
    }, 120_000);
  },
);

describe('streams', () => {
  const settings = { url: 'nats://user:a-password@127.0.0.1:1', from: 'x' };

  it('that cannot be reached say so, without the password of their address', async () => {
    const added = await admin('', { name: 'nowhere', kind: 'nats', settings });
    expect(added.status).toBe(201);
    const streams = open();
    const told = await eventually(async () => ((await streamOf('nowhere')).failure === null ? null : streamOf('nowhere')), WAIT_MS);
    await admin('/nowhere/pause');
    await streams.close();
    expect(told.failure).toEqual(expect.any(String));
    expect(JSON.stringify(told)).not.toContain('a-password');
  });

  it.each([
    ['another address than their kind', { name: 'x', kind: 'kafka', settings }, 400, '/settings/url'],
    [
      'decisions told where events come from',
      { name: 'x', kind: 'nats', settings: { ...settings, publishTo: 'x' } },
      400,
      '/settings/publishTo',
    ],
    ['a wrong mapping', { name: 'x', kind: 'nats', settings, mapping: 'rules: a\n' }, 422, '/rules'],
    ['an unknown setting', { name: 'x', kind: 'nats', settings: { ...settings, form: 'x' } }, 400, '/settings/form'],
  ])('refuse %s', async (_name, body, status, pointer) => {
    const answer = await admin('', body);
    expectProblem(answer, status);
    expect(answer.json.errors[0].pointer).toBe(pointer);
  });

  it('refuse a name twice, and know no other', async () => {
    expectProblem(await admin('', { name: 'nowhere', kind: 'nats', settings }), 409, 'taken');
    expectProblem(await admin('/nobody/pause'), 404, 'not-found');
  });
});
