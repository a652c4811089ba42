/** Watches over HTTP. The bugs this hunts: an own event that a stranger sends, a list that loses or repeats a watch. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Flow } from '../../src/domain/flow.ts';
import { CaseIds } from '../../src/log/caseIds.ts';
import type { Repeated } from '../../src/log/repeat.ts';
import { openSweeper } from '../../src/log/watch/sweeper.ts';
import { openBooked } from '../support/booked.ts';
import { eventually } from '../support/eventually.ts';
import { ledger } from '../support/flows.ts';
import { ask, BATCH, eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';
import { GONE, HEARTBEAT, quietMachines, SILENT } from '../support/quietMachines.ts';

/** Its watches are swept in a moment; those of `others` are only listed. */
const others = {
  ...quietMachines,
  name: 'others',
  types: Object.fromEntries(Object.entries(quietMachines.types).map(([type, declared]) => [`other.${type}`, declared])),
  watches: {},
};
/** Told others by the flow alone, and answered by none. */
const GOSSIP = 'machines.told';
const flows = [{ ...quietMachines, emits: { [GOSSIP]: quietMachines.types[SILENT] } } as Flow, ledger as Flow, others as Flow];
const ingress = ingressOfFile({ flows });
const { get, readAll } = openBooked(ingress);

let sweeper: Repeated;
beforeAll(() => {
  const logger = pino({ level: 'silent' });
  const told = { mailed: () => undefined, swept: () => undefined };
  sweeper = openSweeper({ pool: ingress.pool, tenant: 'default', flows, caseIds: new CaseIds(flows), ...told, logger, graceMs: 0 });
});
afterAll(() => sweeper.close());

const beat = (machineId: string, quietMs: number, id = machineId) =>
  post(ingress.url, eventOf({ id, source: '/plant', type: HEARTBEAT, data: { machineId, quietMs } }));

describe('POST /v1/events', () => {
  const silence = { machineId: 'm', since: '2026-01-01T00:00:00Z', due: '2026-01-01T00:00:00Z', opened: '2026-01-01T00:00:00Z' };
  it.each([
    ['an own type', { type: SILENT, data: silence }],
    ['a type that a flow emits', { type: GOSSIP, data: silence }],
    ["a flow's own source", { source: '/signalbox/machines' }],
    ["a flow's own source that is not there yet", { source: '/signalbox/later', type: 'later.type' }],
    [
      'an own source for an outcome',
      { source: '/signalbox/ledger', type: 'decision.outcome', data: { decision: 'dec_ledger.1.0', truth: 'fine' } },
    ],
  ])('refuses %s, alone and in a batch, and stores nothing', async (what, more) => {
    const { status, json } = await post(ingress.url, eventOf({ id: 'forged', ...more }));
    expect([status, json.code]).toEqual([422, 'reserved']);
    const batch = await ask(`${ingress.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': BATCH },
      body: JSON.stringify([eventOf({ id: 'good', source: `/beside/${what.length}` }), eventOf({ id: 'forged', ...more })]),
    });
    expect(batch.json.results).toMatchObject([{ status: 'decided' }, { status: 'rejected', problem: { code: 'reserved' } }]);
    expect((await get('/v1/events?id=forged')).json.items).toEqual([]);
  });
});

describe('GET /v1/watches', () => {
  it('lists what is open, in pages, by flow and by subject', async () => {
    const before = Date.now();
    for (let n = 0; n < 5; n += 1) await beat(`w-${n}`, 600_000);
    const { items } = await readAll('/v1/watches', 2);
    expect(items).toHaveLength(5);
    expect(items[0]).toEqual({
      ...{ flow: 'machines', subject: 'w-0', name: SILENT, event: expect.stringMatching(/^evt_machines\.\d+$/), trouble: null },
      ...{ openedAt: expect.any(String), due: expect.any(String) },
    });
    expect(Date.parse((items[0] as unknown as { due: string }).due) - before).toBeGreaterThan(590_000);
    expect(new Set(items.map(({ event }) => event)).size).toBe(5);
    expect((await get('/v1/watches?subject=w-3')).json.items).toMatchObject([{ subject: 'w-3' }]);
    expect((await get('/v1/watches?flow=ledger')).json).toMatchObject({ items: [], more: false });
    for (const query of ['limit=0', 'name=x', 'after=%00']) expect((await get(`/v1/watches?${query}`)).json.code).toBe('bad-query');
  });
});

describe('openSweeper()', () => {
  it('openSweeper() appends what is due by itself, and the timeline tells of it', async () => {
    await beat('quiet', 50);
    const item = await eventually(async () => {
      const { json } = await get(`/v1/events?type=${SILENT}`);
      return json.items.find(({ subject }: { subject: string }) => subject === 'quiet');
    });
    expect(item).toMatchObject({
      source: '/signalbox/machines',
      status: 'decided',
      decision: { outcome: 'silent' },
      cloudevent: { data: { machineId: 'quiet' } },
    });
    const { json } = await get('/v1/flows/machines/subjects/quiet');
    expect(json.items.map(({ kind }: { kind: string }) => kind)).toEqual(['event', 'timer', 'event', 'decision', 'timer']);
    expect((await get('/metrics')).text).not.toContain('signalbox_watches_overdue{');
  });

  it('GET /v1/flows shows which types are the own ones', async () => {
    expect((await get('/v1/flows/machines')).json.own).toEqual([SILENT, GONE]);
  });
});
