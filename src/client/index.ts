/** What `signalbox/client` gives: see docs/client.md. */
export type { Approval } from '../wire/approval.ts';
export type { DecisionItem } from '../wire/decision.ts';
export type { StoredEvent } from '../wire/event.ts';
export type { Problem } from '../wire/problem.ts';
export type { BatchResults, Receipt } from '../wire/receipt.ts';
export { Refused, ServiceAway } from './serviceClient.ts';
export { type NewEvent, type SendResult, Signalbox, type SignalboxOptions } from './signalbox.ts';
export { NotVerified, verifyWebhook } from './verifyWebhook.ts';
