/** How often a model may be asked: an exact sliding minute over the rows of all workers. */
import { type LockedModel, timeOf } from './underModel.ts';

export interface MinuteLimits {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}

/**
 * A second more than the minute: a request reaches its provider some time after its row is written, so two that lie a minute apart here
 * may lie less apart there.
 */
const MINUTE_MS = 61_000;

/** From the newest back, the row that must have left before another request fits in. */
const BY_REQUESTS = `select floor(extract(epoch from started_at) * 1000)::float8 as ms from llm_calls
  where model = $1 and started_at > ${timeOf('$2')} and state <> 'reused' order by started_at desc offset $3 limit 1`;
const BY_TOKENS = `select floor(extract(epoch from started_at) * 1000)::float8 as ms from (
    select started_at, sum(input_tokens + output_tokens) over (order by started_at desc, event_position, flow, tenant, number) as held
    from llm_calls where model = $1 and started_at > ${timeOf('$2')} and state <> 'reused') as minute
  where held > $3 order by started_at desc limit 1`;

/** When a request of so many tokens has a place; null: now. More tokens than the limit never have one: the caller sees to that. */
export async function freeAtMs({ client, model, nowMs }: LockedModel, tokens: number, limits: MinuteLimits): Promise<number | null> {
  const { requestsPerMinute, tokensPerMinute } = limits;
  const since = nowMs - MINUTE_MS;
  const times: number[] = [];
  if (requestsPerMinute !== null) {
    const { rows } = await client.query<{ ms: number }>(BY_REQUESTS, [model, since, requestsPerMinute - 1]);
    times.push(...rows.map(({ ms }) => ms + MINUTE_MS));
  }
  if (tokensPerMinute !== null) {
    const { rows } = await client.query<{ ms: number }>(BY_TOKENS, [model, since, tokensPerMinute - tokens]);
    times.push(...rows.map(({ ms }) => ms + MINUTE_MS));
  }
  return times.length === 0 ? null : Math.max(...times);
}

/** Between two of those who wait, so that they do not all come back at once. */
export function spacingMs(tokens: number, { requestsPerMinute, tokensPerMinute }: MinuteLimits): number {
  return Math.max(
    requestsPerMinute === null ? 0 : MINUTE_MS / requestsPerMinute,
    tokensPerMinute === null ? 0 : (MINUTE_MS * tokens) / tokensPerMinute,
  );
}
