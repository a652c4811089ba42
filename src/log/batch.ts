/**
 * One batch of one log as one transaction, in two round trips: lock the head, dedupe and read states; write and commit.
 *
 * The head is locked in a statement of its own: a statement that waits for a lock still sees the snapshot from before the
 * wait, so locking and reading in one would miss what the last holder wrote. The statements of a round trip are sent together and run one after
 * the other, each with its own snapshot (pg's pipeline mode; four round trips took a third longer on one connection). Positions are
 * drawn under the lock, so their order is the order of folding and of committing.
 */
import type { Socket } from 'node:net';
import type { DecisionDraft } from '../decision.ts';
import { SignalboxError } from '../errors.ts';
import type { Ending, FlowEvent, IncomingEvent, JsonObject } from '../event.ts';
import type { Flow } from '../flow.ts';
import { decisionId } from '../ids.ts';
import { instantMs } from '../instant.ts';
import { workflowId } from '../workflowId.ts';
import type { Client } from './database.ts';
import { effectiveTime, foldEntry, keysOf, type States } from './fold.ts';
import type { Policies } from './policies.ts';

/** An event on its way into a log: parsed, routed, its data checked against the flow's schema. */
export interface Arrival {
  readonly event: IncomingEvent;
  readonly subject: string | null;
  readonly data: JsonObject;
  readonly history: boolean;
}

export interface AcceptedEvent {
  readonly result: 'accepted';
  readonly log: string;
  readonly position: number;
  readonly acceptedAtMs: number;
  readonly subject: string | null;
  readonly ending: Ending;
  readonly decision: (DecisionDraft & { id: string; policy: string }) | null;
  readonly caseId: string | null;
}

export type Answer =
  | AcceptedEvent
  /** The identity was accepted before, with this content (`same`) or other. */
  | { readonly result: 'known'; readonly same: boolean; readonly log: string; readonly position: number };

export interface LogContext {
  readonly tenant: string;
  readonly log: string;
  readonly flow: Flow | null;
  readonly policies: Policies;
}

interface Head {
  readonly position: number;
  readonly code: string | null;
  readonly policy: string | null;
}

/** Names are `[a-z0-9-]`, checked where flows and tenants are made; quoted all the same. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Sends the queries that `send` makes in one write to the socket. A write costs as much as the rest of a small query, and wakes the
 * server: without this, a third of a small batch's time went into four of them.
 */
function together<T>(client: Client, send: () => Promise<T>): Promise<T> {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}

/** Opens the transaction and locks the head: one round trip, two statements, each with its own snapshot. */
export async function lockHead(client: Client, tenant: string, log: string): Promise<Head> {
  const results = (await client.query(
    `begin; select position, code, policy from heads where tenant = ${literal(tenant)} and log = ${literal(log)} for no key update`,
  )) as unknown as { rows: Head[] }[];
  const head = results[1]?.rows[0];
  if (head === undefined) throw new Error(`Cannot append as the log ${tenant}/${log} has no head`);
  return head;
}

/** `limit 1` forces a look into the index for each key: a plain join went through all of the log's rows, hashed or one by one (tried). */
const READ = {
  name: 'signalbox-read',
  text: `select i.source, i.id, i.log, i.position, i.hash, null::text as key, null::bytea as value
    from unnest($2::text[], $3::text[]) as q(source, id) cross join lateral (
      select * from identities i where i.tenant = $1 and i.source = q.source and i.id = q.id limit 1) i
  union all
  select null, null, null, null, null, s.key, s.value
    from unnest($5::text[]) as q(key) cross join lateral (select * from states s where s.tenant = $1 and s.log = $4 and s.key = q.key limit 1) s`,
};

interface ReadRow {
  source: string;
  id: string;
  log: string;
  position: number;
  hash: Buffer;
  key: string | null;
  value: Buffer;
}

const identityKey = (source: string, id: string): string => `${source.length} ${source}${id}`;

/** Accepts a batch and commits it. The caller rolls back on a throw; `client` is in pipeline mode. */
export async function appendBatch(client: Client, context: LogContext, arrivals: readonly Arrival[], sent: () => void): Promise<Answer[]> {
  const { tenant, log, flow } = context;
  const acceptedAtMs = Date.now();
  const drafts = arrivals.map((arrival) => draftOf(flow, arrival, acceptedAtMs));
  const [head, { rows }] = await together(client, () =>
    Promise.all([lockHead(client, tenant, log), readKnown(client, context, { arrivals, drafts })]),
  );
  if (flow !== null && head.code !== flow.code)
    throw new SignalboxError(
      'other-code',
      `The flow ${flow.name} runs code ${head.code?.slice(0, 12) ?? 'unknown'}, this ingress has ${flow.code.slice(0, 12)}`,
    );
  const policy = flow === null ? null : await context.policies.get(client, tenant, flow, head.policy ?? '');
  const seen = new Map<string, { hash: Buffer; log: string; position: number }>();
  const states: States = new Map();
  for (const row of rows) {
    if (row.key === null) seen.set(identityKey(row.source, row.id), row);
    else states.set(row.key, row.value);
  }
  const write = new BatchWrite(context, acceptedAtMs, policy?.version ?? '');
  const stored = new Set(states.keys());
  const changed = new Set<string>();
  const answers = arrivals.map((arrival, at): Answer => {
    const { event, subject, history } = arrival;
    const key = identityKey(event.source, event.id);
    const before = seen.get(key);
    if (before !== undefined) return { result: 'known', same: before.hash.equals(event.hash), log: before.log, position: before.position };
    const position = head.position + write.count + 1;
    seen.set(key, { hash: event.hash, log, position });
    const { flowEvent, keys } = drafts[at] as Draft;
    const folding = {
      event: { ...flowEvent, position },
      keys,
      expired: event.expiresAt !== null && instantMs(event.expiresAt) <= acceptedAtMs,
      history,
    };
    const entry = foldEntry({ flow, policy: policy?.policy, states }, folding);
    for (const changedKey of entry.changed) changed.add(changedKey);
    return write.add(arrival, { position, timeMs: flowEvent.timeMs, subject }, entry);
  });
  const committed = write.commit(client, head.position + write.count, { states, stored, changed });
  sent();
  await committed;
  return answers;
}

function readKnown(
  client: Client,
  { tenant, log }: LogContext,
  { arrivals, drafts }: { arrivals: readonly Arrival[]; drafts: readonly Draft[] },
) {
  const keys = new Set(drafts.flatMap((draft) => (draft.keys instanceof Error ? [] : draft.keys)));
  const identities = [arrivals.map(({ event }) => event.source), arrivals.map(({ event }) => event.id)];
  return client.query<ReadRow>({ ...READ, values: [tenant, ...identities, log, [...keys]] });
}

interface Draft {
  readonly flowEvent: FlowEvent;
  readonly keys: readonly string[] | Error;
}

/** The event as the reflex will see it, but for its position, which is drawn when it is known to be new. */
function draftOf(flow: Flow | null, { event, subject, data }: Arrival, acceptedAtMs: number): Draft {
  const flowEvent: FlowEvent = {
    position: 0,
    source: event.source,
    id: event.id,
    type: event.type,
    subject: subject ?? '',
    acceptedAtMs,
    data,
    ...effectiveTime(event.time === null ? null : instantMs(event.time), acceptedAtMs),
  };
  return { flowEvent, keys: keysOf(flow, flowEvent) };
}

/** JSON texts in one text, parted by what no JSON text can hold (as in RFC 7464): as an array each of its quotes would be escaped and read again. */
const sequence = (texts: readonly string[]): string => texts.join('\x1e');

type Entry = ReturnType<typeof foldEntry>;

/** A batch's states after folding, which of them the database holds already, and which have changed. */
interface Folded {
  readonly states: States;
  readonly stored: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
}

/** Gathers the columns of a batch's rows and writes them in one statement. */
class BatchWrite {
  readonly #context: LogContext;
  readonly #acceptedAtMs: number;
  readonly #policy: string;
  readonly #entries = {
    position: [] as number[],
    source: [] as string[],
    id: [] as string[],
    type: [] as string[],
    subject: [] as (string | null)[],
    time: [] as string[],
    hash: [] as Buffer[],
    ending: [] as string[],
    history: [] as boolean[],
    note: [] as (string | null)[],
    body: [] as string[],
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
    this.#acceptedAtMs = acceptedAtMs;
    this.#policy = policy;
  }

  get count(): number {
    return this.#entries.position.length;
  }

  add({ event, history }: Arrival, place: { position: number; timeMs: number; subject: string | null }, entry: Entry): AcceptedEvent {
    const { tenant, log, flow } = this.#context;
    const { position, timeMs, subject } = place;
    const e = this.#entries;
    e.position.push(position);
    e.source.push(event.source);
    e.id.push(event.id);
    e.type.push(event.type);
    e.subject.push(subject);
    e.time.push(new Date(timeMs).toISOString());
    e.hash.push(event.hash);
    e.ending.push(entry.ending);
    e.history.push(history);
    e.note.push(entry.note);
    e.body.push(event.body);
    if (entry.decision !== null) this.#addDecision(position, subject ?? '', entry.decision);
    const caseId = entry.found === null || flow === null ? null : workflowId(tenant, flow.name, subject ?? '');
    if (caseId !== null) this.#addMail({ position, caseId, subject: subject ?? '', bytes: event.body.length }, entry.found ?? '{}');
    const decision =
      entry.decision === null ? null : { ...entry.decision, id: decisionId({ tenant, log, position }, 0), policy: this.#policy };
    return { result: 'accepted', log, position, acceptedAtMs: this.#acceptedAtMs, subject, ending: entry.ending, decision, caseId };
  }

  #addDecision(position: number, subject: string, decision: DecisionDraft): void {
    const { outcome, provisional, ...body } = decision;
    this.#decisions.position.push(position);
    this.#decisions.subject.push(subject);
    this.#decisions.outcome.push(outcome);
    this.#decisions.provisional.push(provisional);
    this.#decisions.body.push(JSON.stringify(body));
  }

  #addMail(mail: { position: number; caseId: string; subject: string; bytes: number }, found: string): void {
    this.#mail.position.push(mail.position);
    this.#mail.caseId.push(mail.caseId);
    this.#mail.subject.push(mail.subject);
    this.#mail.bytes.push(mail.bytes);
    this.#mail.found.push(found);
  }

  /** Where writing fails, the commit that follows it is a rollback: the first error tells. */
  async commit(client: Client, position: number, fold: Folded): Promise<void> {
    await together(client, () => {
      const writing = this.count === 0 ? [] : [this.#write(client, position, fold)];
      return Promise.all([...writing, client.query('commit')]);
    });
  }

  #write(client: Client, position: number, fold: Folded): Promise<unknown> {
    const { tenant, log, flow } = this.#context;
    const [e, d, m] = [this.#entries, this.#decisions, this.#mail];
    const keys = [...fold.changed];
    // told apart, as `on conflict` costs twice as much: under the head's lock nobody else writes a state of this log
    const added = keys.filter((key) => !fold.stored.has(key));
    const replaced = keys.filter((key) => fold.stored.has(key));
    const valuesOf = (some: readonly string[]) => some.map((key) => fold.states.get(key));
    const at = new Date(this.#acceptedAtMs).toISOString();
    return client.query({
      ...WRITE,
      values: [
        ...[tenant, log, position, at, flow?.reflex?.format ?? 0, this.#policy],
        ...[e.position, e.source, e.id, e.type, e.subject, e.time, e.hash, e.ending, e.history, e.note, sequence(e.body)],
        ...[d.position, d.subject, d.outcome, d.provisional, sequence(d.body)],
        ...[added, valuesOf(added), replaced, valuesOf(replaced)],
        ...[m.position, m.caseId, m.subject, m.bytes, sequence(m.found)],
      ],
    });
  }
}

/** Identities are inserted in byte order: two logs that meet in two keys then wait for each other instead of locking up. */
const WRITE = {
  name: 'signalbox-write',
  text: `with e as (
    insert into entries (tenant, log, position, kind, accepted_at, source, id, type, subject, time, hash, ending, history, note)
    select $1, $2, q.position, 'event', $4::timestamptz, q.source, q.id, q.type, q.subject, q.time, q.hash, q.ending, q.history, q.note
    from unnest($7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::bytea[], $14::text[], $15::bool[], $16::text[])
      as q(position, source, id, type, subject, time, hash, ending, history, note)
  ), b as (
    insert into bodies (tenant, log, position, body) select $1, $2, q.position, q.body from unnest($7::bigint[], string_to_array($17, E'\\x1e')) as q(position, body)
  ), i as (
    insert into identities (tenant, source, id, log, position, hash)
    select $1, q.source, q.id, $2, q.position, q.hash from unnest($7::bigint[], $8::text[], $9::text[], $13::bytea[]) as q(position, source, id, hash)
    order by q.source collate "C", q.id collate "C"
  ), d as (
    insert into decisions (tenant, log, position, flow, event_position, revision, subject, outcome, provisional, policy, at, body)
    select $1, $2, q.position, $2, q.position, 0, q.subject, q.outcome, q.provisional, $6, $4::timestamptz, q.body
    from unnest($18::bigint[], $19::text[], $20::text[], $21::bool[], string_to_array($22, E'\\x1e')) as q(position, subject, outcome, provisional, body)
  ), s as (
    insert into states (tenant, log, key, format, value) select $1, $2, q.key, $5::smallint, q.value from unnest($23::text[], $24::bytea[]) as q(key, value)
  ), u as (
    update states s set format = $5::smallint, value = q.value from unnest($25::text[], $26::bytea[]) as q(key, value) cross join lateral (
      select ctid from states t where t.tenant = $1 and t.log = $2 and t.key = q.key limit 1) t where s.ctid = t.ctid
  ), m as (
    insert into mailboxes (tenant, flow, case_id, position, subject, bytes, found)
    select $1, $2, q.case_id, q.position, q.subject, q.bytes, q.found
    from unnest($27::bigint[], $28::text[], $29::text[], $30::int[], string_to_array($31, E'\\x1e')) as q(position, case_id, subject, bytes, found)
  )
  update heads set position = $3 where tenant = $1 and log = $2`,
};
