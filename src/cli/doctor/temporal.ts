/** Temporal: reachable, its namespace ready for cases, workers on the queues, and cases that do not move. */
import type { Connection } from '@temporalio/client';
import { QUEUES } from '../../domain/temporalNames.ts';
import { connectTemporal, SEARCH_ATTRIBUTES, type TemporalTarget } from '../../local/temporalNamespace.ts';
import type { Pool } from '../../log/db/database.ts';
import { type Finding, fail, guarded, ok, warn } from './finding.ts';

const CALL_MS = 5000;
/** temporal.api.enums.v1.TaskQueueType */
const WORKFLOWS = 1;
const ACTIVITIES = 2;
/** temporal.api.enums.v1.WorkflowExecutionStatus */
const RUNNING = 1;
/** A poll takes a minute; a worker that has not polled for longer is gone. */
const POLLER_SECONDS_MAX = 75;
/** A case that has had mail for this long is looked at. */
const STUCK_SECONDS = 60;
const LOOKED_AT_MAX = 50;
const ATTEMPTS_MAX = 3;

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

async function stuckCases(connection: Connection, namespace: string, pool: Pool): Promise<Finding[]> {
  const { rows } = await pool.query<{ case_id: string; open: number }>(
    `select case_id, (count(*) over ())::int as open from deliveries where settled < sent and sent_at < now() - interval '${STUCK_SECONDS} s' order by sent_at limit ${LOOKED_AT_MAX}`,
  );
  const found = await Promise.all(rows.map(({ case_id: caseId }) => trouble(connection, namespace, caseId)));
  const stuck = found.filter((finding): finding is Finding => finding !== null);
  if (stuck.length > 0) return stuck;
  const open = rows[0]?.open ?? 0;
  return [
    ok(
      'cases',
      open === 0
        ? 'none is open for long'
        : `${open} open for over a minute; looked at the ${rows.length} oldest: each runs and waits (for people, mostly)`,
    ),
  ];
}

/** Null where the case runs and nothing of it fails. */
async function trouble(connection: Connection, namespace: string, caseId: string): Promise<Finding | null> {
  const what = `case ${caseId}`;
  try {
    const run = await connection.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId: caseId } });
    if (run.workflowExecutionInfo?.status !== RUNNING)
      return warn(what, 'has open events and no live run', 'the dispatcher starts it again within seconds: is an ingress running?');
    const taskTries = run.pendingWorkflowTask?.attempt ?? 1;
    if (taskTries >= ATTEMPTS_MAX)
      return fail(
        what,
        `its workflow task fails, try ${taskTries}`,
        "the worker's log and the Web UI say why; it goes on by itself when the code is mended, and from its rows when its run is terminated",
      );
    const failing = run.pendingActivities?.find(({ attempt }) => (attempt ?? 1) > ATTEMPTS_MAX);
    if (failing == null) return null;
    const reason = failing.lastFailure?.message ?? 'it gave no reason';
    return warn(
      what,
      `${failing.activityType?.name ?? 'an activity'} is at try ${failing.attempt}: ${reason}`,
      'it is tried again by itself: mend what it says',
    );
  } catch (error) {
    // gRPC NOT_FOUND
    if ((error as { code?: number }).code === 5)
      return warn(what, 'has open events and no run', 'the dispatcher starts it again within seconds: is an ingress running?');
    throw error;
  }
}
