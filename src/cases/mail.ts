/**
 * The dispatcher's rows: who has mail, what was sent, what comes next. Claims are leased and skip rows that another
 * dispatcher holds; appending never touches these rows.
 */
import type { Flow } from '../domain/flow.ts';
import { caseText } from '../log/caseText.ts';
import type { Pool } from '../log/db/database.ts';
import type { CaseKey } from '../log/settleMail.ts';
import { shownSubject } from '../log/workflowId.ts';
import { type MailedEvent, mailedEvent, sentBytes } from './mailedEvent.ts';

/** A case's row: what was sent to it, what it has acknowledged, and up to where nothing is open. */
export interface Delivery extends CaseKey {
  readonly sent: number;
  readonly taken: number;
  /** Below `taken` where its run has events open: then a new run would have to begin with these. */
  readonly settled: number;
}

/** A claimed case and the events of its next signal, in order. */
export interface Mail extends Delivery {
  /** As a history may hold it. */
  readonly subject: string;
  readonly events: MailedEvent[];
}

/** A dispatcher that died in mid-send is waited for this long. */
const LEASE_SECONDS = 15;
const SIGNAL_COUNT_MAX = 500;
/** A signal over 2 MB is refused by Temporal. Bodies are read up to half of it, events sent up to all of it. */
const SIGNAL_BYTES_MAX = 1024 * 1024;

const columns = (cases: readonly CaseKey[]): string[][] => [
  cases.map((c) => c.tenant),
  cases.map((c) => c.flow),
  cases.map((c) => c.caseId),
];
const CASES = 'unnest($1::text[], $2::text[], $3::text[]) as q(tenant, flow, case_id)';
const SAME = (a: string, b: string): string => `${a}.tenant = ${b}.tenant and ${a}.flow = ${b}.flow and ${a}.case_id = ${b}.case_id`;

interface KeyRow {
  tenant: string;
  flow: string;
  case_id: string;
}

const keyOf = ({ tenant, flow, case_id: caseId }: KeyRow): CaseKey => ({ tenant, flow, caseId });

interface ClaimRow extends KeyRow {
  subject: string;
  sent: number;
  taken: number;
  settled: number;
  position: number;
  body: string;
}

/**
 * Every look is by index, one case or position at a time: see docs/decisions/0007. Leases those of the cases that have acknowledged all
 * that was sent, and reads what they get next: what of it a history may hold. Cases of flows that are not among `flows` get nothing.
 */
export async function claimMail(pool: Pool, flows: ReadonlyMap<string, Flow>, cases: readonly CaseKey[]): Promise<Mail[]> {
  await pool.query(
    `insert into deliveries (tenant, flow, case_id, subject)
     select q.tenant, q.flow, q.case_id, m.subject from ${CASES}
     cross join lateral (select m.subject from mailboxes m where ${SAME('m', 'q')} order by m.position limit 1) m
     on conflict do nothing`,
    columns(cases),
  );
  const { rows } = await pool.query<ClaimRow>(
    `with free as materialized (
       select d.* from ${CASES} cross join lateral (
         select * from deliveries d where ${SAME('d', 'q')} and d.sent <= d.taken and d.leased_until < now() limit 1 for update skip locked
       ) d
     ), mail as materialized (
       select f.tenant, f.flow, f.case_id, f.subject, f.sent, f.taken, f.settled, m.position,
         sum(m.bytes) over (partition by f.tenant, f.flow, f.case_id order by m.position) - m.bytes as bytes_before
       from free f cross join lateral (
         select * from mailboxes m where ${SAME('m', 'f')} and m.position > f.taken order by m.position limit ${SIGNAL_COUNT_MAX}
       ) m
     ), leased as (
       update deliveries d set leased_until = now() + interval '${LEASE_SECONDS} s' from (select distinct tenant, flow, case_id from mail) m where ${SAME('d', 'm')}
     )
     select mail.*, b.body from mail cross join lateral (
       select b.body from bodies b where b.tenant = mail.tenant and b.log = mail.flow and b.position = mail.position limit 1
     ) b
     where bytes_before < ${SIGNAL_BYTES_MAX / 2} order by mail.tenant, mail.flow, mail.case_id, mail.position`,
    columns(cases),
  );
  const mails = new Map<string, Mail & { bytes: number }>();
  for (const row of rows) {
    const flow = flows.get(row.flow);
    if (flow === undefined) continue;
    const key = keyOf(row);
    const name = caseText(key);
    const mail = mails.get(name) ?? {
      ...key,
      subject: shownSubject(flow, row.case_id, row.subject),
      sent: row.sent,
      taken: row.taken,
      settled: row.settled,
      events: [],
      bytes: 0,
    };
    mails.set(name, mail);
    const mailed = { position: row.position, event: mailedEvent(flow, row.body) };
    mail.bytes += sentBytes(mailed);
    // one that is too many comes with the next signal, and so does all behind it
    if (mail.events.length === 0 || mail.bytes <= SIGNAL_BYTES_MAX) mail.events.push(mailed);
  }
  return [...mails.values()].map(({ bytes: _bytes, ...mail }) => mail);
}

export interface Sent extends CaseKey {
  readonly position: number;
  /** Null where the run that was known got it. */
  readonly run: string | null;
}

/** Notes what was sent; gives the cases that have acknowledged it already. */
export async function markSent(pool: Pool, sent: readonly Sent[]): Promise<CaseKey[]> {
  const { rows } = await pool.query<KeyRow>(
    `update deliveries d set sent = greatest(d.sent, q.position), sent_at = now(), run = coalesce(q.run, d.run), leased_until = '-infinity'
     from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[]) as q(tenant, flow, case_id, position, run) where ${SAME('d', 'q')}
     returning d.tenant, d.flow, case when d.taken >= d.sent then d.case_id end as case_id`,
    [...columns(sent), sent.map((s) => s.position), sent.map((s) => s.run)],
  );
  return rows.filter((row) => row.case_id !== null).map(keyOf);
}

/** Gives leases back, at once or after a pause. */
export async function releaseMail(pool: Pool, cases: readonly CaseKey[], pauseSeconds: number): Promise<void> {
  await pool.query(`update deliveries d set leased_until = now() + $4 * interval '1 s' from ${CASES} where ${SAME('d', 'q')}`, [
    ...columns(cases),
    pauseSeconds,
  ]);
}

/** Cases whose next events nobody has sent: after a missed hand-off or a killed dispatcher. */
export async function findUnsent(pool: Pool, limit: number): Promise<CaseKey[]> {
  const { rows } = await pool.query<KeyRow>(
    `select distinct m.tenant, m.flow, m.case_id from mailboxes m left join deliveries d on ${SAME('d', 'm')}
     where d.case_id is null or (m.position > d.taken and d.sent <= d.taken and d.leased_until < now()) limit $1`,
    [limit],
  );
  return rows.map(keyOf);
}

export interface Unsettled extends Delivery {
  /** Since the last signal. */
  readonly quietSeconds: number;
}

/** The unsettled cases that were looked at longest ago, marked as looked at now, so that several sweeps share the work. */
export async function takeUnsettled(pool: Pool, limit: number, pauseSeconds: number): Promise<Unsettled[]> {
  const { rows } = await pool.query<{
    tenant: string;
    flow: string;
    case_id: string;
    sent: number;
    taken: number;
    settled: number;
    quiet: number;
  }>(
    `with due as materialized (
       select tenant, flow, case_id from deliveries where settled < sent and checked_at < now() - $2 * interval '1 s' order by checked_at limit $1 for update skip locked
     )
     update deliveries d set checked_at = now() from due where ${SAME('d', 'due')}
     returning d.tenant, d.flow, d.case_id, d.sent, d.taken, d.settled, extract(epoch from now() - d.sent_at)::float8 as quiet`,
    [limit, pauseSeconds],
  );
  return rows.map(({ case_id, quiet, ...row }) => ({ ...row, caseId: case_id, quietSeconds: quiet }));
}

/** Null where nothing of the case is open. */
export async function readOpen(pool: Pool, { tenant, flow, caseId }: CaseKey): Promise<Delivery | null> {
  const { rows } = await pool.query<{ sent: number; taken: number; settled: number }>(
    'select sent, taken, settled from deliveries where tenant = $1 and flow = $2 and case_id = $3 and settled < sent',
    [tenant, flow, caseId],
  );
  return rows[0] === undefined ? null : { tenant, flow, caseId, ...rows[0] };
}

/** Makes the dispatcher send again, from `to` on; false where the row has moved meanwhile. */
export async function rewind(pool: Pool, { tenant, flow, caseId, sent, taken }: Delivery, to: 'taken' | 'settled'): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update deliveries set sent = ${to}, taken = ${to}, leased_until = '-infinity' where tenant = $1 and flow = $2 and case_id = $3 and sent = $4 and taken = $5`,
    [tenant, flow, caseId, sent, taken],
  );
  return rowCount === 1;
}
