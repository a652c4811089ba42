/** Webhooks and streams: the doctor names those that are not well, and why. */
import type { Pool } from '../../log/db/database.ts';
import { heldStreams } from '../../log/door/streamLocks.ts';
import { type KeptStream, listStreams } from '../../log/door/streams.ts';
import { readWebhookCounts, type WebhookCount } from '../../log/door/webhookCounts.ts';
import { type KeptWebhook, listWebhooks } from '../../log/door/webhooks.ts';
import type { WebhookResult } from '../../wire/webhook.ts';
import { type Finding, ok, warn } from './finding.ts';

const TENANT = 'default';
const WEBHOOKS_MAX = 1000;
/** At most so many are named: those that are not well come first. */
const NAMED_MAX = 20;
const DAY_MS = 24 * 3600 * 1000;
const LAG_MAX = 10_000;

/** The advice for each way of being refused. */
const REFUSED = {
  mismatch: 'compare its secret with that of the provider (`signalbox webhooks rotate`); a proxy that parses and prints JSON does it too',
  missing: 'its provider signs in another way: see `--provider` of `signalbox webhooks add`',
  stale: 'set the clocks, or see what holds requests back on their way',
  refused: 'its bodies cannot be read, or its ids come again with other content: the answers say which',
  failed: "it was for reasons of ours: see the ingress's log, and secrets above",
} as const;
const ACCEPTED: readonly WebhookResult[] = ['taken', 'unmapped', 'fault', 'repeated', 'handshake'];

const ago = (at: Date, now: Date): string => {
  const minutes = Math.max(0, Math.round((now.getTime() - at.getTime()) / 60_000));
  return minutes < 120
    ? `${minutes} min ago`
    : minutes < 2880
      ? `${Math.round(minutes / 60)} h ago`
      : `${Math.round(minutes / 1440)} days ago`;
};

const newest = (counts: readonly WebhookCount[]): Date | null =>
  counts.reduce<Date | null>((last, { lastAt }) => (last === null || lastAt > last ? lastAt : last), null);

/** The ones that are not well first; of the others, as many as there is room for. */
function named(what: string, findings: readonly Finding[]): Finding[] {
  const order = [...findings].sort((one, other) => Number(one.level === 'ok') - Number(other.level === 'ok'));
  const left = order.slice(NAMED_MAX);
  if (left.length === 0) return order;
  return [
    ...order.slice(0, NAMED_MAX),
    ok(what, `${left.length} more, ${left.filter(({ level }) => level !== 'ok').length} of them not well`),
  ];
}

export async function lookAtWebhooks(pool: Pool, now = new Date()): Promise<Finding[]> {
  const { webhooks } = await listWebhooks(pool, TENANT, { limit: WEBHOOKS_MAX });
  if (webhooks.length === 0) return [ok('webhooks', 'none is there')];
  const counts = await readWebhookCounts(pool, TENANT, null);
  return named(
    'webhooks',
    webhooks.map((webhook) =>
      webhookFinding(
        webhook,
        counts.filter(({ source }) => source === webhook.source),
        now,
      ),
    ),
  );
}

function webhookFinding({ source, disabledAt }: KeptWebhook, counts: readonly WebhookCount[], now: Date): Finding {
  const what = `webhook ${source}`;
  if (disabledAt !== null) return ok(what, `disabled ${ago(disabledAt, now)}: 404 to whoever posts there`);
  const accepted = newest(counts.filter(({ result }) => ACCEPTED.includes(result)));
  const told = counts.map(({ result, count }) => `${count} ${result}`).join(', ');
  const found =
    counts.length === 0
      ? 'nothing has come yet'
      : `${accepted === null ? 'none was taken yet' : `the last was taken ${ago(accepted, now)}`} (${told})`;
  const recent = counts.filter(({ lastAt }) => now.getTime() - lastAt.getTime() < DAY_MS);
  // what was taken since says that it was somebody else, or is mended
  const refused = recent.filter(({ result, lastAt }) => Object.hasOwn(REFUSED, result) && (accepted === null || lastAt > accepted));
  const last = refused.reduce<WebhookCount | null>((worst, one) => (worst === null || one.lastAt > worst.lastAt ? one : worst), null);
  if (last !== null)
    return warn(what, `refused as ${last.result} ${ago(last.lastAt, now)}; ${found}`, REFUSED[last.result as keyof typeof REFUSED]);
  if (recent.some(({ result }) => result === 'fault'))
    return warn(
      what,
      `its mapping fails; ${found}`,
      `the attribute mappingfault of \`signalbox events list --source /webhooks/${source}\` says why; \`signalbox webhooks test ${source}\` tries a mapping`,
    );
  return ok(what, found);
}

export async function lookAtStreams(pool: Pool, now = new Date()): Promise<Finding[]> {
  const streams = await listStreams(pool, TENANT);
  if (streams.length === 0) return [ok('streams', 'none is there')];
  const held = await heldStreams(pool);
  return named(
    'streams',
    streams.map((stream) => streamFinding(stream, held.has(stream.number), now)),
  );
}

function streamFinding(stream: KeptStream, held: boolean, now: Date): Finding {
  const { name, state, lag, seenAt, failure, failedAt, gapAt, publishFailure, taken, unread } = stream;
  const what = `stream ${name}`;
  const read = `${taken} taken, ${unread} in quarantine, ${lag === null ? 'lag not known' : `${lag} wait`}, ${seenAt === null ? 'nothing read yet' : `read ${ago(seenAt, now)}`}`;
  if (state === 'paused') return warn(what, `paused; ${read}`, `\`signalbox streams resume ${name}\` reads on behind what was taken`);
  if (failure !== null)
    return warn(
      what,
      `fails since ${failedAt?.toISOString() ?? 'a while'}: ${failure}; ${read}`,
      'it is opened again by itself: mend what it says',
    );
  if (!held) return warn(what, `no ingress reads it; ${read}`, 'start one; one that runs takes it within seconds');
  if (publishFailure !== null)
    return warn(what, `its decisions cannot be told: ${publishFailure}; ${read}`, 'they are told from where it stopped: mend what it says');
  if (gapAt !== null && now.getTime() - gapAt.getTime() < DAY_MS)
    return warn(
      what,
      `the broker had forgotten us ${ago(gapAt, now)}: what was sent before may be lost; ${read}`,
      'let its senders send that again',
    );
  if (lag !== null && lag > LAG_MAX) return warn(what, `behind; ${read}`, 'it reads as fast as its events are committed: see the database');
  return ok(what, read);
}
