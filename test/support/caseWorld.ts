/** Everything between an accepted event and its end, on real parts: log, dispatcher, Temporal, worker. */
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { openOutbound } from '../../src/actions/outbound.ts';
import type { WebhookTarget } from '../../src/actions/sendWebhook.ts';
import type { NoticeTargets } from '../../src/approvals/noticeTargets.ts';
import { openCaseClient } from '../../src/cases/caseClient.ts';
import { Dispatcher } from '../../src/cases/dispatcher.ts';
import type { Flow } from '../../src/domain/flow.ts';
import type { LlmTarget } from '../../src/llm/wire/target.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import type { AcceptedEvent, Arrival } from '../../src/log/arrival.ts';
import { openCaseIds } from '../../src/log/caseIds.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type Notifier, openNotifier } from '../../src/log/db/notify.ts';
import { Logs } from '../../src/log/logs.ts';
import { openWorker, type RunningWorker } from '../../src/run/worker.ts';
import { LOOPBACK_TARGETS } from '../../src/settings/outboundTarget.ts';
import { eventually as waitFor } from './eventually.ts';
import { startPostgres } from './postgres.ts';
import { quietRuntime } from './quietRuntime.ts';
import { startTemporal } from './temporal.ts';
import { workflowBundle } from './workflowBundle.ts';

interface WorldOptions {
  readonly flows: readonly Flow[];
  readonly auth?: 'off' | 'keys';
  /** Receivers of tests are on loopback, which is allowed unless its `outbound` says more. */
  readonly webhook?: WebhookTarget;
  readonly llm?: LlmTarget;
  readonly llmNow?: () => Promise<number>;
  readonly actionScheduleMs?: readonly number[];
  readonly notices?: NoticeTargets;
  readonly noticeScheduleMs?: readonly number[];
  /** 0: every workflow task replays its history. */
  readonly maxCachedWorkflows?: number;
  /** Often, unless a test is about what needs no sweep. */
  readonly sweepMs?: number;
  readonly temporal?: { readonly address: string; readonly namespace: string };
}

export interface CaseWorld {
  readonly pool: Pool;
  readonly notifier: Notifier;
  readonly client: Client;
  readonly temporal: { readonly address: string; readonly namespace: string };
  accept(arrivals: readonly Arrival[]): Promise<AcceptedEvent[]>;
  startWorker(): Promise<RunningWorker>;
  stopWorker(): Promise<void>;
  /** Rows of a query; for what has no reader in the product. */
  rows<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const WAIT_MS = 45_000;

export const eventually = <T>(what: () => Promise<T | false | null | undefined>): Promise<T> => waitFor(what, WAIT_MS);

export async function openCaseWorld(options: WorldOptions): Promise<CaseWorld> {
  const releases: (() => unknown)[] = [];
  quietRuntime();
  const [postgres, bundle] = await Promise.all([startPostgres(), workflowBundle()]);
  const url = await postgres.fresh();
  const temporal = options.temporal ?? (await ownNamespace());
  const pool = openDatabase(url, { name: 'test' });
  releases.push(() => pool.end());
  const notifier = openNotifier(url);
  releases.push(() => notifier.close());
  await ensureHeads(pool, 'default', options.flows);
  for (const flow of options.flows) await activateFlow(pool, 'default', flow);
  const connection = await Connection.connect({ address: temporal.address });
  releases.push(() => connection.close());
  const cases = openCaseClient(temporal);
  releases.push(() => cases.close());
  const logger = pino({ level: 'silent' });
  const dispatcher = new Dispatcher({ pool, url, flows: options.flows, cases, logger, sweepMs: options.sweepMs ?? 200 });
  releases.push(() => dispatcher.close());
  const caseIds = await openCaseIds(pool, 'default', options.flows);
  const logs = new Logs({ pool, tenant: 'default', flows: options.flows, caseIds, mailed: (keys) => dispatcher.hand(keys) });
  releases.push(() => logs.close());

  let worker: RunningWorker | null = null;
  const stopWorker = async (): Promise<void> => {
    await worker?.close();
    worker = null;
  };
  const startWorker = async (): Promise<RunningWorker> => {
    const { flows, auth = 'off', llm = null, llmNow, maxCachedWorkflows, actionScheduleMs, noticeScheduleMs } = options;
    const outbound = openOutbound(LOOPBACK_TARGETS);
    const webhook = options.webhook === undefined ? null : { outbound, ...options.webhook };
    const told = options.notices?.webhook ?? null;
    const notices = options.notices && { ...options.notices, webhook: told === null ? null : { outbound, ...told } };
    worker = openWorker({
      ...{ flows, databaseUrl: url, temporal, auth, webhook, llm, logger, workflowBundle: bundle },
      ...(llmNow === undefined ? {} : { llmNow }),
      ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
      ...(actionScheduleMs === undefined ? {} : { actionScheduleMs }),
      ...(notices === undefined ? {} : { notices }),
      ...(noticeScheduleMs === undefined ? {} : { noticeScheduleMs }),
    });
    await worker.started;
    return worker;
  };
  releases.push(stopWorker);
  await startWorker();
  return {
    ...{ pool, notifier, temporal, startWorker, stopWorker },
    client: new Client({ connection, namespace: temporal.namespace }),
    async accept(arrivals) {
      const answers = await logs.append(arrivals.map((arrival) => ({ flow: logs.flowOf(arrival.event.type), arrival })));
      return answers.map((answer) => {
        if ('result' in answer && answer.result === 'accepted') return answer;
        throw new Error(`Cannot go on as an event was not accepted: ${JSON.stringify(answer)}`);
      });
    },
    rows: async <Row extends object>(text: string, values: unknown[] = []) => (await pool.query<Row>(text, values)).rows,
    async close() {
      for (const release of releases.reverse()) await release();
    },
  };
}

async function ownNamespace(): Promise<{ address: string; namespace: string }> {
  const temporal = await startTemporal();
  return { address: temporal.address, namespace: await temporal.namespace() };
}
