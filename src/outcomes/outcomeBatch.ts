/** What the follower of outcomes takes from a flow's two logs at once: the next entries with the data it needs, the final decisions beside them. */
import type { Ending, JsonObject } from '../domain/event.ts';
import type { Flow } from '../domain/flow.ts';
import { DECISION_OUTCOME } from '../domain/outcomes.ts';
import { storedObject } from '../domain/storedData.ts';
import type { Client } from '../log/db/database.ts';
import { type FinalDecision, readCaseFinals, readReflexFinals } from './finalDecision.ts';

/** One transaction's worth: some tens of milliseconds. Bodies may be a megabyte each, so they have a limit of their own. */
const ENTRIES_MAX = 2000;
const BODY_BYTES_MAX = 8 * 1024 * 1024;

export interface OutcomeContext {
  readonly tenant: string;
  readonly flow: Flow;
}

/** Positions of the last entry and of the last record of cases that were followed. */
export interface Followed {
  readonly accepted: number;
  readonly cases: number;
}

/** An event as the follower reads it. Without data where its body is gone, or where nothing in it is of interest. */
export interface SeenEvent {
  readonly position: number;
  readonly type: string;
  readonly subject: string;
  readonly ending: Ending;
  readonly timeMs: number;
  readonly acceptedAtMs: number;
  readonly history: boolean;
  readonly data: JsonObject | null;
}

export interface OutcomeBatch {
  /** With those that were redriven, under their own positions. */
  readonly events: readonly SeenEvent[];
  readonly codes: readonly { readonly position: number; readonly code: string }[];
  readonly finals: readonly FinalDecision[];
  readonly upTo: Followed;
  readonly newestMs: number | null;
  /** A limit was met: there may be more at once. What came meanwhile is not: a steady stream is followed a pause at a time. */
  readonly more: boolean;
}

interface Row extends Omit<SeenEvent, 'data'> {
  kind: string;
  note: string | null;
}

/** Times as numbers: reading 4,000 of them as dates was a tenth of a batch. */
const COLUMNS = `position, kind, type, subject, ending, note, history,
  (extract(epoch from time) * 1000)::float8 as "timeMs", (extract(epoch from accepted_at) * 1000)::float8 as "acceptedAtMs"`;
const NEXT = `select ${COLUMNS} from entries where tenant = $1 and log = $2 and position > $3 order by position limit ${ENTRIES_MAX}`;
const AT = `select e.* from unnest($3::bigint[]) q(place)
  cross join lateral (select ${COLUMNS} from entries where tenant = $1 and log = $2 and position = q.place limit 1) e`;

const sized = (bodies: string): string => `select position, body, bytes_before + octet_length(body) >= ${BODY_BYTES_MAX} as full from (
    select position, body, sum(octet_length(body)) over (order by position) - octet_length(body) as bytes_before from (${bodies}) b
  ) s where bytes_before < ${BODY_BYTES_MAX} order by position`;
/** A stretch of the log costs less than a look for each. */
const BODIES = sized('select position, body from bodies where tenant = $1 and log = $2 and position > $3 and position <= $4');
const BODIES_AT = sized(`select b.* from unnest($3::bigint[]) q(place)
  cross join lateral (select position, body from bodies where tenant = $1 and log = $2 and position = q.place limit 1) b`);

type Body = { position: number; body: string; full: boolean };

export async function readOutcomeBatch(client: Client, { tenant, flow }: OutcomeContext, after: Followed): Promise<OutcomeBatch> {
  const log = [tenant, flow.name];
  const next = await client.query<Row>(NEXT, [...log, after.accepted]);
  const last = next.rows.at(-1)?.position ?? after.accepted;
  const named = next.rows.filter(({ type }) => type === DECISION_OUTCOME).map(({ position }) => position);
  const bodies =
    flow.labels === undefined
      ? await client.query<Body>(BODIES_AT, [...log, named])
      : await client.query<Body>(BODIES, [...log, after.accepted, last]);
  // where the bodies are too many for one batch, it ends with the last of them
  const end = bodies.rows.at(-1);
  const accepted = end?.full === true ? end.position : last;
  const rows = next.rows.filter(({ position }) => position <= accepted);
  const redriven = rows.filter(({ kind }) => kind === 'redrive').map(({ note }) => Number(note));
  const again = await readAgain(client, { tenant, flow }, redriven);
  const dataOf = new Map([...bodies.rows, ...again.bodies].map(({ position, body }) => [position, body]));
  const events = rows.filter(({ kind }) => kind === 'event' || kind === 'adopt');
  const timeMsOf = new Map([...events, ...again.events].map(({ position, timeMs }) => [position, timeMs]));
  const reflex = await readReflexFinals(client, { tenant, flow: flow.name }, { after: after.accepted, upTo: accepted, timeMsOf });
  // read before the decisions: what is recorded after it is for the next batch
  const head = await casesHead(client, { tenant, flow });
  const byCases = await readCaseFinals(client, { tenant, flow: flow.name }, { after: after.cases, upTo: head });
  return {
    events: [...events, ...again.events].map((row) => seenEvent(row, dataOf.get(row.position))),
    codes: rows.filter(({ kind }) => kind === 'code').map(({ position, note }) => ({ position, code: note ?? '' })),
    finals: [...reflex, ...byCases.decisions],
    upTo: { accepted, cases: byCases.cut ? (byCases.decisions.at(-1)?.position ?? head) : head },
    newestMs: events.reduce<number | null>((newest, { timeMs }) => Math.max(newest ?? timeMs, timeMs), null),
    more: next.rows.length === ENTRIES_MAX || end?.full === true || byCases.cut,
  };
}

/** Events at these positions; those whose bodies are too many for one batch are left out. */
export async function readSeen(client: Client, context: OutcomeContext, positions: readonly number[]): Promise<SeenEvent[]> {
  const { events, bodies } = await readAgain(client, context, positions);
  const dataOf = new Map(bodies.map(({ position, body }) => [position, body]));
  return events.map((row) => seenEvent(row, dataOf.get(row.position)));
}

async function readAgain(
  client: Client,
  { tenant, flow }: OutcomeContext,
  positions: readonly number[],
): Promise<{ events: Row[]; bodies: Body[] }> {
  if (positions.length === 0) return { events: [], bodies: [] };
  const values = [tenant, flow.name, positions];
  return { events: (await client.query<Row>(AT, values)).rows, bodies: (await client.query<Body>(BODIES_AT, values)).rows };
}

async function casesHead(client: Client, { tenant, flow }: OutcomeContext): Promise<number> {
  const { rows } = await client.query<{ position: number }>('select position from heads where tenant = $1 and log = $2', [
    tenant,
    `${flow.name}/cases`,
  ]);
  return rows[0]?.position ?? 0;
}

function seenEvent({ position, type, subject, ending, timeMs, acceptedAtMs, history }: Row, body: string | undefined): SeenEvent {
  const data = storedObject(body);
  return { position, type, subject, ending, timeMs, acceptedAtMs, history, data };
}
