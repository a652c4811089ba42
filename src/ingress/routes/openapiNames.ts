/** The shapes that the API's document names, and the form in which its operations are told. */
import type { z } from 'zod';
import type { Scope } from '../../domain/caller.ts';
import { decisionOutcome } from '../../domain/outcomes.ts';
import { actionDetail, receiver } from './actionShapes.ts';
import * as approvals from './approvalShapes.ts';
import { policyChange, policyList, policyRequest, storedPolicy } from './policyShapes.ts';
import { quality } from './qualityShapes.ts';
import * as shapes from './shapes.ts';

interface Answered {
  readonly description: string;
  readonly schema?: keyof typeof NAMED;
  /** `application/json` unless told. */
  readonly type?: string;
  /** What it can be asked for as well, in a form that the schema does not tell. */
  readonly otherType?: string;
}

export interface Operation {
  readonly method: 'get' | 'post';
  /** As express writes it: `/v1/events/:event`. */
  readonly path: string;
  readonly summary: string;
  readonly scope: Scope | null;
  readonly query?: z.ZodObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly request?: Readonly<Record<string, object>>;
  readonly answers: Readonly<Record<string, Answered>>;
}

/** A path as OpenAPI and people write it: `/v1/events/{event}`. */
export const templateOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

/** What other documents may refer to, by name. */
export const NAMED = {
  Receipt: shapes.receipt,
  BatchResults: shapes.batchResults,
  Accepted: shapes.accepted,
  StoredEvent: shapes.storedEvent,
  EventList: shapes.eventList,
  Decision: shapes.decision,
  DecisionDetail: shapes.decisionDetail,
  DecisionList: shapes.decisionList,
  Flow: shapes.flow,
  FlowList: shapes.flowList,
  Timeline: shapes.timeline,
  Approval: approvals.approval,
  ApprovalList: approvals.approvalList,
  VerdictRequest: approvals.verdictRequest,
  QuestionRequest: approvals.questionRequest,
  AnswerRequest: approvals.answerRequest,
  FurtherQuestion: approvals.furtherQuestion,
  Quality: quality,
  DecisionOutcome: decisionOutcome,
  Action: actionDetail,
  ActionList: shapes.actionList,
  Receiver: receiver,
  ReceiverList: shapes.receiverList,
  QuarantineList: shapes.quarantineList,
  PolicyList: policyList,
  StoredPolicy: storedPolicy,
  PolicyRequest: policyRequest,
  PolicyChange: policyChange,
  Ready: shapes.ready,
  Problem: shapes.problem,
} as const;
