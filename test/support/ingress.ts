/** An ingress on a port of its own over a real database: all of the HTTP side, without Temporal. */

import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { redriveAction } from '../../src/actions/redriveAction.ts';
import { sendNow } from '../../src/actions/sendNow.ts';
import { undoAction } from '../../src/actions/undoAction.ts';
import { ROUTES } from '../../src/console/routes.ts';
import type { Flow } from '../../src/domain/flow.ts';
import type { Storing } from '../../src/ingress/accept/storing.ts';
import { createApp } from '../../src/ingress/app.ts';
import { listen, type ServerOptions } from '../../src/ingress/http/server.ts';
import { showBrokers, webhookMetrics } from '../../src/ingress/metrics/doorMetrics.ts';
import { showMemories, showWatches } from '../../src/ingress/metrics/flowFigures.ts';
import { createMetrics } from '../../src/ingress/metrics/metrics.ts';
import { addQualityMetrics } from '../../src/ingress/metrics/qualityMetrics.ts';
import type { IngressDeps } from '../../src/ingress/routes/ingressDeps.ts';
import { Durations } from '../../src/ingress/stream/durations.ts';
import { Streams, type StreamsOptions } from '../../src/ingress/stream/streams.ts';
import { openWebhookTally } from '../../src/ingress/webhooks/webhookTally.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { readUnseen } from '../../src/log/adopt/unseen.ts';
import { openCaseIds } from '../../src/log/caseIds.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Notifier, openNotifier } from '../../src/log/db/notify.ts';
import { Seals } from '../../src/log/door/seals.ts';
import { listStreams } from '../../src/log/door/streams.ts';
import { readMemories } from '../../src/log/memory/readMemories.ts';
import { redrive } from '../../src/log/redrive.ts';
import { readOverdue } from '../../src/log/watch/overdue.ts';
import { readAllQuality } from '../../src/outcomes/readQuality.ts';
import { openAccepting } from './accepting.ts';

export interface TestIngress {
  readonly url: string;
  readonly port: number;
  readonly pool: Pool;
  readonly notifier: Notifier;
  /** What was logged as an error: a test that expects none says so. */
  readonly errors: unknown[];
  close(): Promise<void>;
}

export interface TestIngressOptions {
  readonly database: string;
  readonly flows: readonly Flow[];
  readonly auth?: 'off' | 'keys';
  readonly server?: Partial<ServerOptions>;
  readonly deps?: Partial<IngressDeps>;
  readonly storing?: Storing;
  readonly stream?: Partial<StreamsOptions> & { opened?: (streams: Streams) => void };
}

const READY = {
  ready: true,
  database: { ok: true },
  temporal: { ok: true, address: '127.0.0.1:7233', namespace: 'default', web: null },
  worker: { ok: true },
  backlog: { events: 0, oldestSeconds: 0 },
  clock: { ok: true, aheadSeconds: 0 },
};

export async function startIngress({
  database,
  flows,
  auth = 'off',
  server,
  deps = {},
  stream = {},
  storing,
}: TestIngressOptions): Promise<TestIngress> {
  const pool = openDatabase(database, { name: 'test ingress', appending: true });
  const notifier = openNotifier(database);
  await ensureHeads(pool, 'default', flows);
  for (const flow of flows) await activateFlow(pool, 'default', flow);
  const caseIds = await openCaseIds(pool, 'default', flows);
  const temporal = { namespace: 'default', web: 'http://web.example:8233', caseIds };
  const errors: unknown[] = [];
  const metrics = createMetrics({
    ...{ waiting: () => 0, backlog: async () => READY.backlog, unseen: () => readUnseen(pool, 'default') },
    failed: (error) => errors.push(error),
  });
  showWatches(metrics, () => readOverdue(pool, 'default'));
  showMemories(metrics, () => readMemories(pool, 'default'));
  addQualityMetrics(metrics, () => readAllQuality(pool, 'default', flows));
  const accepting = openAccepting({ pool, database, flows, metrics, storing, ...temporal });
  const logger = pino({ level: 'error' }, { write: (line: string) => errors.push(JSON.parse(line)) });
  showBrokers(metrics, () => listStreams(pool, 'default'));
  const tally = openWebhookTally({ pool, tenant: 'default', logger, counted: webhookMetrics(metrics) });
  const streams = new Streams({ pool, temporal, health: async () => READY, deciding: () => new Durations().read(), ...stream });
  stream.opened?.(streams);
  const app = createApp(
    {
      streams,
      ...{ pool, tenant: 'default', flows, temporal, notifier, logger, registry: metrics.registry },
      config: { SIGNALBOX_AUTH: auth },
      seals: new Seals([], false),
      countWebhook: tally.count,
      health: async () => READY,
      redrive: (place) => redrive({ pool, flows, caseIds, mailed: () => undefined }, place),
      accepting,
      receiver: null,
      redriveAction: (request) => redriveAction({ pool, caseIds, mailed: () => undefined }, { ...request, receiver: null }),
      undoAction: (request) => undoAction({ pool, flows, caseIds, mailed: () => undefined }, request),
      sendNow: (request) => sendNow({ pool, caseIds, wake: async () => undefined }, request),
      ...deps,
    },
    ROUTES,
  );
  const listening = await listen(app, { PORT: 0, HOST: '127.0.0.1', ...server });
  const { port } = listening.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}`, port, pool, notifier, errors },
    close: async () => {
      streams.close();
      await listening.close();
      await tally.close();
      await accepting.close();
      await notifier.close();
      await pool.end();
    },
  };
}
