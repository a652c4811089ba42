/**
 * What an LLM asked to look up and what it was told, as lines of the timeline: the conversation is put together from them again for
 * each turn, so that a turn that runs again says the same.
 */
import { eventId } from '../domain/ids.ts';
import type { CaseRecord, FlowLog } from '../log/caseLog.ts';
import type { Pool } from '../log/db/database.ts';

/** A tool that the model called, by the id that it gave the call. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
}

export interface LookedUp extends ToolCall {
  /** JSON text, masked and cut. */
  readonly result: string;
  /** Of all that strangers wrote in it, each text counted once. */
  readonly strangersChars: number;
}

/** Of a line of ours. */
interface Detail extends Partial<Pick<LookedUp, 'result' | 'strangersChars'>> {
  readonly calls?: ToolCall[];
}

interface Place extends FlowLog {
  readonly eventPosition: number;
}

/** At once; a model that wants more is told of these. */
export const CALLS_MAX = 8;

const of = ({ tenant, flow, eventPosition }: Place): string => eventId({ tenant, log: flow, position: eventPosition });

export const turnKey = (place: Place, turn: number): string => `llm ${of(place)} ${turn}`;
const resultKey = (place: Place, { turn, nth }: { turn: number; nth: number }): string => `look-up ${of(place)} ${turn} ${nth}`;

/** The turns before `turn`, in order: each with what was looked up. A result that is missing was never written: it is left out. */
export async function readTurns(pool: Pool, place: Place, turn: number): Promise<LookedUp[][]> {
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
  return turns.map((at) =>
    (details.get(turnKey(place, at))?.calls ?? []).flatMap(({ id, name }, nth) => {
      const { result, strangersChars = 0 } = details.get(resultKey(place, { turn: at, nth })) ?? {};
      return result === undefined ? [] : [{ id, name, result, strangersChars }];
    }),
  );
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
