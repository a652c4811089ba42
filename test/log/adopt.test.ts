/**
 * Events that a flow takes over from another log. The bugs this hunts: one taken twice or passed by, a cursor that moves without what it
 * stands for, old events of another flow acted on again, data that nobody held against the flow's schema.
 */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { audit } from '../../src/audit/audit.ts';
import type { JsonObject } from '../../src/domain/event.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { type Adopted, adoptNext } from '../../src/log/adopt/adoptNext.ts';
import { openCursors } from '../../src/log/adopt/cursors.ts';
import { sourcesOf } from '../../src/log/adopt/sources.ts';
import { Appender } from '../../src/log/append.ts';
import type { Arrival } from '../../src/log/arrival.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Logs } from '../../src/log/logs.ts';
import { Policies } from '../../src/log/policies.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { redrive } from '../../src/log/redrive.ts';
import { arrival, type Booking, booking } from '../support/arrivals.ts';
import { eachDatabase } from '../support/eachDatabase.ts';
import { ledger, parcel } from '../support/flows.ts';
import { asking, gates } from '../support/gates.ts';

let url: string;
let pool: Pool;

eachDatabase((given) => {
  url = given;
  pool = openDatabase(url, { name: 'test' });
  return pool;
});
beforeEach(async () => {
  await ensureHeads(pool, 'default', []);
});

/** Folds bookings by their region, and answers nothing itself. */
const regions: Flow<never> = {
  ...(ledger as Flow<never>),
  name: 'regions',
  types: {},
  follows: {
    'amount.booked': {
      schema: z.looseObject({ region: z.string(), amount: z.number() }) as unknown as z.ZodType<JsonObject>,
      subject: (data) => String(data.region),
      fields: { region: 'plain', amount: 'plain' },
    },
  },
};

const asFlow = (flow: typeof ledger): Flow => flow as Flow;

async function switchOn(...flows: readonly Flow[]): Promise<void> {
  await ensureHeads(pool, 'default', flows);
  for (const flow of flows) await activateFlow(pool, 'default', flow);
}

async function accept(flow: Flow | null, arrivals: readonly Arrival[]): Promise<void> {
  const context = { tenant: 'default', log: flow?.name ?? 'unrouted', flow, policies: new Policies() };
  await new Appender({ pool, context, mailed: () => undefined }).append(arrivals);
}

/** Until there is nothing left, from all of the flow's sources. */
async function adopt(flow: Flow, flows: readonly Flow[] = [flow], on: Pool = pool): Promise<Adopted['events'][number][]> {
  const all: Adopted['events'][number][] = [];
  for (const source of sourcesOf(flow, flows)) {
    await openCursors(on, { tenant: 'default', flow: flow.name, source });
    const context = { tenant: 'default', log: flow.name, flow, policies: new Policies(), source };
    for (let state = 'more'; state !== 'all'; ) {
      const adopted = await adoptNext(on, context);
      all.push(...adopted.events);
      ({ state } = adopted);
    }
  }
  return all;
}

const regional = (one: Partial<Booking> & { id: string }): Arrival => booking({ region: 'n', ...one });
const query = async (text: string): Promise<unknown[]> => (await pool.query(text)).rows;

async function expectInOrder(...flows: readonly Flow[]): Promise<void> {
  expect((await audit(pool)).findings).toEqual([]);
  for (const flow of flows) expect((await rebuild(pool, { tenant: 'default', flow, write: false })).differences).toEqual([]);
}

describe('adoptNext()', () => {
  it('takes what came before there was a flow for it, in order, and decides it like what comes now', async () => {
    const early = [
      booking({ id: 'one', amount: 200 }),
      booking({ id: 'two', amount: 5000, time: new Date(Date.now() - 3_600_000).toISOString() }),
    ];
    await accept(null, [...early, arrival({ id: 'other', type: 'nobody.knows', subject: '', data: {} }), booking({ id: 'three' })]);
    await switchOn(asFlow(ledger));
    const adopted = await adopt(asFlow(ledger));
    expect(adopted).toMatchObject([
      { log: 'ledger', position: 3, ending: 'reflex', subject: 'a', decision: { id: 'dec_ledger.3.0', outcome: 'alarm' } },
      { position: 4, ending: 'waiting', decision: { outcome: 'ask', provisional: true }, caseId: 'ledger:a' },
      { position: 5, ending: 'reflex', decision: { outcome: 'fine', result: { count: 3 } } },
    ]);
    expect(await query('select position, origin_log, origin_position, answers from adoptions order by position')).toEqual([
      { position: 3, origin_log: 'unrouted', origin_position: 1, answers: true },
      { position: 4, origin_log: 'unrouted', origin_position: 2, answers: true },
      { position: 5, origin_log: 'unrouted', origin_position: 4, answers: true },
    ]);
    expect(await query('select position, case_id from mailboxes')).toEqual([{ position: 4, case_id: 'ledger:a' }]);
    // the sender was told a time: that is when it was accepted, and the time of what brought none
    const times = await query(
      `select e.position from entries e join adoptions a using (tenant, log, position) join entries o on o.log = a.origin_log and o.position = a.origin_position
       where e.accepted_at = o.accepted_at and e.time = o.time order by 1`,
    );
    expect(times).toEqual([{ position: 3 }, { position: 4 }, { position: 5 }]);
    expect(await adopt(asFlow(ledger))).toEqual([]);
    expect((await audit(pool)).flows).toMatchObject({
      ledger: { accepted: 3, reflex: 2, waiting: 1 },
      unrouted: { accepted: 4, unrouted: 4 },
    });
    await expectInOrder(asFlow(ledger));
  });

  it('takes each once while four processes take and accept, and a rebuild gives the same states', async () => {
    const many = (from: number): Arrival[] =>
      Array.from({ length: 50 }, (_, n) => regional({ id: `e-${from + n}`, account: `a-${n % 5}`, amount: n % 40, region: `r-${n % 3}` }));
    const flows = [asFlow(ledger), regions];
    await accept(null, many(0));
    await switchOn(...flows);
    const pools = Array.from({ length: 4 }, (_, n) => openDatabase(url, { name: `adopter ${n}`, size: 4 }));
    const sent = Array.from({ length: 20 }, (_, n) => accept(n % 2 === 0 ? asFlow(ledger) : null, many(100 * (n + 1))));
    // some stray ones come as if an ingress without the flow were still there
    const taken = await Promise.all([...pools, ...pools].flatMap((on) => flows.map((flow) => adopt(flow, flows, on))));
    await Promise.all(sent);
    taken.push(...(await Promise.all(flows.map((flow) => adopt(flow, flows)))));
    await Promise.all(pools.map((on) => on.end()));
    const places = taken.flat().map(({ log, position }) => `${log} ${position}`);
    expect(new Set(places).size).toBe(places.length);
    expect(await query('select log, count(*)::int as n from adoptions group by log order by log')).toEqual([
      { log: 'ledger', n: 550 },
      { log: 'regions', n: 1050 },
    ]);
    const order = await query(
      'select log from (select log, origin_position < lag(origin_position) over (partition by log, origin_log order by position) as back from adoptions) a where back',
    );
    expect(order).toEqual([]);
    await expectInOrder(...flows);
  });

  it('acts on what came before there was a flow for it, and never on history', async () => {
    const flow = gates() as Flow;
    await accept(null, [asking('live', 'block'), asking('past', 'block', { history: true })]);
    await switchOn(flow);
    expect(await adopt(flow)).toMatchObject([
      { ending: 'reflex', acts: true, caseId: 'gates:g-1' },
      { ending: 'reflex', acts: false, caseId: null },
    ]);
    expect(await query('select position, why from mailboxes')).toEqual([{ position: 3, why: 'act' }]);
    await expectInOrder(flow);
  });

  it('lets a flow follow what another answers: it acts on what comes from then on, and learns from what was there', async () => {
    const flows = [asFlow(ledger), regions];
    await switchOn(asFlow(ledger));
    await accept(asFlow(ledger), [regional({ id: 'before', amount: 5000 })]);
    await switchOn(regions);
    expect(await adopt(regions, flows)).toMatchObject([
      { ending: 'reflex', caseId: null, decision: { outcome: 'ask', provisional: false } },
    ]);
    await accept(asFlow(ledger), [regional({ id: 'after', amount: 5000 }), booking({ id: 'no region' })]);
    expect(await adopt(regions, flows)).toMatchObject([
      { ending: 'waiting', caseId: 'regions:n', subject: 'n', decision: { result: { count: 2 } } },
      { ending: 'quarantined', subject: null },
    ]);
    expect(await query('select log, position, history from entries where id = $$before$$ order by log')).toEqual([
      { log: 'ledger', position: 3, history: false },
      { log: 'regions', position: 3, history: true },
    ]);
    // the one that answers has not lost anything by it
    expect(await adopt(asFlow(ledger), flows)).toEqual([]);
    await expectInOrder(...flows);
  });

  it('puts aside what does not fit, says where, and folds it where it is redriven once the schema takes it', async () => {
    await accept(null, [booking({ id: 'thin', account: '' }), booking({ id: 'good', amount: 7 })]);
    await switchOn(asFlow(ledger));
    expect(await adopt(asFlow(ledger))).toMatchObject([{ ending: 'quarantined', subject: null }, { ending: 'reflex' }]);
    const [{ note }] = (await query('select note from entries where position = 3')) as [{ note: string }];
    expect(note).toMatch(/^reflex: Error: The data does not fit amount\.booked of ledger; \/data\/account /);
    await expectInOrder(asFlow(ledger));
    const place = { tenant: 'default', log: 'ledger', position: 3 };
    const again = (flow: Flow) => redrive({ pool, flows: [flow], mailed: () => undefined }, place);
    await expect(again(asFlow(ledger))).rejects.toMatchObject({ code: 'off-schema' });
    const kind = ledger.types['amount.booked'];
    const loose: Flow = {
      ...asFlow(ledger),
      types: {
        'amount.booked': { ...kind, schema: z.looseObject({}) as unknown as z.ZodType<JsonObject>, subject: () => 'nobody', fields: {} },
      },
    };
    expect(await again(loose)).toBe('reflex');
    expect(await query('select subject, ending from entries where position = 3')).toEqual([{ subject: 'nobody', ending: 'reflex' }]);
    await expectInOrder(loose);
  });

  it('puts aside what makes the flow throw, and goes on', async () => {
    await accept(null, [booking({ id: 'odd', account: 'odd' }), booking({ id: 'good' })]);
    const kind = ledger.types['amount.booked'] as NonNullable<(typeof ledger.types)[string]>;
    const subject = (data: JsonObject): string => {
      if (data.account === 'odd') throw new TypeError('cannot name it');
      return String(data.account);
    };
    const fragile: Flow = { ...asFlow(ledger), types: { 'amount.booked': { ...kind, subject } } };
    await switchOn(fragile);
    expect(await adopt(fragile)).toMatchObject([{ ending: 'quarantined' }, { ending: 'reflex' }]);
  });

  it('does not decide what has expired meanwhile', async () => {
    // a busy machine must have accepted it before
    const soon = new Date(Date.now() + 2000).toISOString();
    await accept(null, [arrival({ ...sentBooking('late'), expiresAt: soon, more: { expirytime: soon } })]);
    await switchOn(asFlow(ledger));
    await new Promise((resolve) => setTimeout(resolve, Date.parse(soon) - Date.now() + 1));
    expect(await adopt(asFlow(ledger))).toMatchObject([{ ending: 'expired', decision: null }]);
    await expectInOrder(asFlow(ledger));
  });

  it('goes back to the start for a type that the flow takes later', async () => {
    await accept(null, [scanned('one'), booking({ id: 'two' }), scanned('three')]);
    await switchOn(asFlow(ledger));
    expect(await adopt(asFlow(ledger))).toMatchObject([{ position: 3 }]);
    await accept(null, [scanned('four'), booking({ id: 'five' })]);
    const more: Flow = { ...asFlow(ledger), types: { ...ledger.types, 'parcel.scanned': { ...parcel.types['parcel.scanned'] } as never } };
    await adopt(more);
    const ids = (await query("select id from entries where log = 'ledger' and kind = 'adopt' order by position")) as { id: string }[];
    expect(ids.map(({ id }) => id)).toEqual(['two', 'one', 'three', 'four', 'five']);
    expect(await query('select distinct position from followings')).toEqual([{ position: 5 }]);
    expect((await audit(pool)).findings).toEqual([]);
  });

  it('cuts by number and by size, and loses nothing at a cut', async () => {
    const wide = 'x'.repeat(900_000);
    const padded = Array.from({ length: 12 }, (_, n) => arrival({ ...sentBooking(`wide-${n}`), data: { account: 'w', amount: 1, wide } }));
    await accept(
      null,
      Array.from({ length: 1500 }, (_, n) => booking({ id: `e-${n}`, account: `a-${n % 50}` })),
    );
    await accept(null, padded);
    await switchOn(asFlow(ledger));
    const [source] = sourcesOf(asFlow(ledger), [asFlow(ledger)]);
    if (source === undefined) throw new Error('the flow has no source');
    await openCursors(pool, { tenant: 'default', flow: 'ledger', source });
    const context = { tenant: 'default', log: 'ledger', flow: asFlow(ledger), policies: new Policies(), source };
    const sizes: number[] = [];
    for (let adopted = await adoptNext(pool, context); adopted.state === 'more'; adopted = await adoptNext(pool, context))
      sizes.push(adopted.events.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1512);
    expect(sizes[0]).toBe(1000);
    expect(sizes.length).toBeGreaterThanOrEqual(3);
    expect((await audit(pool)).findings).toEqual([]);
  });

  it('keeps nothing of a stretch that fails: the cursor stands, and the next try takes it', async () => {
    await accept(null, [booking({ id: 'one' })]);
    await switchOn({ ...asFlow(ledger), code: 'ledger-code-2' });
    await expect(adopt(asFlow(ledger))).rejects.toMatchObject({ code: 'other-code' });
    await switchOn(asFlow(ledger));
    await pool.query("alter table adoptions add constraint never check (log <> 'ledger')");
    await expect(adopt(asFlow(ledger))).rejects.toMatchObject({ code: '23514' });
    expect(await query('select position from followings')).toEqual([{ position: 0 }]);
    expect(await query("select key from states where log = 'ledger'")).toEqual([]);
    await pool.query('alter table adoptions drop constraint never');
    expect(await adopt(asFlow(ledger))).toHaveLength(1);
    await expectInOrder(asFlow(ledger));
  });
});

describe('the subject of a followed type', () => {
  const byPolicy: Flow<{ elsewhere: string }> = {
    ...(regions as unknown as Flow<{ elsewhere: string }>),
    policySchema: z.looseObject({ elsewhere: z.string() }),
    policyText: 'elsewhere: home\nalarmAbove: 100\naskAbove: 1000\n',
    follows: {
      'amount.booked': {
        schema: z.looseObject({ region: z.string().optional() }) as unknown as z.ZodType<JsonObject>,
        subject: (data, policy) => String(data.region ?? (policy as { elsewhere: string }).elsewhere),
        fields: { region: 'plain', amount: 'plain' },
      },
    },
  };

  it('hangs on the policy that holds where the event is taken over, and a rebuild says the same', async () => {
    await switchOn(asFlow(ledger), byPolicy as Flow);
    await accept(asFlow(ledger), [booking({ id: 'one' }), regional({ id: 'two' })]);
    const adopted = await adopt(byPolicy as Flow, [asFlow(ledger), byPolicy as Flow]);
    expect(adopted.map(({ subject }) => subject)).toEqual(['home', 'n']);
    await expectInOrder(asFlow(ledger), byPolicy as Flow);
  });
});

describe('Logs', () => {
  it.each([
    ['amount.booked', 'it answers it'],
    ['decision.outcome', 'it is taken for every flow'],
  ])('refuses a flow that follows %s, as %s', (type, why) => {
    const greedy: Flow = { ...asFlow(ledger), follows: { [type]: ledger.types['amount.booked'] as never } };
    expect(() => new Logs({ pool, tenant: 'default', flows: [greedy], mailed: () => undefined })).toThrow(
      `Cannot have ledger follow ${type} as ${why}`,
    );
  });
});

function sentBooking(id: string) {
  return { id, type: 'amount.booked', subject: 'a', data: { account: 'a', amount: 1 } };
}

function scanned(id: string): Arrival {
  return arrival({ id, type: 'parcel.scanned', subject: 'p', data: { parcel: 'p', amount: 1 } });
}
