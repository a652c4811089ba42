/**
 * One subject under a flood. Hunts histories that grow without bound: before deliveries were acknowledged, 12,000 events were
 * refused at 10,000 signals, or the server ended the run at 50 MB, and what was left was handled out of order.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { Pool as HttpPool } from 'undici';
import { audit } from '../../src/audit/audit.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Ingress, openIngress } from '../../src/run/openIngress.ts';
import { openWorker, type RunningWorker } from '../../src/run/worker.ts';
import { readConfig } from '../../src/settings/config.ts';
import { readCaseHistory } from '../support/caseHistory.ts';
import { eventually } from '../support/eventually.ts';
import { parcel } from '../support/flows.ts';
import { startPostgres } from '../support/postgres.ts';
import { quietRuntime } from '../support/quietRuntime.ts';
import { startTemporal } from '../support/temporal.ts';
import { workflowBundle } from '../support/workflowBundle.ts';

const EVENTS = 12_000;
const SIGNALS_MAX = 300;
const CONNECTIONS = 64;
const STORM_MS = 240_000;
const logger = pino({ level: 'silent' });
const recorded: Flow = { ...parcel, workflow: 'recordedCase' };

describe('a case of many events', () => {
  let temporal: { address: string; namespace: string };
  let database: string;
  let connection: Connection;
  let client: Client;
  let pool: Pool;
  let ingress: Ingress;
  let worker: RunningWorker | null = null;

  beforeAll(async () => {
    quietRuntime();
    const [postgres, server] = await Promise.all([startPostgres(), startTemporal(), workflowBundle()]);
    database = await postgres.fresh();
    temporal = { address: server.address, namespace: await server.namespace() };
    connection = await Connection.connect({ address: temporal.address });
    client = new Client({ connection, namespace: temporal.namespace });
    pool = openDatabase(database, { name: 'test' });
    const config = readConfig({ PORT: '0', TEMPORAL_NAMESPACE: temporal.namespace });
    ingress = await openIngress({
      config: { ...config, DATABASE_URL: database, TEMPORAL_ADDRESS: temporal.address },
      flows: [recorded],
      logger,
    });
  }, STORM_MS);

  afterAll(async () => {
    await worker?.close();
    await ingress?.close();
    await pool?.end();
    await connection?.close();
  });

  async function startWorker(): Promise<void> {
    const bundle = await workflowBundle();
    worker = openWorker({ flows: [recorded], databaseUrl: database, temporal, auth: 'off', webhook: null, logger, workflowBundle: bundle });
    await worker.started;
  }

  /** One event a request, as fast as they are taken. */
  async function scan(subject: string, count: number, from = 0): Promise<void> {
    const http = new HttpPool(ingress.url, { connections: CONNECTIONS });
    const post = async (n: number): Promise<void> => {
      const event = { specversion: '1.0', id: `${subject}-${n}`, source: '/storm', type: 'parcel.scanned', data: { parcel: subject } };
      const { statusCode, body } = await http.request({
        ...{ method: 'POST', path: '/v1/events', body: JSON.stringify(event) },
        headers: { 'content-type': 'application/cloudevents+json' },
      });
      await body.dump();
      expect(statusCode).toBe(202);
    };
    try {
      await Promise.all(Array.from({ length: count }, (_, n) => post(from + n)));
    } finally {
      await http.close();
    }
  }

  async function delivery(): Promise<{ sent: number; looked: boolean }> {
    const { rows } = await pool.query<{ sent: number; looked: boolean }>(
      "select sent, checked_at > sent_at + interval '4 s' as looked from deliveries where case_id = 'parcel:idle'",
    );
    return rows[0] ?? { sent: 0, looked: false };
  }

  async function accepted(subject: string): Promise<number[]> {
    const { rows } = await pool.query<{ position: number }>(
      "select position from entries where log = 'parcel' and kind = 'event' and subject = $1 order by position",
      [subject],
    );
    return rows.map(({ position }) => position);
  }

  async function untilRecorded(subject: string): Promise<void> {
    await eventually(async () => {
      const { rows } = await pool.query<{ waiting: number }>(
        "select count(*) filter (where ending = 'waiting') as waiting from entries where log = 'parcel' and subject = $1",
        [subject],
      );
      return rows[0]?.waiting === 0;
    });
  }

  /** The positions that the case worked on, as often and in the order as it did. */
  async function handled(caseId: string): Promise<number[]> {
    const inputs = (await readCaseHistory(client, caseId)).inputs<{ endings: { position: number }[] }>('recordEndings');
    return inputs.flatMap(({ endings }) => endings.map(({ position }) => position));
  }

  it(
    'the dispatcher sends one signal while no worker runs, and the case takes all in order when one is back',
    async () => {
      await scan('idle', 200);
      await eventually(async () => (await delivery()).sent > 0);
      await scan('idle', 100, 200);
      // sweeps that came by have left it alone: they look every three seconds
      await eventually(async () => (await delivery()).looked);
      expect(await readCaseHistory(client, 'parcel:idle')).toMatchObject({ runs: 1, signals: 1 });
      await startWorker();
      await untilRecorded('idle');
      expect(await handled('parcel:idle')).toEqual(await accepted('idle'));
    },
    STORM_MS,
  );

  it(
    '12,000 events of one subject reach one case in order, each once, with at most 300 signals',
    async () => {
      if (worker === null) await startWorker();
      await scan('storm', EVENTS);
      await untilRecorded('storm');
      const positions = await accepted('storm');
      expect(positions).toHaveLength(EVENTS);
      expect(await handled('parcel:storm')).toEqual(positions);
      const { runs, signals } = await readCaseHistory(client, 'parcel:storm');
      expect(signals).toBeLessThanOrEqual(SIGNALS_MAX);
      expect(runs).toBeGreaterThan(1);
      expect(await audit(pool)).toMatchObject({ ok: true, flows: { parcel: { recorded: EVENTS + 300, waiting: 0 } }, findings: [] });
    },
    STORM_MS,
  );
});
