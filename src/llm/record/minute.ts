/** How often a model may be asked: an exact sliding minute over the rows of all workers. */
import { epochMs, type LockedModel, timeOf } from './underModel.ts';

export interface MinuteLimits {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}

/**
 * A second more than the minute: a request reaches its provider some time after its row is written, so two that lie a minute apart here
 * may lie less apart there.
 */
const MINUTE_MS = 61_000;

const IN_MINUTE = `from llm_calls where model = $1 and started_at > ${timeOf('$2')} and state <> 'reused'`;
const HELD = `select count(*)::float8 as requests, coalesce(sum(input_tokens + output_tokens), 0)::float8 as tokens ${IN_MINUTE}`;
/** From the newest back, the row that must have left before another request fits in. */
const BY_REQUESTS = `select ${epochMs('started_at')} as ms ${IN_MINUTE} order by started_at desc offset $3 limit 1`;
const BY_TOKENS = `select ${epochMs('started_at')} as ms from (
    select started_at, sum(input_tokens + output_tokens) over (order by started_at desc, event_position, flow, tenant, number) as held ${IN_MINUTE}) as minute
  where held > $3 order by started_at desc limit 1`;

/** When a request of so many tokens has a place; null: now. More tokens than the limit never have one: the caller sees to that. */
export async function freeAtMs(locked: LockedModel, tokens: number, limits: MinuteLimits): Promise<number | null> {
  const { client, model, nowMs } = locked;
  const { requestsPerMinute: requestsMax, tokensPerMinute: tokensMax } = limits;
  if (requestsMax === null && tokensMax === null) return null;
  const minute = [model, nowMs - MINUTE_MS];
  // adding up is a pass over the minute; only one that is full is sorted (with 10,000 rows, that was four times as slow)
  const held = (await client.query<{ requests: number; tokens: number }>(HELD, minute)).rows[0] ?? { requests: 0, tokens: 0 };
  const lastOf = async (text: string, value: number): Promise<number[]> =>
    (await client.query<{ ms: number }>(text, [...minute, value])).rows.map(({ ms }) => ms + MINUTE_MS);
  const times = [
    ...(requestsMax !== null && held.requests >= requestsMax ? await lastOf(BY_REQUESTS, requestsMax - 1) : []),
    ...(tokensMax !== null && held.tokens + tokens > tokensMax ? await lastOf(BY_TOKENS, tokensMax - tokens) : []),
  ];
  return times.length === 0 ? null : Math.max(...times);
}

/** Between two of those who wait, so that they do not all come back at once. */
export function spacingMs(tokens: number, { requestsPerMinute, tokensPerMinute }: MinuteLimits): number {
  return Math.max(
    requestsPerMinute === null ? 0 : MINUTE_MS / requestsPerMinute,
    tokensPerMinute === null ? 0 : (MINUTE_MS * tokens) / tokensPerMinute,
  );
}
