/** What `signalbox/client` gives: see docs/client.md. */
export type { Approval } from '../wire/approval.ts';
export type { DecisionDetail, DecisionItem } from '../wire/decision.ts';
export type { StoredEvent } from '../wire/event.ts';
export type { Page } from '../wire/list.ts';
export type { Problem } from '../wire/problem.ts';
export type { BatchResults, Receipt } from '../wire/receipt.ts';
export type { NewEvent } from './newEvent.ts';
export type { SendResult } from './sendBatch.ts';
export { Refused, ServiceAway } from './serviceClient.ts';
export { Signalbox, type SignalboxOptions } from './signalbox.ts';
export { NotVerified, verifyWebhook } from './verifyWebhook.ts';
