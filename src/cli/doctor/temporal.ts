/** Temporal: reachable, its namespace ready for cases, workers on the queues, and cases that do not move. */
import type { Connection } from '@temporalio/client';
import { QUEUES } from '../../domain/temporalNames.ts';
import { connectTemporal, SEARCH_ATTRIBUTES, type TemporalTarget } from '../../local/temporalNamespace.ts';
import type { Pool } from '../../log/db/database.ts';
import { newerRuns, stuckCases } from './cases.ts';
import { type Finding, fail, guarded, ok } from './finding.ts';

const CALL_MS = 5000;
/** temporal.api.enums.v1.TaskQueueType */
const WORKFLOWS = 1;
const ACTIVITIES = 2;
/** A poll takes a minute; a worker that has not polled for longer is gone. */
const POLLER_SECONDS_MAX = 75;

interface Target extends TemporalTarget {
  readonly namespace: string;
}

/** `pool` is null where the database is away: cases cannot be looked at then. */
export async function lookAtTemporal(target: Target, pool: Pool | null): Promise<readonly Finding[]> {
  return guarded(
    'Temporal',
    `check that a server answers at ${target.address}: events are accepted meanwhile, their cases wait`,
    async () => {
      const connection = await connectTemporal(target);
      try {
        return await connection.withDeadline(Date.now() + CALL_MS * 4, async () => [
          ok('Temporal', `answers at ${target.address}`),
          ...(await lookAtNamespace(connection, target.namespace)),
          ...(await Promise.all([
            workers(connection, { namespace: target.namespace, queue: QUEUES.cases, type: WORKFLOWS }),
            workers(connection, { namespace: target.namespace, queue: QUEUES.llm, type: ACTIVITIES }),
            workers(connection, { namespace: target.namespace, queue: QUEUES.actions, type: ACTIVITIES }),
          ])),
          await newerRuns(connection, target.namespace),
          ...(pool === null ? [] : await stuckCases(connection, target.namespace, pool)),
        ]);
      } finally {
        await connection.close();
      }
    },
  );
}

async function lookAtNamespace(connection: Connection, namespace: string): Promise<readonly Finding[]> {
  return guarded('namespace', `make the namespace ${namespace}, or set TEMPORAL_NAMESPACE`, async () => {
    await connection.workflowService.describeNamespace({ namespace });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = SEARCH_ATTRIBUTES.filter((name) => customAttributes?.[name] === undefined);
    return [
      ok('namespace', namespace),
      missing.length === 0
        ? ok('search attributes', 'registered')
        : fail(
            'search attributes',
            `${missing.join(', ')} missing`,
            '`temporal operator search-attribute create`, each of type Keyword; `npm start` does it',
          ),
    ];
  });
}

async function workers(
  connection: Connection,
  { namespace, queue, type }: { namespace: string; queue: string; type: number },
): Promise<Finding> {
  const what = `workers on ${queue}`;
  const { pollers } = await connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: queue }, taskQueueType: type });
  const nowSeconds = Date.now() / 1000;
  const live = (pollers ?? []).filter(({ lastAccessTime }) => nowSeconds - Number(lastAccessTime?.seconds ?? 0) < POLLER_SECONDS_MAX);
  if (live.length === 0) return fail(what, 'none polls', 'start one: `signalbox worker`, or `npm start`');
  return ok(what, `${live.length} poll: ${live.map(({ identity }) => identity ?? '?').join(', ')}`);
}
