/** The ingress and its dispatcher, put together: opens what it needs, and gives one call that closes it all in reverse. */

import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { receiverAt } from '../actions/receivers.ts';
import { redriveAction } from '../actions/redriveAction.ts';
import { sendNow } from '../actions/sendNow.ts';
import { undoAction } from '../actions/undoAction.ts';
import { openCaseClient } from '../cases/caseClient.ts';
import { Dispatcher } from '../cases/dispatcher.ts';
import { ROUTES } from '../console/routes.ts';
import { CannotRun } from '../domain/errors.ts';
import type { Flow } from '../domain/flow.ts';
import type { Tracer } from '../domain/tracer.ts';
import { createAccept } from '../ingress/accept/accept.ts';
import { FinalDecisions } from '../ingress/accept/finalDecisions.ts';
import { createReceipts } from '../ingress/accept/receipt.ts';
import { createRouteOutcomes } from '../ingress/accept/routeOutcomes.ts';
import { Storing } from '../ingress/accept/storing.ts';
import { createApp } from '../ingress/app.ts';
import { openStreams } from '../ingress/brokers/openStreams.ts';
import { listen } from '../ingress/http/server.ts';
import { webhookMetrics } from '../ingress/metrics/doorMetrics.ts';
import { createMetrics, type Metrics } from '../ingress/metrics/metrics.ts';
import { showStreams } from '../ingress/metrics/streamMetrics.ts';
import { openProbes } from '../ingress/routes/probes.ts';
import { Durations } from '../ingress/stream/durations.ts';
import { Streams } from '../ingress/stream/streams.ts';
import { openWebhookTally } from '../ingress/webhooks/webhookTally.ts';
import { joinIngresses } from '../log/activate.ts';
import { openAdopter } from '../log/adopt/adopter.ts';
import { readUnseen } from '../log/adopt/unseen.ts';
import { readBacklog } from '../log/backlog.ts';
import { openCaseIds } from '../log/caseIds.ts';
import { DatabaseClock } from '../log/db/clock.ts';
import { assertDurable, openDatabase } from '../log/db/database.ts';
import { migrate } from '../log/db/migrate.ts';
import { openNotifier } from '../log/db/notify.ts';
import { sealsOf } from '../log/door/seals.ts';
import { openEmitter } from '../log/emit/emitter.ts';
import { openLogFollower } from '../log/follow/followLogs.ts';
import { Logs } from '../log/logs.ts';
import { closeMemories, openMemories } from '../log/memory/memories.ts';
import { redrive } from '../log/redrive.ts';
import { SEARCH_FOLLOWER } from '../log/search/followSearch.ts';
import { TALLY_FOLLOWER } from '../log/tally/followTallies.ts';
import { openSweeper } from '../log/watch/sweeper.ts';
import { type Config, noticeChannels } from '../settings/config.ts';
import { ingressSpans, traceOfRequest } from './ingressSpans.ts';
import { showFigures } from './showFigures.ts';
import { tellQuarantine } from './tellQuarantine.ts';
import { warnOfClock } from './warnOfClock.ts';

const TENANT = 'default';
/** Connections of one log: a batch commits, the next one waits for its lock, and reads meanwhile. */
const APPENDING = 3;

export interface IngressOptions {
  readonly config: Config & { DATABASE_URL: string; TEMPORAL_ADDRESS: string };
  readonly flows: readonly Flow[];
  readonly logger: Logger;
  /** None: nothing is traced. */
  readonly tracer?: Tracer | null;
}

export interface Ingress {
  readonly url: string;
  close(): Promise<void>;
}

/** Throws CannotRun where the database, its schema or the port do not allow it. Temporal may be away. */
export async function openIngress({ config, flows, logger, tracer = null }: IngressOptions): Promise<Ingress> {
  const releases: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const release of releases.splice(0).reverse()) await release();
  };
  try {
    const url = config.DATABASE_URL;
    await migrate(url);
    const pool = openDatabase(url, { name: 'ingress', size: 16 });
    releases.push(() => pool.end());
    await assertDurable(pool);
    const clock = new DatabaseClock();
    releases.push(warnOfClock(clock, pool, logger));
    const presence = await joinIngresses(url, pool, { tenant: TENANT, flows });
    releases.push(() => presence.close());
    for (const { flow, what, to } of presence.activated) logger.info({ flow, what, to }, 'switched on');
    for (const policy of presence.kept)
      logger.info(
        { policy },
        "left on: an operator's policy stays, `signalbox flow activate --with-policy` puts this build's in its place",
      );

    const temporal = { address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE };
    const cases = openCaseClient({ ...temporal, apiKey: config.TEMPORAL_API_KEY }, () => clock.nowMs());
    releases.push(() => cases.close());
    const spans = tracer === null ? null : ingressSpans(tracer);
    const dispatcher = new Dispatcher({ pool, url, flows, cases, logger, refused: (flow) => metrics.mailRefused(flow), told: spans?.told });
    releases.push(() => dispatcher.close());

    const notifier = openNotifier(url);
    releases.push(() => notifier.close());
    const metrics = createMetrics({
      waiting: () => logs.waiting,
      backlog: () => readBacklog(pool),
      unseen: () => readUnseen(pool, TENANT),
      failed: (err) => logger.warn({ err }, 'figures of /metrics could not be read: they are left out'),
    });
    showFigures(metrics, { pool, tenant: TENANT, flows });
    const tally = openWebhookTally({ pool, tenant: TENANT, logger, counted: webhookMetrics(metrics) });
    releases.push(() => tally.close());
    const mailed = (keys: readonly string[]): void => dispatcher.hand(keys);
    const appending = openDatabase(url, { name: 'append', size: APPENDING * (flows.length + 1), appending: true });
    releases.push(() => appending.end());
    const caseIds = await openCaseIds(pool, TENANT, flows);
    const memories = openMemories(TENANT, flows, { pool, logger });
    releases.push(() => closeMemories(memories));
    const adopter = openAdopter({ pool, tenant: TENANT, flows, caseIds, memories, mailed, adopted: metrics.adopted, logger });
    releases.push(() => adopter.close());
    const deciding = new Durations();
    const committed: Metrics['committed'] = (log, count, ms) => {
      deciding.add(ms, count);
      metrics.committed(log, count, ms);
      adopter.wake(log);
    };
    const own = (log: string, events: Parameters<Metrics['own']>[0]): void => {
      metrics.own(events);
      adopter.wake(log);
    };
    const sweeper = openSweeper({ pool, tenant: TENANT, flows, caseIds, memories, mailed, swept: own, logger });
    releases.push(() => sweeper.close());
    const emitter = openEmitter({ pool, tenant: TENANT, flows, caseIds, memories, mailed, emitted: own, logger });
    releases.push(() => emitter.close());
    const logs = new Logs({ pool: appending, tenant: TENANT, flows, caseIds, memories, clock, mailed, committed });
    releases.push(() => logs.close());
    const searching = openLogFollower({ pool, tenant: TENANT, logger }, 'the search', SEARCH_FOLLOWER);
    releases.push(() => searching.close());
    const tallying = openLogFollower({ pool, tenant: TENANT, logger }, 'what is counted over time', TALLY_FOLLOWER);
    releases.push(() => tallying.close());
    const finals = new FinalDecisions(url);
    releases.push(() => finals.close());

    const web = config.TEMPORAL_UI_URL ?? null;
    const receipts = createReceipts({ pool, namespace: config.TEMPORAL_NAMESPACE, web, caseIds });
    const storing = new Storing();
    const probes = openProbes({ pool, cases, clock, storing, flows, tenant: TENANT, temporal: { ...temporal, web } });
    const receiver = config.SIGNALBOX_WEBHOOK_URL === undefined ? null : receiverAt(config.SIGNALBOX_WEBHOOK_URL).id;
    const webUi = { namespace: config.TEMPORAL_NAMESPACE, web, caseIds };
    const streams = new Streams({ pool, temporal: webUi, health: probes.ready, deciding: () => deciding.read() });
    showStreams(metrics, streams);
    const accepting = createAccept({
      ...{ logs, storing, receipts, finals, metrics, unknownTypes: config.SIGNALBOX_UNKNOWN_TYPES },
      quarantined: tellQuarantine(logger, TENANT),
      appended: spans?.appended,
      routeOutcomes: createRouteOutcomes({ pool, tenant: TENANT, flows }),
    });
    const seals = sealsOf(config);
    const brokers = openStreams({ pool, url, tenant: TENANT, seals, accepting, logger });
    releases.push(() => brokers.close());
    const app = createApp(
      {
        pool,
        tenant: TENANT,
        config,
        flows,
        temporal: webUi,
        streams,
        health: probes.ready,
        registry: metrics.registry,
        trace: spans === null ? undefined : { request: spans.request, of: traceOfRequest },
        notifier,
        seals,
        countWebhook: tally.count,
        notices: noticeChannels(config),
        redrive: (place) => redrive({ pool, flows, caseIds, memories, mailed }, place),
        accepting,
        receiver,
        redriveAction: (request) => redriveAction({ pool, caseIds, mailed }, { ...request, receiver }),
        undoAction: (request) => undoAction({ pool, flows, caseIds, mailed }, request),
        sendNow: (request) => sendNow({ pool, caseIds, wake: (caseId) => cases.tryActionsNow(caseId) }, request),
        logger,
      },
      ROUTES,
    );
    const server = await listen(app, config).catch((error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? ' as it is in use' : `: ${error.message}`;
      throw new CannotRun(`Cannot listen on ${config.HOST} port ${config.PORT}${why}`, { cause: error });
    });
    releases.push(() => server.close());
    releases.push(() => streams.close());
    const { port } = server.address() as AddressInfo;
    return { url: `http://${config.HOST}:${port}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}
