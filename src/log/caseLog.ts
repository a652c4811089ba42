/**
 * Writes to a flow's second log (`<flow>/cases`): what its cases and the people who answer them record.
 *
 * One transaction under that log's head lock, so its positions have no holes and are in the order of committing. The lock is
 * taken in a statement of its own: a statement that waits for a lock still sees the snapshot from before the wait. Busy cases
 * never hold up accepting, as the head is another row.
 */
import { redacted } from '../domain/exposure.ts';
import { redactText } from '../domain/redactText.ts';
import type { Client, Pool } from './db/database.ts';
import type { Notifier } from './db/notify.ts';
import { underLock } from './db/underLock.ts';
import { findHead, type Head, lockHead } from './head.ts';

export interface CaseLogDeps {
  readonly pool: Pool;
  readonly notifier: Notifier;
}

export interface FlowLog {
  readonly tenant: string;
  readonly flow: string;
}

/** One line of a timeline. The same key is recorded once, whoever tries again. */
export interface CaseRecord {
  readonly kind: 'rung' | 'llm' | 'approval' | 'verdict' | 'action' | 'timer' | 'signal';
  readonly eventPosition: number;
  readonly subject: string;
  readonly key: string;
  readonly title: string;
  readonly detail: object;
  /** Who proved to be who they are: the names stay as they are, though they may be mail addresses. */
  readonly by?: string | readonly string[];
}

const casesLog = (flow: string): string => `${flow}/cases`;

/** PostgreSQL's text cannot hold U+0000; a verdict by signal may. */
export const storable = (text: string): string => text.replaceAll('\u0000', '\ufffd');

const INSERT_RECORDS = `insert into records (tenant, log, position, at, kind, event_position, subject, key, title, detail)
  select $1, $2, $3::bigint + q.n, $4::timestamptz, q.kind, q.event_position, q.subject, q.key, q.title, q.detail
  from unnest($5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[]) with ordinality as q(kind, event_position, subject, key, title, detail, n)
  on conflict (tenant, log, key) do nothing returning key`;

/** The log while its head is locked. */
export class CaseLogWriter {
  readonly client: Client;
  readonly tenant: string;
  readonly flow: string;
  readonly log: string;
  /** When this is recorded, by the database's clock: one time for all that one transaction writes. */
  readonly at: string;
  #position: number;

  constructor(client: Client, { tenant, flow }: FlowLog, { position, nowMs }: Pick<Head, 'position' | 'nowMs'>) {
    this.client = client;
    this.tenant = tenant;
    this.flow = flow;
    this.log = casesLog(flow);
    this.at = new Date(nowMs).toISOString();
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  /** Draws the next positions; the caller writes a row at each. Gives the last one before them. */
  draw(count: number): number {
    const before = this.#position;
    this.#position += count;
    return before;
  }

  /** Records those whose key is new. Keys must differ within a call. Titles and details are redacted, whoever wrote them, but for `by`. */
  async record(records: readonly CaseRecord[]): Promise<void> {
    if (records.length === 0) return;
    const inserted = new Set(await this.#insert(records));
    if (inserted.size < records.length) {
      // seldom: some are there from an earlier try, which left holes among the new ones. Looking for them first would be a join
      // that, on a table without statistics yet, took 2 s for 500 keys
      await this.client.query('delete from records where tenant = $1 and log = $2 and position > $3', [
        this.tenant,
        this.log,
        this.#position,
      ]);
      await this.#insert(records.filter(({ key }) => inserted.has(key)));
    }
    this.#position += inserted.size;
  }

  async #insert(records: readonly CaseRecord[]): Promise<string[]> {
    const { rows } = await this.client.query<{ key: string }>(INSERT_RECORDS, [
      ...[this.tenant, this.log, this.#position, this.at],
      ...[records.map(({ kind }) => kind), records.map(({ eventPosition }) => eventPosition), records.map(({ subject }) => subject)],
      records.map(({ key }) => key),
      records.map(({ title, by }) => shownBut(by)(storable(title))),
      records.map(({ detail, by }) => JSON.stringify(redacted(detail, shownBut(by)))),
    ]);
    return rows.map(({ key }) => key);
  }
}

/** Redacts but for these names. */
function shownBut(names: string | readonly string[] = []): (text: string) => string {
  const [name, ...others] = [names].flat().filter((one) => one !== '');
  return name === undefined ? redactText : (text) => text.split(name).map(shownBut(others)).join(name);
}

async function lock(client: Client, { tenant, flow }: FlowLog): Promise<Head> {
  const log = casesLog(flow);
  const head = await findHead(client, tenant, log);
  if (head !== null) return head;
  // the flow's first case
  await client.query('insert into heads (tenant, log) values ($1, $2) on conflict do nothing', [tenant, log]);
  await client.query('commit');
  return lockHead(client, tenant, log);
}

/**
 * Runs `work` in one transaction under the lock and commits. `work` may run again (nothing of a failed one is kept).
 * Throws SignalboxError `database-away` where trying again helps.
 */
export function writeCaseLog<Result>(pool: Pool, at: FlowLog, work: (log: CaseLogWriter) => Promise<Result>): Promise<Result> {
  return underLock(pool, async (client) => {
    const before = await lock(client, at);
    const log = new CaseLogWriter(client, at, before);
    const result = await work(log);
    if (log.position !== before.position)
      await client.query('update heads set position = $3 where tenant = $1 and log = $2', [at.tenant, log.log, log.position]);
    return result;
  });
}
