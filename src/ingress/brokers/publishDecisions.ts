/**
 * Decisions told to a broker: the decisions' own rows are the outbox, and a cursor behind the last one that the broker has taken says what is left. At least once: a process
 * that ends between the broker's answer and the cursor tells some again, with the same ids.
 */

import { ownSource } from '../../domain/ownEvent.ts';
import type { Pool } from '../../log/db/database.ts';
import { type KeptStream, tellPublished } from '../../log/door/streams.ts';
import { type DecisionItem, readDecisions } from '../../log/read/decisions.ts';
import { type FeedSource, readFeed, readHeads } from '../../log/read/feed.ts';
import type { PublishedMessage, StreamSource } from './source.ts';

const TOGETHER = 200;

const DECISIONS: FeedSource = {
  ...{ table: 'decisions', logColumn: 'log', timeColumn: 'at', where: 'true', values: [], scan: false },
  bytes: 'octet_length(t.body)',
};

/** By log, as the cursor is kept. */
export async function headsNow(pool: Pool, tenant: string): Promise<string> {
  return JSON.stringify(Object.fromEntries(await readHeads(pool, tenant)));
}

/** A decision as a CloudEvent: its id is the decision's, `causationid` the event that it answers. */
function decisionMessage(item: DecisionItem): PublishedMessage {
  const { id, flow, subject, event, at } = item;
  const body = JSON.stringify({
    ...{
      specversion: '1.0',
      id,
      source: ownSource(flow),
      type: `${flow}.decision`,
      time: at,
      subject: subject === '' ? undefined : subject,
    },
    ...{ datacontenttype: 'application/json', causationid: event.event, data: item },
  });
  return { key: subject, body };
}

/** Publishes what is new, up to 200; whether there may be more. Throws what the broker says. */
export async function publishNext(
  { pool, tenant, source }: { pool: Pool; tenant: string; source: Pick<StreamSource, 'publish'> },
  stream: Pick<KeptStream, 'name' | 'published'>,
): Promise<{ more: boolean; published: string }> {
  const after = new Map(Object.entries(JSON.parse(stream.published) as Record<string, number>));
  const page = await readFeed(pool, DECISIONS, { tenant, upTo: await readHeads(pool, tenant), after, limit: TOGETHER });
  const items = await readDecisions(pool, tenant, page.places);
  if (items.length > 0) await source.publish(items.map(decisionMessage));
  const published = JSON.stringify(Object.fromEntries(page.next));
  if (published !== stream.published)
    await tellPublished(pool, { tenant, name: stream.name }, { published, count: items.length, failure: null });
  return { more: page.more, published };
}
