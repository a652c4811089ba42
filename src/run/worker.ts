/**
 * Runs cases and their activities: one process, a worker per task queue, so that slow receivers of actions cannot starve the rest.
 * Beside them it follows the logs for outcomes, whether Temporal is there or not.
 *
 * Temporal may be away when it starts: it keeps trying. A worker that fails for good ends the process, whose supervisor starts it
 * anew. Stopping drains: what runs has some seconds, what does not finish is run again elsewhere.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { NativeConnection, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { Logger } from 'pino';
import { receiverAt } from '../actions/receivers.ts';
import type { WebhookTarget } from '../actions/sendWebhook.ts';
import { type Activities, createActivities } from '../activities/createActivities.ts';
import type { NoticeTargets } from '../approvals/noticeTargets.ts';
import { caseSubjects } from '../cases/caseSubjects.ts';
import { BackOff } from '../domain/backOff.ts';
import type { Flow } from '../domain/flow.ts';
import { QUEUES } from '../domain/temporalNames.ts';
import type { Tracer } from '../domain/tracer.ts';
import { createCallLlm } from '../llm/callLlm.ts';
import type { LlmTarget } from '../llm/wire/target.ts';
import { DatabaseClock } from '../log/db/clock.ts';
import { openDatabase, type Pool } from '../log/db/database.ts';
import { openNotifier } from '../log/db/notify.ts';
import { openOutcomeFollower } from '../outcomes/outcomeFollower.ts';
import { readSimilar } from '../outcomes/similar.ts';
import { activityMetrics } from './activityMetrics.ts';
import { activitySpans, callSpans } from './activitySpans.ts';
import { warnOfClock } from './warnOfClock.ts';
import { ourWorkflows } from './workflowBundle.ts';

export interface WorkerDeps {
  readonly flows: readonly Flow[];
  readonly databaseUrl: string;
  readonly temporal: { readonly address: string; readonly namespace: string; readonly apiKey?: string | undefined };
  /** With `keys`, a verdict by bare signal counts only where the policy allows it. */
  readonly auth: 'off' | 'keys';
  /** None: actions are recorded as not sent. */
  readonly webhook: WebhookTarget | null;
  /** None: its rung is skipped. */
  readonly llm?: LlmTarget | null;
  /** In place of the database's clock where a model is to be left alone for a time: for tests that skip time. */
  readonly llmNow?: () => Promise<number>;
  /** Absent: nobody is told of approvals. */
  readonly notices?: NoticeTargets;
  readonly logger: Logger;
  /** None: nothing is traced. */
  readonly tracer?: Tracer | null;
  /** The flows' workflows; ours unless told. */
  readonly workflowBundle?: WorkflowBundleOption;
  readonly maxCachedWorkflows?: number;
  readonly actionScheduleMs?: readonly number[];
  readonly noticeScheduleMs?: readonly number[];
}

export interface RunningWorker {
  /** Polling. Rejects where the worker was closed before. */
  readonly started: Promise<void>;
  /** Settles when it has ended: rejects where that was not asked for. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

const POOL_SIZE = 16;
const GRACE = '8 s';
/** An action's try may take longer than the grace: it is leased in its row, so the next one waits for it. */
const FORCE = '15 s';
const TENANT = 'default';
/** Gzip, the default, is for a server far away: between processes of one place it costs both more than it saves. */
const NEARBY = { grpcCompression: { codec: 'none' } } as const;
const AWAY = { firstMs: 100, maxMs: 5000 };

async function createWorkers(
  connection: NativeConnection,
  deps: WorkerDeps & { readonly pool: Pool },
  activities: Activities,
): Promise<Worker[]> {
  const { act, askLlm, sendNotice, ...short } = activities;
  const receiver = deps.webhook === null ? null : receiverAt(deps.webhook.url).id;
  const interceptors = {
    activity: [
      activityMetrics(Runtime.instance().metricMeter, receiver),
      caseSubjects(deps.pool, deps.flows),
      ...(deps.tracer == null ? [] : [activitySpans(deps.tracer, deps.pool)]),
    ],
  };
  const shared = { connection, namespace: deps.temporal.namespace, shutdownGraceTime: GRACE, shutdownForceTime: FORCE, interceptors };
  const cases = await Worker.create({
    ...shared,
    workflowBundle: deps.workflowBundle ?? (await ourWorkflows()),
    taskQueue: QUEUES.cases,
    activities: short,
    // each holds a database connection for some milliseconds: more would only wait for the pool
    maxConcurrentActivityTaskExecutions: 32,
    maxConcurrentLocalActivityExecutions: 32,
    maxConcurrentWorkflowTaskExecutions: 40,
    ...(deps.maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows: deps.maxCachedWorkflows }),
  });
  const actions = await Worker.create({
    ...shared,
    taskQueue: QUEUES.actions,
    activities: { act, sendNotice },
    maxConcurrentActivityTaskExecutions: 50,
  });
  const llm = await Worker.create({
    ...shared,
    taskQueue: QUEUES.llm,
    activities: { askLlm },
    // most of a call is waiting; what a model may be asked at all is limited over all workers
    maxConcurrentActivityTaskExecutions: 100,
  });
  return [cases, actions, llm];
}

export function openWorker(deps: WorkerDeps): RunningWorker {
  const stopping = new AbortController();
  const pool = openDatabase(deps.databaseUrl, { name: 'worker', size: POOL_SIZE });
  const notifier = openNotifier(deps.databaseUrl);
  const stopClockLook = warnOfClock(new DatabaseClock(), pool, deps.logger);
  const outcomes = openOutcomeFollower({ pool, tenant: TENANT, flows: deps.flows, logger: deps.logger });
  const { notices: targets, noticeScheduleMs } = deps;
  const beginCall = deps.tracer == null ? undefined : callSpans(deps.tracer);
  const webhook = deps.webhook === null ? null : { ...deps.webhook, beginCall };
  const activities = createActivities({
    ...{ pool, notifier, flows: deps.flows, auth: deps.auth, webhook, logger: deps.logger },
    callLlm:
      deps.llm == null
        ? null
        : createCallLlm({
            pool,
            logger: deps.logger,
            llm: deps.llm,
            beginCall,
            ...(deps.llmNow === undefined ? {} : { now: deps.llmNow }),
          }),
    similar: (about) => readSimilar(pool, about),
    notices: targets === undefined ? undefined : { webhook: targets.webhook !== null, mail: targets.mail !== null },
    ...{ noticeTargets: targets, noticeScheduleMs },
    ...(deps.actionScheduleMs === undefined ? {} : { scheduleMs: deps.actionScheduleMs }),
  });

  const opening = (async () => {
    const connection = await connect(deps, stopping.signal);
    return { connection, workers: await createWorkers(connection, { ...deps, pool }, activities) };
  })();

  async function run(): Promise<void> {
    try {
      const { connection, workers } = await opening;
      try {
        await runAll(workers, stopping.signal);
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
      // an action that was given up in mid-try is tried again: nothing is lost by going
      deps.logger.info({ err: error }, 'stopped before everything was done');
    } finally {
      await outcomes.close();
      await notifier.close();
      stopClockLook();
      await pool.end();
    }
  }

  const ended = run();
  const started = opening.then(() => undefined);
  // whoever opened it looks at one of the two
  for (const promise of [ended, started]) promise.catch(() => undefined);
  return {
    started,
    ended,
    async close() {
      stopping.abort();
      await ended;
    },
  };
}

/** Until all have ended. One that fails takes the others along: half a worker would look like a whole one. */
async function runAll(workers: readonly Worker[], stop: AbortSignal): Promise<void> {
  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const running = workers.map((worker) => worker.run().finally(shutdown));
  stop.addEventListener('abort', shutdown, { once: true });
  if (stop.aborted) shutdown();
  const results = await Promise.allSettled(running);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function connect({ temporal: { address, apiKey }, logger }: WorkerDeps, stop: AbortSignal): Promise<NativeConnection> {
  const backOff = new BackOff(AWAY);
  for (;;) {
    stop.throwIfAborted();
    try {
      return await NativeConnection.connect({ address, ...(apiKey === undefined ? NEARBY : { apiKey, tls: true }) });
    } catch (error) {
      if (!backOff.failing) logger.warn({ err: error, address }, 'Temporal is away, the worker waits for it');
    }
    await pause(backOff.next(), undefined, { signal: stop }).catch(() => undefined);
  }
}
