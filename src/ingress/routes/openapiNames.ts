/** The shapes that the API's document names, and the form in which its operations are told. */
import type { z } from 'zod';
import type { Scope } from '../../domain/caller.ts';
import { decisionOutcome } from '../../domain/outcomes.ts';
import * as action from '../../wire/action.ts';
import * as approvals from '../../wire/approval.ts';
import { decision, decisionDetail, decisionList } from '../../wire/decision.ts';
import * as event from '../../wire/event.ts';
import { flow, flowList, timeline } from '../../wire/flow.ts';
import { policyChange, policyList, policyRequest, storedPolicy } from '../../wire/policy.ts';
import { problem } from '../../wire/problem.ts';
import { quality } from '../../wire/quality.ts';
import { alive, ready } from '../../wire/ready.ts';
import * as receipts from '../../wire/receipt.ts';

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
  Receipt: receipts.receipt,
  BatchResults: receipts.batchResults,
  Accepted: receipts.accepted,
  StoredEvent: event.storedEvent,
  EventList: event.eventList,
  Decision: decision,
  DecisionDetail: decisionDetail,
  DecisionList: decisionList,
  Flow: flow,
  FlowList: flowList,
  Timeline: timeline,
  Approval: approvals.approval,
  ApprovalList: approvals.approvalList,
  VerdictRequest: approvals.verdictRequest,
  QuestionRequest: approvals.questionRequest,
  AnswerRequest: approvals.answerRequest,
  FurtherQuestion: approvals.furtherQuestion,
  Quality: quality,
  DecisionOutcome: decisionOutcome,
  Action: action.actionDetail,
  ActionList: action.actionList,
  Receiver: action.receiver,
  ReceiverList: action.receiverList,
  QuarantineList: event.quarantineList,
  PolicyList: policyList,
  StoredPolicy: storedPolicy,
  PolicyRequest: policyRequest,
  PolicyChange: policyChange,
  Alive: alive,
  Ready: ready,
  Problem: problem,
} as const;
