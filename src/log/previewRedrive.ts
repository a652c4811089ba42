/**
 * What redriving would do, and to what, without doing it: events are folded one after the other as they would be, in a transaction that may not
 * write. What the events of a moment later change is not foreseen; `etag` then keeps a redrive from doing anything else than what was told.
 */
import { SignalboxError } from '../domain/errors.ts';
import type { Flow } from '../domain/flow.ts';
import { eventId, type Place } from '../domain/ids.ts';
import { type FoldedEntry, foldEntry } from '../kit/fold.ts';
import type { Refused } from '../wire/preview.ts';
import type { CaseIds } from './caseIds.ts';
import type { Client, Pool } from './db/database.ts';
import { readKnown } from './known.ts';
import { LogMemory } from './memory/logMemory.ts';
import { Policies } from './policies.ts';
import { type AsidePlace, type EventFilter, type ReasonGroup, readAside, readGroups } from './readAside.ts';
import { type Aside, asideOf, BACK_TO_CASE, redriveTag } from './redriveFold.ts';

export interface PreviewedEvent {
  readonly row: AsidePlace;
  readonly subject: string | null;
  /** Null where it would be refused. */
  readonly entry: FoldedEntry | null;
  readonly refused: Refused | null;
  readonly etag: string;
}

export interface EventsPreviewed {
  readonly items: readonly PreviewedEvent[];
  readonly groups: readonly ReasonGroup[];
  /** Of all that fit, up to a limit; `more`: there are more than that. */
  readonly total: { readonly count: number; readonly more: boolean };
  /** Whether more fit behind the last item. */
  readonly more: boolean;
}

interface PreviewDeps {
  readonly pool: Pool;
  readonly flows: readonly Flow[];
  readonly caseIds: CaseIds;
}

export async function previewRedrive({ pool, flows, caseIds }: PreviewDeps, asked: EventFilter): Promise<EventsPreviewed> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const { rows, more } = await readAside(client, asked);
    const items: PreviewedEvent[] = [];
    for (const log of new Set(rows.map((row) => row.log))) {
      const flow = flows.find(({ name }) => name === log);
      const ofLog = rows.filter((row) => row.log === log);
      items.push(...(await previewLog(client, { tenant: asked.tenant, log, flow, caseIds }, ofLog)));
    }
    const { groups, total } = await readGroups(client, asked);
    await client.query('rollback');
    client.release();
    return { items, groups, total, more };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

interface LogAsked {
  readonly tenant: string;
  readonly log: string;
  readonly flow: Flow | undefined;
  readonly caseIds: CaseIds;
}

async function previewLog(client: Client, of: LogAsked, rows: readonly AsidePlace[]): Promise<PreviewedEvent[]> {
  const { tenant, log, flow } = of;
  const head = await headOf(client, tenant, log);
  try {
    if (flow === undefined) throw new SignalboxError('not-found', `This build has no flow ${log}`);
    if (head.code !== flow.code) throw new SignalboxError('other-code');
    const { policy, version } = await new Policies().get(client, tenant, flow, head.policy ?? '');
    const folded = await foldAll(client, { ...of, flow, policy, position: head.position }, rows);
    const busy = await busyCases(client, of, folded);
    return folded.map(({ row, subject, entry, refused, caseId }) => {
      const ending = entry ?? { ...BACK_TO_CASE, ending: 'quarantined' as const };
      const place = { tenant, log, position: row.position };
      const etag = redriveTag({ place, note: row.note, code: head.code, policy: version, entry: ending });
      const wait = refused === null && entry?.found !== null && caseId !== null && busy.has(caseId);
      return wait
        ? { row, subject, entry: null, refused: refusedBy(new SignalboxError('case-busy')), etag }
        : { row, subject, entry, refused, etag };
    });
  } catch (error) {
    // what stands against the flow stands against each of its events
    if (!(error instanceof SignalboxError)) throw error;
    return rows.map((row) => ({ row, subject: row.subject, entry: null, refused: refusedBy(error), etag: '' }));
  }
}

const refusedBy = ({ code, message }: SignalboxError): Refused => ({ code, detail: message });

async function headOf(client: Client, tenant: string, log: string) {
  const { rows } = await client.query<{ position: number; code: string | null; policy: string | null }>(
    'select position, code, policy from heads where tenant = $1 and log = $2',
    [tenant, log],
  );
  return rows[0] ?? { position: 0, code: null, policy: null };
}

interface Folds extends LogAsked {
  readonly flow: Flow;
  readonly policy: unknown;
  /** Of the head. */
  readonly position: number;
}

interface FoldedAside {
  readonly row: AsidePlace;
  readonly subject: string | null;
  readonly entry: FoldedEntry | null;
  readonly refused: Refused | null;
  readonly caseId: string | null;
}

/** Each after those before it, as they would have left the states. */
async function foldAll(client: Client, of: Folds, rows: readonly AsidePlace[]): Promise<FoldedAside[]> {
  const { tenant, log, flow, policy, position, caseIds } = of;
  const asides = rows.map((row) => ({ row, aside: asideOrRefusal(of, row) }));
  const ready = asides.flatMap(({ aside }) => (aside instanceof SignalboxError ? [] : [aside]));
  const keys = new Set(ready.flatMap(({ folding }) => (folding.keys instanceof Error ? [] : folding.keys)));
  const { states } = await readKnown(client, { tenant, log, flow }, { arrivals: [], keys, subjects: new Set() });
  const memory = flow.reflex?.memory;
  // of this transaction alone: what it learns here never was
  const held = memory === undefined ? null : await new LogMemory({ tenant, flow, memory }).hold(client, { position });
  const folded = asides.map(({ row, aside }): FoldedAside => {
    if (aside instanceof SignalboxError) return { row, subject: row.subject, entry: null, refused: refusedBy(aside), caseId: null };
    const { subject, folding, folds } = aside;
    const entry = folds ? foldEntry({ flow, policy, states, memory: held?.remembered ?? null }, folding) : BACK_TO_CASE;
    if (entry.ending !== 'quarantined') return { row, subject, entry, refused: null, caseId: caseIds.of({ tenant, flow: log, subject }) };
    return { row, subject, entry: null, refused: { code: 'off-schema', detail: entry.note ?? '' }, caseId: null };
  });
  held?.drop();
  return folded;
}

function asideOrRefusal({ flow, tenant, log, policy }: Folds, row: AsidePlace): Aside | SignalboxError {
  const place: Place = { tenant, log, position: row.position };
  try {
    return asideOf(flow, { place, row }, policy);
  } catch (error) {
    if (error instanceof SignalboxError) return error;
    throw new Error(`Cannot preview ${eventId(place)}`, { cause: error });
  }
}

/** Those that have not acknowledged their last signal: an event cannot be put before it now. */
async function busyCases(client: Client, { tenant, log }: LogAsked, folded: readonly FoldedAside[]): Promise<Set<string>> {
  const caseIds = [...new Set(folded.flatMap(({ caseId }) => (caseId === null ? [] : [caseId])))];
  const { rows } = await client.query<{ case_id: string }>(
    'select case_id from deliveries where tenant = $1 and flow = $2 and case_id = any($3::text[]) and sent > taken',
    [tenant, log, caseIds],
  );
  return new Set(rows.map(({ case_id: caseId }) => caseId));
}
