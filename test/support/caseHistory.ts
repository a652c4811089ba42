/** What Temporal kept of one case, over all its runs. */
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { EVENTS_ARRIVED } from '../../src/domain/temporalNames.ts';

export interface CaseHistory {
  readonly runs: number;
  /** `eventsArrived` signals. */
  readonly signals: number;
  /** The inputs of all activities of that name, in order. */
  inputs<T>(activity: string): T[];
}

export async function readCaseHistory(client: Client, workflowId: string): Promise<CaseHistory> {
  const runs: { runId: string; startTime: Date }[] = [];
  for await (const run of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) runs.push(run);
  runs.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  const histories = await Promise.all(runs.map(({ runId }) => client.workflow.getHandle(workflowId, runId).fetchHistory()));
  const events = histories.flatMap((history) => history.events ?? []);
  return {
    runs: runs.length,
    signals: events.filter((event) => event.workflowExecutionSignaledEventAttributes?.signalName === EVENTS_ARRIVED).length,
    inputs: <T>(activity: string) =>
      events.flatMap(({ activityTaskScheduledEventAttributes: scheduled }): T[] => {
        const [payload] = scheduled?.activityType?.name === activity ? (scheduled.input?.payloads ?? []) : [];
        return payload === undefined ? [] : [defaultPayloadConverter.fromPayload<T>(payload)];
      }),
  };
}
