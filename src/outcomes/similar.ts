/**
 * Past decisions like the one that is asked about, with what turned out to be true of them: for people and for an LLM's look-up.
 *
 * Compared are the last final decisions of the flow's cases and the subject's own last ones, never more. Everything is looked up by key.
 * Nothing personal goes out: no subject, no data, no text of a reason.
 */
import type { JsonObject } from '../domain/event.ts';
import { decisionId, eventId } from '../domain/ids.ts';
import type { Pool } from '../log/db/database.ts';
import { finalOf, lastLabelOf } from './byEvent.ts';
import type { FinalBody } from './finalDecision.ts';

export interface SimilarTo {
  readonly tenant: string;
  readonly flow: string;
  readonly subject: string;
  /** The event that is asked about: it is not like itself. */
  readonly eventPosition: number;
  /** What is known of it: numbers by name. */
  readonly found: JsonObject;
  readonly score: number | null;
  readonly limit: number;
}

export interface SimilarDecision {
  decision: string;
  event: string;
  at: string;
  outcome: string;
  rung: string;
  score: number | null;
  /** Codes. */
  reasons: string[];
  truth: string | null;
  /** Of the same subject. */
  own: boolean;
  /** 0: alike in all that is known of both; 1: in nothing. */
  distance: number;
}

const CASES_MAX = 300;
const OWN_MAX = 10;
/** The subject's events that are looked through for its own decisions. */
const OWN_EVENTS_MAX = 50;
const LIMIT_MAX = 50;

interface Row {
  event_position: number;
  revision: number;
  subject: string;
  outcome: string;
  at: Date;
  body: string;
  truth: string | null;
}

/** A decision found twice is one. `(subject, position) < ...`: only the index on the subject gives that order. */
const CANDIDATES = `with own as (
    select d.* from (select position from entries where tenant = $1 and log = $2 and (subject, position) < ($3, 9223372036854775807) and subject >= $3
      and kind in ('event', 'adopt') order by subject desc, position desc limit ${OWN_EVENTS_MAX}) e
    cross join lateral (${finalOf('e.position')}) d
    where e.position <> $4 order by e.position desc limit ${OWN_MAX}
  ), by_cases as (
    select * from decisions where tenant = $1 and log = $2 || '/cases' and not provisional order by position desc limit ${CASES_MAX}
  )
  select c.event_position, c.revision, c.subject, c.outcome, c.at, c.body, l.truth from (select * from own union select * from by_cases) c
  left join lateral (${lastLabelOf('c.event_position')}) l on true
  where c.event_position <> $4`;

/** Nearest first, of equal ones the newest. */
export async function readSimilar(pool: Pool, to: SimilarTo): Promise<SimilarDecision[]> {
  const { tenant, flow, subject, eventPosition, limit } = to;
  const { rows } = await pool.query<Row>(CANDIDATES, [tenant, flow, subject, eventPosition]);
  const compared = rows.map(({ event_position: position, revision, outcome, at, body, truth, subject: whose }): SimilarDecision => {
    const { rung, score, reasons, result } = JSON.parse(body) as FinalBody;
    const place = { tenant, log: flow, position };
    return {
      ...{ decision: decisionId(place, revision), event: eventId(place), at: at.toISOString(), outcome, rung, score, truth },
      reasons: [...new Set(reasons.map(({ code }) => code))],
      own: whose === subject,
      distance: distanceTo(to, { score, features: (result as { features?: unknown }).features }),
    };
  });
  compared.sort((one, other) => one.distance - other.distance || (one.at < other.at ? 1 : -1));
  return compared.slice(0, Math.min(limit, LIMIT_MAX));
}

/**
 * The mean of the distance of the scores and of that of the features, as far as both sides have them; 1 where they share nothing.
 * Features (numbers of `found` and of the past decision's `result.features` by the same name) by the mean of |a - b| / (|a| + |b|), each
 * between 0 and 1: the Canberra distance (Lance and Williams 1967), which needs to know no feature's scale.
 */
function distanceTo({ found, score }: SimilarTo, past: { score: number | null; features: unknown }): number {
  const parts: number[] = [];
  if (score !== null && past.score !== null) parts.push(Math.abs(score - past.score));
  const other = (typeof past.features === 'object' && past.features !== null ? past.features : {}) as Record<string, unknown>;
  const terms = Object.entries(found).flatMap(([name, a]) => {
    const b = Object.hasOwn(other, name) ? other[name] : undefined;
    if (typeof a !== 'number' || typeof b !== 'number') return [];
    return [a === b ? 0 : Math.abs(a - b) / (Math.abs(a) + Math.abs(b))];
  });
  if (terms.length > 0) parts.push(mean(terms));
  return parts.length === 0 ? 1 : mean(parts);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
