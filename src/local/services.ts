/** Our own two processes, as the supervisor runs them: the same `signalbox ingress` and `signalbox worker` that can be run alone. */
import { fileURLToPath } from 'node:url';
import type { Connection } from '@temporalio/client';
import pg from 'pg';
import { QUEUES } from '../domain/temporalNames.ts';
import type { ProcessSpec } from './processSpec.ts';
import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const END_WITH_PARENT = new URL('./endWithParent.js', import.meta.url).href;
const PROBE_TIMEOUT_MS = 3000;
const WORKFLOW_QUEUE = 1;
const WARN = 40;

/**
 * An event's objects live until its batch has committed. In Node's 16 MB for what is young that is longer than between two collections:
 * 1,600 events on their way were copied by 146 of them for 60,000 events, by 38 in 64 MB (a fifth of the process's time; 100 MB more).
 */
const YOUNG = '--max-semi-space-size=64';

interface Start {
  readonly env: Record<string, string>;
  /** Node's. */
  readonly flags?: readonly string[];
}

function service(
  name: 'ingress' | 'worker',
  { env, flags = [] }: Start,
  when: Pick<ProcessSpec, 'ready'> & Partial<Pick<ProcessSpec, 'prepare'>>,
): ProcessSpec {
  return {
    ...when,
    name,
    command: process.execPath,
    args: [...flags, '--enable-source-maps', '--import', END_WITH_PARENT, MAIN, name],
    env,
    ours: true,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 20_000,
    readyTimeoutMs: 60_000,
    showFrom: WARN,
  };
}

async function answers(databaseUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: PROBE_TIMEOUT_MS });
  try {
    await client.connect();
    return true;
  } finally {
    await client.end();
  }
}

type ServiceEnv = Record<string, string> & { readonly DATABASE_URL: string };

/**
 * Both end where they find no database, and the pauses between their starts grew while a killed one recovered: the ingress was missed for
 * up to 18 s after that (tried). So their start waits for it.
 */
const prepare = (env: ServiceEnv) => (signal: AbortSignal) => until(() => answers(env.DATABASE_URL), signal);

/** Ready when it can accept events. */
export function ingressSpec(env: ServiceEnv, url: string): ProcessSpec {
  const accepts = async () => (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })).ok;
  return service(
    'ingress',
    { env, flags: [YOUNG] },
    {
      prepare: prepare(env),
      ready: (signal) => until(accepts, signal),
    },
  );
}

/** Ready when Temporal has seen this very process ask for work: pollers of an earlier run stay on the list for minutes. */
export function workerSpec(env: ServiceEnv, connection: Connection, namespace: string): ProcessSpec {
  const polls = async (pid: number) => {
    const queue = { namespace, taskQueue: { name: QUEUES.cases }, taskQueueType: WORKFLOW_QUEUE };
    const { pollers } = await connection.withDeadline(Date.now() + PROBE_TIMEOUT_MS, () =>
      connection.workflowService.describeTaskQueue(queue),
    );
    return (pollers ?? []).some(({ identity }) => identity?.startsWith(`${pid}@`) === true);
  };
  return service('worker', { env }, { prepare: prepare(env), ready: (signal, pid) => until(() => polls(pid), signal) });
}
