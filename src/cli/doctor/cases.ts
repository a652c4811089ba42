/** Cases that do not move, and runs that this build cannot go on with. */
import type { Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { QUEUES, WAY_OF_RUN, WAYS } from '../../domain/temporalNames.ts';
import type { Pool } from '../../log/db/database.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** temporal.api.enums.v1.WorkflowExecutionStatus */
const RUNNING = 1;
/** A case that has had mail for this long is looked at. */
const STUCK_SECONDS = 60;
const LOOKED_AT_MAX = 50;
const ATTEMPTS_MAX = 3;
/** The newest: those of a newer build are among them. */
const RUNS_MAX = 1000;

/** After a build was taken back, runs that the newer one touched stand still: nothing of them is lost, and nobody would be told. */
export async function newerRuns(connection: Connection, namespace: string): Promise<Finding> {
  const query = `ExecutionStatus = 'Running' and TaskQueue = '${QUEUES.cases}' and ${WAY_OF_RUN} is not null`;
  const { executions } = await connection.workflowService.listWorkflowExecutions({ namespace, query, pageSize: RUNS_MAX });
  const known = new Set<string>(WAYS);
  const newer = (executions ?? []).flatMap(({ execution, searchAttributes }) => {
    const said = searchAttributes?.indexedFields?.[WAY_OF_RUN];
    const ways = said == null ? [] : [defaultPayloadConverter.fromPayload<string | string[]>(said)].flat();
    const way = ways.find((one) => !known.has(one));
    return way === undefined ? [] : [{ way, caseId: execution?.workflowId ?? '?' }];
  });
  const [first] = newer;
  if (first === undefined) return ok('runs', 'this build can go on with those that are open');
  return fail(
    'runs',
    `${newer.length} were begun by a newer build, as ${first.caseId} in the way ${first.way}: this one cannot go on with them`,
    'start workers of that build; or terminate these runs, and each case begins again from its rows (docs/operations.md, going back)',
  );
}

export async function stuckCases(connection: Connection, namespace: string, pool: Pool): Promise<Finding[]> {
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
