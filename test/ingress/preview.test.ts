/**
 * Previews over HTTP. The bugs this hunts: a preview that changes something, one that promises what the redrive then does not do, a redrive that does
 * what nobody was shown, an event that is missed between two pages.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Scope } from '../../src/domain/caller.ts';
import { createKey } from '../../src/log/keys.ts';
import { eventsPreview } from '../../src/wire/preview.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger } from '../support/flows.ts';
import { type Answer, ask, eventOf, post } from '../support/http.ts';
import { startIngress, type TestIngress } from '../support/ingress.ts';
import { allRows, mendedLedger, putAside } from '../support/mendedLedger.ts';
import { startPostgres } from '../support/postgres.ts';

const REASON = 'reflex: Error: thirteen is not counted';
const THIRTEEN = 13;

let ingress: TestIngress;
let database: string;
let aside: readonly string[];
const holders: Record<string, Record<string, string>> = {};

beforeAll(async () => {
  database = await (await startPostgres()).fresh();
  aside = await putAside({
    database,
    accounts: [
      ...[['a', 1] as const, ['a', THIRTEEN] as const, ['a', THIRTEEN] as const, ['still', THIRTEEN] as const],
      ...[['b', THIRTEEN] as const, ['b', 2] as const, ['c', THIRTEEN] as const],
    ],
  });
  ingress = await startIngress({ database, flows: [mendedLedger], auth: 'keys' });
  const make = async (name: string, ...scopes: Scope[]): Promise<void> => {
    holders[name] = { authorization: `Bearer ${await createKey(ingress.pool, { tenant: 'default', name, scopes })}` };
  };
  await make('root', 'admin');
  await make('rob', 'read', 'approve', 'events:write');
});
afterAll(async () => {
  expect(ingress.errors).toEqual([]);
  await ingress.close();
});

const send = (path: string, body?: object, headers: Record<string, string> = {}, who = 'root'): Promise<Answer> =>
  ask(`${ingress.url}${path}`, {
    method: 'POST',
    headers: { ...holders[who], ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const preview = (body: object = {}, who = 'root'): Promise<Answer> => send('/v1/preview/quarantine', body, {}, who);
const redrive = (event: string, etag?: string): Promise<Answer> =>
  send(`/v1/quarantine/${event}/redrive`, undefined, etag === undefined ? {} : { 'if-match': `"${etag}"` });

interface Item {
  event: string;
  etag: string;
  would: { status: string; outcome: string | null; refused: { code: string } | null };
}
const told = ({ json }: Answer): unknown[] =>
  json.items.map(({ event, would }: Item) => [event, would.refused?.code ?? would.status, would.outcome]);

describe('POST /v1/preview/quarantine', () => {
  it('says what would become of each, one after the other, why it is there, and changes nothing', async () => {
    const before = await allRows(ingress.pool);
    const answer = await preview();
    expect(answer.status).toBe(200);
    expect(eventsPreview.strict().safeParse(answer.json).error).toBeUndefined();
    const [a1, a2, still, b, c] = aside;
    expect(told(answer)).toEqual([
      ...[
        [a1, 'decided', 'fine'],
        // it is the third of its account only after the one before
        [a2, 'decided', 'alarm'],
      ],
      ...[
        [still, 'off-schema', null],
        [b, 'decided', 'fine'],
        [c, 'decided', 'fine'],
      ],
    ]);
    expect(answer.json).toMatchObject({
      total: { count: 5, more: false },
      next: null,
      groups: [{ flow: 'ledger', type: 'amount.booked', reason: REASON, count: 5 }],
    });
    expect(answer.json.items[0]).toMatchObject({ subject: 'a', reason: REASON, would: { why: 'the amount is 12.5', refused: null } });
    expect(answer.json.items[2].would.refused.detail).toBe('reflex: Error: thirteen is still not counted');
    expect(await allRows(ingress.pool)).toEqual(before);
  });

  it('is for admins: others read the quarantine and no more', async () => {
    expectProblem(await preview({}, 'rob'), 403);
    expectProblem(await preview({}, 'nobody'), 401);
  });

  it('takes a filter or ids, in pages that miss none', async () => {
    const pages: unknown[] = [];
    for (let after: object = {}; ; ) {
      const { json } = await preview({ limit: 2, flow: 'ledger', type: 'amount.booked', reason: REASON, ...after });
      pages.push(...json.items.map(({ event }: Item) => event));
      expect(json.total.count).toBe(5);
      if (json.next === null) break;
      after = { after: json.next };
    }
    expect(pages).toEqual(aside);
    for (const filter of [{ flow: 'parcel' }, { type: 'x' }, { reason: 'x' }])
      expect((await preview(filter)).json).toMatchObject({ items: [], next: null, groups: [], total: { count: 0, more: false } });
    const [, , still, b] = aside;
    expect(told(await preview({ events: [b, still, 'evt_ledger.1', 'evt_ledger.999'] }))).toEqual([
      ...[
        [still, 'off-schema', null],
        [b, 'decided', 'fine'],
      ],
    ]);
  });

  it.each([
    ['ids beside a filter', { events: ['evt_ledger.1'], flow: 'ledger' }, 400],
    ['no id', { events: [] }, 400],
    ['more than it takes', { limit: 201 }, 400],
    ['what is no id', { events: ['act_ledger.1.x'] }, 400],
    ['an id that cannot be', { events: ['evt_x'] }, 404],
    ['an id of another tenant', { after: 'evt_other.ledger.1' }, 404],
    ['what it does not know', { flows: 'ledger' }, 400],
    ['U+0000', { reason: '\u0000' }, 400],
  ])('refuses %s', async (_what, body, status) => expectProblem(await preview(body), status));
});

describe('POST /v1/quarantine/:event/redrive with If-Match', () => {
  const items = async (): Promise<Item[]> => (await preview()).json.items;

  it('does what the preview told of each, in its order', async () => {
    const [a1, a2, still] = await items();
    expect(await redrive(a1?.event ?? '', a1?.etag)).toMatchObject({
      status: 200,
      json: { status: 'decided', decision: { outcome: 'fine' } },
    });
    expect(await redrive(a2?.event ?? '', a2?.etag)).toMatchObject({ json: { status: 'decided', decision: { outcome: 'alarm' } } });
    expectProblem(await redrive(still?.event ?? '', still?.etag), 422, 'off-schema');
    expect((await items()).map(({ event }) => event)).toEqual(aside.slice(2));
    // again: it is not there any more
    expectProblem(await redrive(a1?.event ?? '', a1?.etag), 404);
  });

  it('does nothing where something else would become of it: after events that count, after another policy', async () => {
    const [, b] = await items();
    expect(b?.would.outcome).toBe('fine');
    await post(ingress.url, eventOf({ id: 'between', data: { account: 'b', amount: 3 } }), holders.root);
    const before = await allRows(ingress.pool);
    expectProblem(await redrive(b?.event ?? '', b?.etag), 412, 'stale');
    expectProblem(await redrive(b?.event ?? '', 'something'), 412, 'stale');
    expect(await allRows(ingress.pool)).toEqual(before);
    const [, again, c] = await items();
    expect(again?.would.outcome).toBe('alarm');
    expect(await redrive(again?.event ?? '', again?.etag)).toMatchObject({ json: { decision: { outcome: 'alarm' } } });
    const policy = { text: 'alarmAbove: 1\naskAbove: 1000\n' };
    expect((await send('/v1/flows/ledger/policies', policy)).status).toBe(201);
    expectProblem(await redrive(c?.event ?? '', c?.etag), 412, 'stale');
    const [, other] = await items();
    expect(other?.would.outcome).toBe('alarm');
    expect((await redrive(other?.event ?? '', other?.etag)).status).toBe(200);
  });

  it('previews what its case put aside as going back there, unless the case is at it', async () => {
    const { json } = await post(ingress.url, eventOf({ id: 'asked', data: { account: 'd', amount: 5000 } }), holders.root);
    const position = Number(json.event.split('.')[1]);
    const { pool } = ingress;
    await pool.query("update entries set ending = 'quarantined', note = 'the case gave it up' where log = 'ledger' and position = $1", [
      position,
    ]);
    await pool.query("delete from mailboxes where flow = 'ledger' and position = $1", [position]);
    await pool.query(
      "insert into deliveries (tenant, flow, case_id, subject, sent, taken) values ('default', 'ledger', 'ledger:d', 'd', $1, $2)",
      [position + 1, position],
    );
    expect(told(await preview({ events: [json.event] }))).toEqual([[json.event, 'case-busy', null]]);
    await pool.query("update deliveries set taken = sent where case_id = 'ledger:d'");
    const [item] = (await preview({ events: [json.event] })).json.items;
    expect(item.would).toEqual({ status: 'signalled', outcome: null, provisional: false, why: null, refused: null });
    expect(await redrive(json.event, item.etag)).toMatchObject({ status: 200, json: { status: 'signalled' } });
  });

  it('says of each that it would be refused where the flow runs other code', async () => {
    const other = await startIngress({ database, flows: [{ ...ledger, code: 'ledger-code-3' }] });
    expect(told(await preview())).toEqual([[aside[2], 'other-code', null]]);
    await other.close();
  });
});
