/** An event as its flow sees it, from its row and body: whoever folds it again, or works on it later, sees what accepting saw. */
import type { FlowEvent, Json, JsonObject } from '../domain/event.ts';
import { readInstant } from '../domain/instant.ts';
import { storedData } from '../domain/storedData.ts';
import { effectiveTime } from '../kit/fold.ts';

export interface StoredRow {
  readonly position: number;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly accepted_at: Date;
  /** Null once old bodies are gone. */
  readonly body: string | null;
}

export interface Stored {
  readonly event: FlowEvent;
  /** As it was sent; undefined where there was none. */
  readonly data: Json | undefined;
  /** Its `expirytime`; null where it has none. */
  readonly expiresAtMs: number | null;
}

export function storedEvent({ position, source, id, type, subject, accepted_at: acceptedAt, body }: StoredRow): Stored {
  const { time, expirytime } = JSON.parse(body ?? '{}') as { time?: string; expirytime?: string };
  const data = body === null ? undefined : storedData(body);
  const acceptedAtMs = acceptedAt.getTime();
  const when = { acceptedAtMs, ...effectiveTime(time === undefined ? null : readInstant(time), acceptedAtMs) };
  return {
    // what a flow was handed fitted its schema
    event: { position, source, id, type, subject, ...when, data: (data ?? {}) as JsonObject },
    data,
    expiresAtMs: expirytime === undefined ? null : readInstant(expirytime),
  };
}
