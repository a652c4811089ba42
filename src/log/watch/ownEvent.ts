/** An event of a flow's own as it is stored: a CloudEvent like any other, whose source nobody else may use. */
import { createHash } from 'node:crypto';
import type { FlowEvent, JsonObject } from '../../domain/event.ts';
import { instantText } from '../../domain/instant.ts';
import { ownSource } from '../../domain/ownEvent.ts';
import type { Carried } from './watchWrite.ts';

export interface OwnDraft extends Carried {
  readonly flow: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly data: JsonObject;
  /** The id of the event that caused it. */
  readonly causation: string;
  readonly acceptedAtMs: number;
}

export interface OwnEvent {
  /** As the reflex sees it, but for its position. */
  readonly flowEvent: FlowEvent;
  readonly stored: { readonly source: string; readonly id: string; readonly type: string; readonly hash: Buffer; readonly body: string };
}

export function ownEvent({ flow, id, type, subject, data, causation, correlation, hops, acceptedAtMs }: OwnDraft): OwnEvent {
  const source = ownSource(flow);
  const carried = { causationid: causation, ...(correlation === null ? {} : { correlationid: correlation }), signalboxhops: hops };
  const time = instantText(acceptedAtMs);
  const body = JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type,
    time,
    subject,
    datacontenttype: 'application/json',
    ...carried,
    data,
  });
  const hash = createHash('sha256').update(body).digest();
  return {
    flowEvent: { position: 0, source, id, type, subject, timeMs: acceptedAtMs, acceptedAtMs, data },
    stored: { source, id, type, hash, body },
  };
}
