/** What a batch writes: gathered by columns, and written in one statement. */
import type { DecisionDraft } from '../domain/decision.ts';
import type { StateBytes } from '../domain/flow/reflex.ts';
import { decisionId } from '../domain/ids.ts';
import type { foldEntry, States } from '../kit/fold.ts';
import type { AcceptedDecision, AcceptedEvent, Arrival, LogContext } from './arrival.ts';
import { WRITE, WRITE_ONE } from './batchStatements.ts';
import { CaseIds } from './caseIds.ts';
import { ONE_ROW, SOME_ROWS } from './db/columns.ts';
import { packedBytes, packedTexts } from './db/packedArray.ts';
import type { Statement } from './db/together.ts';

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
    why: [] as string[],
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
    if (caseId !== null) this.#addMail({ position, caseId, subject: subject ?? '', bytes: event.body.length }, entry);
    return {
      result: 'accepted',
      log,
      position,
      acceptedAt: this.#acceptedAt,
      subject,
      ending: entry.ending,
      note: entry.note,
      decision,
      caseId,
      acts: entry.why === 'act',
    };
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

  #addMail(mail: { position: number; caseId: string; subject: string; bytes: number }, { found, why }: Entry): void {
    this.#mail.position.push(mail.position);
    this.#mail.caseId.push(mail.caseId);
    this.#mail.subject.push(mail.subject);
    this.#mail.bytes.push(mail.bytes);
    this.#mail.found.push(found ?? '{}');
    this.#mail.why.push(why ?? 'decide');
  }

  /** Writes all rows, and `position` as the head's new one. */
  statement(position: number, fold: FoldedStates): Statement {
    const one = this.count === 1;
    return { ...(one ? WRITE_ONE : WRITE), values: this.values(position, fold, one ? ONE_ROW : SOME_ROWS) };
  }

  /** The parameters of `writing`. States are arrays always: an event may change several. */
  values(position: number, fold: FoldedStates, as = SOME_ROWS): Statement['values'] {
    const { tenant, log, flow } = this.#context;
    const [e, d, m] = [this.#entries, this.#decisions, this.#mail];
    const keys = [...fold.changed];
    // told apart, as `on conflict` costs twice as much: under the head's lock nobody else writes a state of this log
    const added = keys.filter((key) => !fold.stored.has(key));
    const replaced = keys.filter((key) => fold.stored.has(key));
    const valuesOf = (some: readonly string[]) => packedBytes(some.map((key) => fold.states.get(key) as StateBytes));
    return [
      ...[tenant, log, position, this.#acceptedAt, flow?.reflex?.format ?? 0, this.#policy],
      ...[as.positions(e.position), as.texts(e.source), as.texts(e.id), as.texts(e.type), as.texts(e.subject)],
      ...[as.times(e.timeMs), as.bytes(e.hash), as.texts(e.ending), as.booleans(e.history), as.texts(e.note), as.texts(e.body)],
      ...[as.positions(d.position), as.texts(d.subject), as.texts(d.outcome), as.booleans(d.provisional), as.texts(d.body)],
      ...[packedTexts(added), valuesOf(added), packedTexts(replaced), valuesOf(replaced)],
      ...[as.positions(m.position), as.texts(m.caseId), as.texts(m.subject), as.integers(m.bytes), as.texts(m.found)],
      ...[as.texts(e.actor), as.texts(m.why)],
    ];
  }
}
