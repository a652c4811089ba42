/**
 * A story with waitFor and sleepUntil on the real stack: two ingresses, a worker, Temporal, Postgres. Hunts a story that is forgotten, acts twice,
 * or tells others twice or never, when its worker is killed, an ingress is, or its run is terminated.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { audit } from '../../src/audit/audit.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { eventually } from '../support/eventually.ts';
import { type BuiltFlow, buildFlow, type FlowIngress } from '../support/flowIngress.ts';
import { startPostgres } from '../support/postgres.ts';
import { rounds, tally } from '../support/rounds.ts';
import { openService } from '../support/service.ts';
import { openSignedReceiver, type SignedReceiver } from '../support/signedReceiver.ts';
import { startTemporal } from '../support/temporal.ts';
import { workflowBundle } from '../support/workflowBundle.ts';

const BUILD_AND_START_MS = 180_000;
/** Longer than all that happens before it takes on a busy machine would only wait on a quiet one: it is over when everything was killed. */
const REST_MS = 12_000;

describe('stories on the real stack', () => {
  let pool: Pool;
  let flow: BuiltFlow;
  let receiver: SignedReceiver;
  let env: Record<string, string>;
  let ingresses: FlowIngress[];
  let connection: Connection;

  beforeAll(async () => {
    const [database, temporal] = [await (await startPostgres()).fresh(), await startTemporal()];
    pool = openDatabase(database, { name: 'test' });
    receiver = await openSignedReceiver();
    flow = await buildFlow('rounds.ts', { rounds, tally });
    env = {
      ...{ DATABASE_URL: database, TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: await temporal.namespace() },
      ...{ SIGNALBOX_WEBHOOK_URL: receiver.url, SIGNALBOX_WEBHOOK_SECRET: receiver.secret },
    };
    ingresses = [await flow.start(env), await flow.start(env)];
    connection = await Connection.connect({ address: temporal.address });
  }, BUILD_AND_START_MS);
  afterAll(async () => {
    for (const ingress of ingresses) await ingress.stop();
    await connection.close();
    await receiver.close();
    await pool.end();
    await flow.remove();
  });

  const post = (type: string, data: object) =>
    eventually(async () => {
      const posted = await openService(ingresses[0]?.url ?? '').post({ specversion: '1.0', id: type, source: '/guard', type, data });
      return posted.status < 300 && posted.receipt;
    });
  const rows = async <Row extends object>(text: string): Promise<Row[]> => (await pool.query<Row>(text)).rows;
  const waits = async (): Promise<{ heard?: number | null }[]> =>
    JSON.parse((await rows<{ state: string }>('select state from stories'))[0]?.state ?? '{"waits":[]}').waits;
  const waiting = (nth: number) =>
    eventually(async () => {
      const all = await waits();
      return all.length === nth + 1 && all[nth]?.heard === undefined;
    });
  const sent = () => receiver.deliveries.map(({ key }) => key.split('.').at(-1));

  it(
    'waits, tells others, rests and acts, each once, though its worker and an ingress are killed and its run is terminated',
    async () => {
      const worker = async () => flow.startWorker(env, await workflowBundle());
      const first = await worker();
      await post('round.begun', { round: 'r-1', restMs: REST_MS });
      await waiting(0);
      expect(sent()).toEqual(['start']);

      await first.kill();
      await post('round.met', { round: 'r-1' });
      const second = await worker();
      await ingresses[1]?.kill();
      await waiting(1);

      const run = new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? '' }).workflow.getHandle('rounds:r-1');
      await run.terminate('a test');
      await second.kill();
      const third = await worker();
      ingresses[1] = await flow.start(env);
      await eventually(async () => (await rows<{ open: boolean }>('select open from stories'))[0]?.open === false);

      expect(sent()).toEqual(['start', 'home']);
      expect(await waits()).toMatchObject([{ heard: expect.any(Number) }, { heard: null }]);
      expect(await rows('select revision from decisions where not provisional')).toHaveLength(1);
      const counted = await eventually(async () => {
        const [state] = await rows<{ value: Buffer }>("select value from states where log = 'tally'");
        return state !== undefined && JSON.parse(state.value.toString('utf8')).state;
      });
      expect(counted).toEqual({ met: 1, missed: 0 });
      expect(await rows("select id from entries where type = 'rounds.told' and kind = 'event'")).toHaveLength(1);
      expect(await rows('select name from emissions')).toEqual([]);
      expect((await audit(pool)).findings).toEqual([]);
      for (const one of [rounds, tally])
        expect((await rebuild(pool, { tenant: 'default', flow: one, write: false })).differences).toEqual([]);
      await third.stop();
    },
    BUILD_AND_START_MS,
  );
});
