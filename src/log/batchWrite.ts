/** What a batch writes, in one statement. */
import type { DecisionDraft } from '../decision.ts';
import type { StateBytes } from '../flow.ts';
import { decisionId } from '../ids.ts';
import type { AcceptedDecision, AcceptedEvent, Arrival, LogContext } from './arrival.ts';
import { CaseIds } from './caseIds.ts';
import type { foldEntry, States } from './fold.ts';
import { packedBooleans, packedBytes, packedIntegers, packedPositions, packedTexts, packedTimes } from './packedArray.ts';
import type { Statement } from './together.ts';

type Entry = ReturnType<typeof foldEntry>;

/** A batch's states after folding: those that the database held before, and those that have changed. */
interface FoldedStates {
  readonly states: States;
  readonly stored: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
}

/** What of an arrival goes into its row. */
interface Writable {
  readonly event: Pick<Arrival['event'], 'source' | 'id' | 'type' | 'hash' | 'body'>;
  readonly history: boolean;
  readonly actor?: string | null;
}

/** Gathers the columns of a batch's rows. */
export class BatchWrite {
  readonly #context: LogContext;
  readonly #acceptedAt: string;
  readonly #policy: string;
  readonly #caseIds: CaseIds;
  readonly #entries = {
    position: [] as number[],
    source: [] as string[],
    id: [] as string[],
    type: [] as string[],
    subject: [] as (string | null)[],
    timeMs: [] as number[],
    hash: [] as Buffer[],
    ending: [] as string[],
    history: [] as boolean[],
    note: [] as (string | null)[],
    body: [] as string[],
    actor: [] as (string | null)[],
  };
  readonly #decisions = {
    position: [] as number[],
    subject: [] as string[],
    outcome: [] as string[],
    provisional: [] as boolean[],
    body: [] as string[],
  };
  readonly #mail = {
    position: [] as number[],
    caseId: [] as string[],
    subject: [] as string[],
    bytes: [] as number[],
    found: [] as string[],
  };

  constructor(context: LogContext, acceptedAtMs: number, policy: string) {
    this.#context = context;
    this.#acceptedAt = new Date(acceptedAtMs).toISOString();
    this.#policy = policy;
    this.#caseIds = context.caseIds ?? new CaseIds(context.flow === null ? [] : [context.flow]);
  }

  get count(): number {
    return this.#entries.position.length;
  }

  add(
    { event, history, actor }: Writable,
    place: { position: number; timeMs: number; subject: string | null },
    entry: Entry,
  ): AcceptedEvent {
    const { tenant, flow, log } = this.#context;
    const { position, timeMs, subject } = place;
    const e = this.#entries;
    e.position.push(position);
    e.source.push(event.source);
    e.id.push(event.id);
    e.type.push(event.type);
    e.subject.push(subject);
    e.timeMs.push(timeMs);
    e.hash.push(event.hash);
    e.ending.push(entry.ending);
    e.history.push(history);
    e.note.push(entry.note);
    e.body.push(event.body);
    e.actor.push(actor ?? null);
    const decision = entry.decision === null ? null : this.#addDecision(position, subject ?? '', entry.decision);
    const caseId = entry.found === null || flow === null ? null : this.#caseIds.of({ tenant, flow: log, subject: subject ?? '' });
    if (caseId !== null) this.#addMail({ position, caseId, subject: subject ?? '', bytes: event.body.length }, entry.found ?? '{}');
    return { result: 'accepted', log, position, acceptedAt: this.#acceptedAt, subject, ending: entry.ending, decision, caseId };
  }

  #addDecision(position: number, subject: string, draft: DecisionDraft): AcceptedDecision {
    const { tenant, log } = this.#context;
    const { outcome, confidence, score, rung, reasons, result, provisional, rungs } = draft;
    const members = JSON.stringify({ confidence, score, rung, reasons, result }).slice(1, -1);
    this.#decisions.position.push(position);
    this.#decisions.subject.push(subject);
    this.#decisions.outcome.push(outcome);
    this.#decisions.provisional.push(provisional);
    this.#decisions.body.push(`{${members},"rungs":${JSON.stringify(rungs)}}`);
    const id = decisionId({ tenant, log, position }, 0);
    return { id, outcome, confidence, score, rung, reasons, result, provisional, rungs, policy: this.#policy, members };
  }

  #addMail(mail: { position: number; caseId: string; subject: string; bytes: number }, found: string): void {
    this.#mail.position.push(mail.position);
    this.#mail.caseId.push(mail.caseId);
    this.#mail.subject.push(mail.subject);
    this.#mail.bytes.push(mail.bytes);
    this.#mail.found.push(found);
  }

  /** Writes all rows, and `position` as the head's new one. */
  statement(position: number, fold: FoldedStates): Statement {
    return { ...WRITE, values: this.values(position, fold) };
  }

  /** The parameters of `writing`. */
  values(position: number, fold: FoldedStates): Statement['values'] {
    const { tenant, log, flow } = this.#context;
    const [e, d, m] = [this.#entries, this.#decisions, this.#mail];
    const keys = [...fold.changed];
    // told apart, as `on conflict` costs twice as much: under the head's lock nobody else writes a state of this log
    const added = keys.filter((key) => !fold.stored.has(key));
    const replaced = keys.filter((key) => fold.stored.has(key));
    const valuesOf = (some: readonly string[]) => packedBytes(some.map((key) => fold.states.get(key) as StateBytes));
    return [
      ...[tenant, log, position, this.#acceptedAt, flow?.reflex?.format ?? 0, this.#policy],
      ...[packedPositions(e.position), ...[e.source, e.id, e.type, e.subject].map(packedTexts), packedTimes(e.timeMs), packedBytes(e.hash)],
      ...[packedTexts(e.ending), packedBooleans(e.history), packedTexts(e.note), packedTexts(e.body)],
      ...[packedPositions(d.position), packedTexts(d.subject), packedTexts(d.outcome), packedBooleans(d.provisional), packedTexts(d.body)],
      ...[packedTexts(added), valuesOf(added), packedTexts(replaced), valuesOf(replaced)],
      ...[packedPositions(m.position), packedTexts(m.caseId), packedTexts(m.subject), packedIntegers(m.bytes), packedTexts(m.found)],
      packedTexts(e.actor),
    ];
  }
}

/** The number of the last parameter that `BatchWrite.values` gives. */
export const PARAMETERS = 32;

/** One statement for all rows of a batch; `entries` are the common table expressions that write what is told apart: the entries themselves. */
export const writing = (entries: string): string => `with ${entries}, b as (
    insert into bodies (tenant, log, position, body) select $1, $2, q.position, q.body from unnest($7::bigint[], $17::text[]) as q(position, body)
  ), d as (
    insert into decisions (tenant, log, position, flow, event_position, revision, subject, outcome, provisional, policy, at, body)
    select $1, $2, q.position, $2, q.position, 0, q.subject, q.outcome, q.provisional, $6, $4::timestamptz, q.body
    from unnest($18::bigint[], $19::text[], $20::text[], $21::bool[], $22::text[]) as q(position, subject, outcome, provisional, body)
  ), s as (
    insert into states (tenant, log, key, format, value) select $1, $2, q.key, $5::smallint, q.value from unnest($23::text[], $24::bytea[]) as q(key, value)
  ), u as (
    update states s set format = $5::smallint, value = q.value from unnest($25::text[], $26::bytea[]) as q(key, value) cross join lateral (
      select ctid from states t where t.tenant = $1 and t.log = $2 and t.key = q.key limit 1) t where s.ctid = t.ctid
  ), m as (
    insert into mailboxes (tenant, flow, case_id, position, subject, bytes, found)
    select $1, $2, q.case_id, q.position, q.subject, q.bytes, q.found
    from unnest($27::bigint[], $28::text[], $29::text[], $30::int[], $31::text[]) as q(position, case_id, subject, bytes, found)
  )
  update heads set position = $3 where tenant = $1 and log = $2`;

/** Identities are inserted in byte order: two logs that meet in two keys then wait for each other instead of locking up. */
const WRITE = {
  name: 'signalbox-write',
  text: writing(`e as (
    insert into entries (tenant, log, position, kind, accepted_at, source, id, type, subject, time, hash, ending, history, note, actor)
    select $1, $2, q.position, 'event', $4::timestamptz, q.source, q.id, q.type, q.subject, q.time, q.hash, q.ending, q.history, q.note, q.actor
    from unnest($7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::bytea[], $14::text[], $15::bool[], $16::text[], $32::text[])
      as q(position, source, id, type, subject, time, hash, ending, history, note, actor)
  ), i as (
    insert into identities (tenant, source, id, log, position, hash)
    select $1, q.source, q.id, $2, q.position, q.hash from unnest($7::bigint[], $8::text[], $9::text[], $13::bytea[]) as q(position, source, id, hash)
    order by q.source collate "C", q.id collate "C"
  )`),
};
