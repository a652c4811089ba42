/**
 * What was looked up for an LLM, as lines of the timeline: the question is put together from them again for each turn, so that a turn that
 * runs again says the same.
 */
import { eventId } from '../domain/ids.ts';
import type { CaseRecord, FlowLog } from '../log/caseLog.ts';
import type { Pool } from '../log/db/database.ts';

/** A look-up that the model asked for, or the policy. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
}

export interface Found {
  readonly name: string;
  /** JSON text, masked and cut. */
  readonly result: string;
  /** Of all that strangers may have written in it, each text counted once. */
  readonly strangersChars: number;
}

export interface LookedUp extends Found {
  /** What it is, in our words or the flow's. */
  readonly label: string;
}

/** Of a line of ours. */
interface Detail extends Partial<Omit<Found, 'name'>> {
  readonly calls?: ToolCall[];
}

interface Place extends FlowLog {
  readonly eventPosition: number;
}

/** In one turn; as many as a policy may name. */
export const CALLS_MAX = 20;

const of = ({ tenant, flow, eventPosition }: Place): string => eventId({ tenant, log: flow, position: eventPosition });

export const turnKey = (place: Place, turn: number): string => `llm ${of(place)} ${turn}`;
const resultKey = (place: Place, { turn, nth }: { turn: number; nth: number }): string => `look-up ${of(place)} ${turn} ${nth}`;

/** By name, what was looked up in the turns before `turn`, in order. The same look again finds the same: the first one counts. */
export async function readFound(pool: Pool, place: Place, turn: number): Promise<Found[]> {
  if (turn === 0) return [];
  const turns = Array.from({ length: turn }, (_, at) => at);
  const nths = Array.from({ length: CALLS_MAX }, (_, nth) => nth);
  const keys = turns.flatMap((at) => [turnKey(place, at), ...nths.map((nth) => resultKey(place, { turn: at, nth }))]);
  const { rows } = await pool.query<{ key: string; detail: string }>(
    `select r.key, r.detail from unnest($3::text[]) as q(key) cross join lateral (
       select key, detail from records where tenant = $1 and log = $2 and key = q.key limit 1) r`,
    [place.tenant, `${place.flow}/cases`, keys],
  );
  const details = new Map(rows.map(({ key, detail }) => [key, JSON.parse(detail) as Detail]));
  const found = new Map<string, Found>();
  for (const at of turns)
    for (const [nth, { name }] of (details.get(turnKey(place, at))?.calls ?? []).entries()) {
      const { result, strangersChars = 0 } = details.get(resultKey(place, { turn: at, nth })) ?? {};
      // one that is missing was never written
      if (result !== undefined && !found.has(name)) found.set(name, { name, result, strangersChars });
    }
  return [...found.values()];
}

export interface LookUpResult extends Place {
  readonly subject: string;
  readonly turn: number;
  readonly nth: number;
  readonly tool: string;
  readonly result: string;
  readonly strangersChars: number;
}

export function lookUpRecord({ subject, turn, nth, tool, result, strangersChars, ...place }: LookUpResult): CaseRecord {
  return {
    kind: 'llm',
    eventPosition: place.eventPosition,
    subject,
    key: resultKey(place, { turn, nth }),
    title: `Looked up ${tool}`,
    detail: { tool, turn, result, strangersChars },
  };
}
