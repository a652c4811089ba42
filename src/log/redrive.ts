/**
 * Takes an event out of quarantine, as a new entry of its log. One that its reflex did not fold is folded now, with the code and policy
 * that hold now, after all that came since. One that its case put aside was folded before: it goes back to its case.
 *
 * So is one that was not folded as it was too late, or had expired when it was accepted: a clock that was wrong says so of good events.
 */

import { SignalboxError } from '../domain/errors.ts';
import type { Flow } from '../domain/flow.ts';
import type { Place } from '../domain/ids.ts';
import { eventId } from '../domain/ids.ts';
import { type FoldedEntry, LATE, type States } from '../kit/fold.ts';
import { CaseIds } from './caseIds.ts';
import { caseText } from './caseText.ts';
import type { Client, Pool } from './db/database.ts';
import { EntryFolds } from './entryFolds.ts';
import { lockHead } from './head.ts';
import { readKnown } from './known.ts';
import { type Memories, memoryOf } from './memory/memories.ts';
import { type MemoryUse, usingMemory } from './memory/usingMemory.ts';
import { Policies } from './policies.ts';
import { ASIDE, type AsideRow, asideOf, BACK_TO_CASE, redriveTag } from './redriveFold.ts';
import { rewindCase } from './rewindCase.ts';

type KnownRow = AsideRow & { subject: string };

interface RedriveDeps {
  readonly pool: Pool;
  readonly flows: readonly Flow[];
  /** Needed where a flow's subjects are personal. */
  readonly caseIds?: CaseIds;
  readonly memories?: Memories;
  readonly mailed: (cases: readonly string[]) => void;
}

export interface RedrivePlace extends Place {
  /** From a preview: nothing else than what it told may become of the event. */
  readonly ifMatch?: string;
}

/**
 * The new ending, or null where no such event is in quarantine. Throws `off-schema` with the reason where it fails again, `stale` where something
 * else would become of it than `ifMatch` stands for: nothing changes then.
 */
export async function redrive(
  { pool, flows, caseIds = new CaseIds(flows), memories, mailed }: RedriveDeps,
  place: RedrivePlace,
): Promise<FoldedEntry['ending'] | null> {
  const flow = flows.find(({ name }) => name === place.log);
  if (flow === undefined) return null;
  const client = await pool.connect();
  try {
    const context = { tenant: place.tenant, flow, ...memoryOf(memories, flow.name) };
    const done = await usingMemory(context, async (use) => {
      const redriven = await redriveLocked(client, { flow, caseIds, use }, place);
      await client.query(redriven === null ? 'rollback' : 'commit');
      return redriven;
    });
    client.release();
    if (done?.found != null) mailed([caseText({ tenant: place.tenant, flow: place.log, caseId: done.caseId })]);
    return done?.ending ?? null;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function redriveLocked(
  client: Client,
  { flow, caseIds, use }: { flow: Flow; caseIds: CaseIds; use: MemoryUse },
  place: RedrivePlace,
): Promise<(FoldedEntry & { caseId: string }) | null> {
  const { tenant, log } = place;
  const head = await lockHead(client, tenant, log);
  if (head.code !== flow.code) throw new SignalboxError('other-code');
  const { rows } = await client.query<AsideRow>(
    `select e.source, e.id, e.type, e.subject, e.accepted_at, e.history, e.note, b.body from entries e join bodies b using (tenant, log, position)
     where e.tenant = $1 and e.log = $2 and e.position = $3 and ${ASIDE}`,
    [tenant, log, place.position],
  );
  const found = rows[0];
  if (found === undefined) return null;
  const { policy, version } = await new Policies().get(client, tenant, flow, head.policy ?? '');
  const { subject, folding, folds } = asideOf(flow, { place, row: found }, policy);
  const row: KnownRow = { ...found, subject };
  const { keys, anyway = false } = folding;
  const wanted = { arrivals: [], keys: new Set(keys instanceof Error ? [] : keys), subjects: new Set([subject]) };
  const known = await readKnown(client, { ...place, flow }, wanted);
  const position = head.position + 1;
  const memory = folds ? await use.at(client, head) : null;
  const entryFolds = new EntryFolds({ context: { ...place, flow }, policy, known, memory, atMs: head.nowMs });
  const entry = folds ? entryFolds.fold(folding, { ...row, entry: position }) : BACK_TO_CASE;
  if (entry.ending === 'quarantined') throw new SignalboxError('off-schema', `${eventId(place)} cannot be folded: ${entry.note}`);
  if (place.ifMatch !== undefined && place.ifMatch !== redriveTag({ place, note: found.note, code: head.code, policy: version, entry }))
    throw new SignalboxError('stale', 'Something else would become of it than the preview said');
  use.movesTo(position);
  const caseId = caseIds.of({ tenant, flow: flow.name, subject });
  if (entry.found !== null) await rewindCase(client, { tenant, flow: log, caseId }, place.position);
  await write(client, { flow, place, row, entry, states: known.states, caseId, version, position, folds, anyway });
  await entryFolds.write(client);
  return { ...entry, caseId };
}

interface RedriveWrite {
  /** False: the state holds it already. */
  readonly folds: boolean;
  /** It was too late. */
  readonly anyway: boolean;
  readonly flow: Flow;
  readonly place: Place;
  readonly row: KnownRow;
  readonly entry: FoldedEntry;
  readonly states: States;
  readonly caseId: string;
  readonly version: string;
  readonly position: number;
}

async function write(
  client: Client,
  { flow, place, row, entry, states, caseId, version, position, folds, anyway }: RedriveWrite,
): Promise<void> {
  const { tenant, log } = place;
  // a rebuild folds at this entry, unless it names the subject whose case the event went back to
  await client.query(
    "insert into entries (tenant, log, position, kind, accepted_at, note, subject, type) values ($1, $2, $3, 'redrive', now(), $4, $5, $6)",
    [...[tenant, log, position, String(place.position)], folds ? null : row.subject, anyway ? LATE : null],
  );
  await client.query('update heads set position = $3 where tenant = $1 and log = $2', [tenant, log, position]);
  await client.query('update entries set ending = $4, note = $5, subject = $6 where tenant = $1 and log = $2 and position = $3', [
    ...[tenant, log, place.position],
    ...[entry.ending, entry.note, row.subject],
  ]);
  for (const key of entry.changed) {
    await client.query(
      `insert into states (tenant, log, key, format, value) values ($1, $2, $3, $4, $5)
       on conflict (tenant, log, key) do update set format = excluded.format, value = excluded.value`,
      [tenant, log, key, flow.reflex?.format ?? 0, states.get(key)],
    );
  }
  if (entry.decision !== null) {
    const { outcome, provisional, ...body } = entry.decision;
    await client.query(
      `insert into decisions (tenant, log, position, flow, event_position, revision, subject, outcome, provisional, policy, at, body)
       values ($1, $2, $3, $2, $4, 0, $5, $6, $7, $8, now(), $9)`,
      [tenant, log, position, place.position, row.subject, outcome, provisional, version, JSON.stringify(body)],
    );
  }
  if (entry.found !== null) {
    await client.query(
      'insert into mailboxes (tenant, flow, case_id, position, subject, bytes, found, why) values ($1, $2, $3, $4, $5, $6, $7, $8)',
      [...[tenant, log, caseId, place.position], ...[row.subject, row.body.length, entry.found, entry.why ?? 'decide']],
    );
  }
}
