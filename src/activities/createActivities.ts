/** Everything with a side effect that a case may ask for. */

import { readPlanned } from '../actions/actions.ts';
import type { ApprovalDeps } from '../approvals/approvals.ts';
import type { Flow } from '../domain/flow.ts';
import { createAcknowledge } from './acknowledge.ts';
import { type ActDeps, createAct } from './act.ts';
import { failing } from './asFailure.ts';
import { type AskDeps, createAskLlm } from './askLlm.ts';
import { createBeginWait } from './beginWait.ts';
import { createCloseApproval } from './closeApproval.ts';
import { createEndWait } from './endWait.ts';
import { createLoadEvents } from './loadEvents.ts';
import { createLookUp } from './lookUp.ts';
import { createOpenApproval, type OpenApprovalDeps } from './openApproval.ts';
import { createRecordEndings } from './recordEndings.ts';
import { createRecordProvisional } from './recordProvisional.ts';
import { createRecordTimer } from './recordTimer.ts';
import { createRecordVerdict } from './recordVerdict.ts';
import { createSendNotice, type SendNoticeDeps } from './sendNotice.ts';
import { createTakeEvents } from './takeEvents.ts';

export interface ActivityDeps extends ApprovalDeps, OpenApprovalDeps, SendNoticeDeps, ActDeps, AskDeps {
  readonly flows: readonly Flow[];
  readonly auth: 'off' | 'keys';
}

export function createActivities(deps: ActivityDeps) {
  const acknowledge = failing(createAcknowledge(deps));
  const loadEvents = failing(createLoadEvents(deps));
  return {
    acknowledge,
    loadEvents,
    takeEvents: failing(
      createTakeEvents({ acknowledge, loadEvents, readPlanned: (of, positions) => readPlanned(deps.pool, of, positions) }),
    ),
    beginWait: failing(createBeginWait({ ...deps, loadEvents })),
    endWait: failing(createEndWait(deps)),
    recordEndings: failing(createRecordEndings(deps)),
    openApproval: failing(createOpenApproval(deps)),
    closeApproval: failing(createCloseApproval(deps)),
    recordVerdict: failing(createRecordVerdict(deps)),
    recordProvisional: failing(createRecordProvisional(deps)),
    recordTimer: failing(createRecordTimer(deps)),
    act: failing(createAct(deps)),
    askLlm: failing(createAskLlm(deps)),
    lookUp: failing(createLookUp(deps)),
    sendNotice: failing(createSendNotice(deps)),
  };
}

export type Activities = ReturnType<typeof createActivities>;
