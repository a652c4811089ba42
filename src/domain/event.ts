/** An event as everything behind the edge sees it: parsed once, stored once, never changed. */

/** A JSON value as `JSON.parse` gives it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** How an event ended, or that it still waits for its case. `audit` counts these. */
export type Ending = 'waiting' | 'reflex' | 'case' | 'recorded' | 'unrouted' | 'expired' | 'quarantined';

/** Why an event is in its case's mailbox: the case decides it, only acts on what the reflex has decided, or looks at it again. */
export type MailReason = 'decide' | 'act' | 'look';

/** What a caller is told; it follows the event to its end. */
export type Status = 'decided' | 'signalled' | 'recorded' | 'unrouted' | 'expired' | 'quarantined';

const STATUS: Record<Ending, Status> = {
  waiting: 'signalled',
  reflex: 'decided',
  case: 'decided',
  recorded: 'recorded',
  unrouted: 'unrouted',
  expired: 'expired',
  quarantined: 'quarantined',
};

export function statusOf(ending: Ending): Status {
  return STATUS[ending];
}

/**
 * A CloudEvent that passed the edge.
 * `body` is the whole event as structured JSON text, its data as it was sent: what is stored and given back.
 */
export interface IncomingEvent {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  /** RFC 3339 as sent; null where the sender gave none. */
  readonly time: string | null;
  /** Parsed data; undefined where the event has none. Text for media types that are not JSON. */
  readonly data: Json | undefined;
  /** RFC 3339, from the `expirytime` extension. */
  readonly expiresAt: string | null;
  readonly body: string;
  /** Of a message that could not be read: why. It goes to quarantine, and no flow sees it. */
  readonly unreadable?: string;
  /** SHA-256 (32 bytes) of the canonical content that decides between a repeat and a conflict. */
  readonly hash: Buffer;
}

/** What a reflex and a case get of an event. Times are milliseconds since the epoch, UTC. */
export interface FlowEvent {
  readonly position: number;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  /** Event time; acceptance time where it is missing or more than five minutes ahead. */
  readonly timeMs: number;
  readonly acceptedAtMs: number;
  /** Why `timeMs` is not what was sent, when it is not. */
  readonly timeNote?: 'missing' | 'ahead';
  readonly data: JsonObject;
}

export interface EventRef {
  event: string;
  source: string;
  id: string;
  type: string;
  time: string;
}
