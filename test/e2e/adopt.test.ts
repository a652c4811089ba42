/**
 * An event that no flow took, and the flow that comes later. The bugs this hunts: an event whose sender is told "unrouted" for ever, other
 * ids for a repeat, a case that cannot read what it did not accept itself.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { audit } from '../../src/audit/audit.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Ingress, openIngress } from '../../src/run/openIngress.ts';
import { openWorker, type RunningWorker } from '../../src/run/worker.ts';
import { readConfig } from '../../src/settings/config.ts';
import type { Receipt } from '../../src/wire/receipt.ts';
import { eventually } from '../support/eventually.ts';
import { startPostgres } from '../support/postgres.ts';
import { quietRuntime } from '../support/quietRuntime.ts';
import { returns } from '../support/returns.ts';
import { openService, type Service } from '../support/service.ts';
import { startTemporal } from '../support/temporal.ts';
import { workflowBundle } from '../support/workflowBundle.ts';

type Stored = Receipt & { adoptions?: string[]; adoptedFrom?: string; position: number; decisions: { id: string }[] };

const logger = pino({ level: 'silent' });
/** Sees the returns that another flow decides, and has cases of its own. */
const watch: Flow<never> = { ...(returns as Flow<never>), name: 'watch', types: {}, follows: returns.types };

describe('a flow that comes after its events', () => {
  let temporal: { address: string; namespace: string };
  let database: string;
  let pool: Pool;
  let ingress: Ingress | null = null;
  let worker: RunningWorker | null = null;

  beforeAll(async () => {
    quietRuntime();
    const [postgres, server] = await Promise.all([startPostgres(), startTemporal(), workflowBundle()]);
    database = await postgres.fresh();
    temporal = { address: server.address, namespace: await server.namespace() };
    pool = openDatabase(database, { name: 'test' });
  });

  afterAll(async () => {
    await worker?.close();
    await ingress?.close();
    await pool?.end();
  });

  /** In place of the one before, as a deployment would. */
  async function deploy(...flows: readonly Flow<never>[]): Promise<Service> {
    await ingress?.close();
    const config = { ...readConfig({ PORT: '0', TEMPORAL_NAMESPACE: temporal.namespace }), DATABASE_URL: database };
    ingress = await openIngress({ config: { ...config, TEMPORAL_ADDRESS: temporal.address }, flows: flows as unknown as Flow[], logger });
    return openService(ingress.url);
  }

  const asked = (id: string, amount: number) => ({
    ...{ specversion: '1.0', id, source: '/shop', type: 'return.asked', datacontenttype: 'application/json' },
    data: { orderId: id, amount },
  });

  it('decides them, under the ids that their senders know', async () => {
    const before = await deploy();
    const { status, receipt } = await before.post(asked('o-1', 20));
    expect({ status, receipt }).toMatchObject({ status: 202, receipt: { event: 'evt_unrouted.1', status: 'unrouted', flow: null } });

    const after = await deploy(returns as Flow<never>);
    const bundle = await workflowBundle();
    const flows = [returns, watch] as unknown as Flow[];
    worker = openWorker({ flows, databaseUrl: database, temporal, auth: 'off', webhook: null, logger, workflowBundle: bundle });
    const path = receipt.links.event;
    const decided = await eventually(async () => {
      const now = await after.get<Stored>(path);
      return now.status === 'decided' ? now : null;
    });
    expect(decided).toMatchObject({
      ...{ event: 'evt_unrouted.1', position: 1, flow: 'returns', subject: 'o-1' },
      ...{ adoptions: ['evt_returns.3'], workflow: { id: 'returns:o-1' } },
      decision: { id: 'dec_returns.3.1', outcome: 'accept' },
      links: { event: path, decision: '/v1/decisions/dec_returns.3.1', subject: '/v1/flows/returns/subjects/o-1' },
    });
    const again = await after.post(asked('o-1', 20), 5);
    expect(again).toMatchObject({
      status: 200,
      receipt: { event: 'evt_unrouted.1', duplicate: true, decision: { id: 'dec_returns.3.1' } },
    });
    expect((await after.post(asked('o-1', 21))).status).toBe(409);

    const taken = await after.get<Stored>('/v1/events/evt_returns.3');
    expect(taken).toMatchObject({ event: 'evt_returns.3', adoptedFrom: 'evt_unrouted.1', source: '/shop', id: 'o-1', status: 'decided' });
    expect((await after.list<Stored>('/v1/events')).map(({ event }) => event)).toEqual(['evt_unrouted.1']);
    expect((await after.list<Stored>('/v1/events?flow=returns')).map(({ event }) => event)).toEqual(['evt_returns.3']);
    expect((await after.list<Stored>('/v1/events?flow=returns&source=/shop&id=o-1')).map(({ event }) => event)).toEqual(['evt_returns.3']);
    const { items } = await after.get<{ items: { kind: string; id: string; causes: string[] }[] }>('/v1/flows/returns/subjects/o-1');
    expect(items.find(({ kind }) => kind === 'event')).toMatchObject({ id: 'evt_returns.3', causes: ['evt_unrouted.1'] });
    expect((await audit(pool)).findings).toEqual([]);
  });

  it('follows the events of another flow as they come, and leaves alone those from before', async () => {
    const service = await deploy(returns as Flow<never>, watch);
    const learned = await eventually(async () => (await service.list<Stored>('/v1/events?flow=watch'))[0]);
    expect(learned).toMatchObject({ event: 'evt_watch.3', status: 'recorded', adoptedFrom: 'evt_unrouted.1' });

    const { receipt } = await service.post(asked('o-2', 60), 20);
    expect(receipt).toMatchObject({ event: 'evt_returns.4', status: 'decided', decision: { outcome: 'refuse' } });
    const seen = await eventually(async () => {
      const [event] = (await service.list<Stored>('/v1/events?flow=watch')).filter(
        ({ id, status }) => id === 'o-2' && status === 'decided',
      );
      return event;
    });
    expect(seen).toMatchObject({ event: 'evt_watch.4', adoptedFrom: 'evt_returns.4', workflow: { id: 'watch:o-2' } });
    // what its sender is told is the flow's that answers
    const answered = await service.get<Stored>('/v1/events/evt_returns.4');
    expect(answered).toMatchObject({ flow: 'returns', adoptions: ['evt_watch.4'], decision: { id: 'dec_returns.4.1' } });
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toContain('signalbox_events_adopted_total{flow="watch",ending="waiting"} 1');
    expect(metrics).toContain('signalbox_adoption_behind{flow="watch",log="returns"} 0');
    expect((await audit(pool)).findings).toEqual([]);
  });
});
