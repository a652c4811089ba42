/** The shapes that the API's document names: what other documents and clients refer to. */
import { decisionOutcome } from '../../domain/outcomes.ts';
import * as action from '../../wire/action.ts';
import * as approvals from '../../wire/approval.ts';
import * as brokers from '../../wire/broker.ts';
import { decision, decisionDetail, decisionItem, decisionList } from '../../wire/decision.ts';
import * as event from '../../wire/event.ts';
import { flow, flowList, timeline } from '../../wire/flow.ts';
import { policyChange, policyList, policyRequest, storedPolicy } from '../../wire/policy.ts';
import { problem } from '../../wire/problem.ts';
import { quality } from '../../wire/quality.ts';
import { alive, ready } from '../../wire/ready.ts';
import * as receipts from '../../wire/receipt.ts';
import { watchList } from '../../wire/watch.ts';
import * as webhooks from '../../wire/webhook.ts';
import { whyNot } from '../../wire/whyNot.ts';

export const NAMED = {
  Receipt: receipts.receipt,
  BatchResults: receipts.batchResults,
  Accepted: receipts.accepted,
  CloudEvent: event.cloudEvent,
  CloudEventBatch: event.cloudEventBatch,
  StoredEvent: event.storedEvent,
  EventList: event.eventList,
  Decision: decision,
  DecisionItem: decisionItem,
  DecisionDetail: decisionDetail,
  DecisionList: decisionList,
  Flow: flow,
  FlowList: flowList,
  Timeline: timeline,
  Approval: approvals.approval,
  ApprovalList: approvals.approvalList,
  VerdictRequest: approvals.verdictRequest,
  VerdictForm: approvals.verdictForm,
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
  WatchList: watchList,
  Stream: brokers.stream,
  StreamList: brokers.streamList,
  StreamRequest: brokers.streamRequest,
  WhyNot: whyNot,
  Original: webhooks.original,
  Webhook: webhooks.webhook,
  WebhookMade: webhooks.webhookMade,
  WebhookList: webhooks.webhookList,
  WebhookRequest: webhooks.webhookRequest,
  WebhookTried: webhooks.webhookTried,
  PolicyList: policyList,
  StoredPolicy: storedPolicy,
  PolicyRequest: policyRequest,
  PolicyChange: policyChange,
  Alive: alive,
  Ready: ready,
  Problem: problem,
} as const;
