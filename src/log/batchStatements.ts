/** The statements that write a batch, by the parameters that `BatchWrite.values` gives. */
import { type Columns, ONE_ROW, SOME_ROWS } from './db/columns.ts';

/** The number of the last one. */
export const PARAMETERS = 33;

/** One statement for all rows of a batch; `entries` are the common table expressions that write what is told apart: the entries themselves. */
export const writing = (entries: string, { table }: Columns): string => `with ${entries}, b as (
    insert into bodies (tenant, log, position, body) select $1, $2, q.position, q.body from ${table('$7::bigint', '$17::text')} as q(position, body)
  ), d as (
    insert into decisions (tenant, log, position, flow, event_position, revision, subject, outcome, provisional, policy, at, body)
    select $1, $2, q.position, $2, q.position, 0, q.subject, q.outcome, q.provisional, $6, $4::timestamptz, q.body
    from ${table('$18::bigint', '$19::text', '$20::text', '$21::bool', '$22::text')} as q(position, subject, outcome, provisional, body)
  ), s as (
    insert into states (tenant, log, key, format, value) select $1, $2, q.key, $5::smallint, q.value from unnest($23::text[], $24::bytea[]) as q(key, value)
  ), u as (
    update states s set format = $5::smallint, value = q.value from unnest($25::text[], $26::bytea[]) as q(key, value) cross join lateral (
      select ctid from states t where t.tenant = $1 and t.log = $2 and t.key = q.key limit 1) t where s.ctid = t.ctid
  ), m as (
    insert into mailboxes (tenant, flow, case_id, position, subject, bytes, found, why)
    select $1, $2, q.case_id, q.position, q.subject, q.bytes, q.found, q.why
    from ${table('$27::bigint', '$28::text', '$29::text', '$30::int', '$31::text', '$33::text')} as q(position, case_id, subject, bytes, found, why)
  )
  update heads set position = $3 where tenant = $1 and log = $2`;

/** Identities are inserted in byte order: two logs that meet in two keys then wait for each other instead of locking up. */
const accepted = ({ table }: Columns): string => `e as (
    insert into entries (tenant, log, position, kind, accepted_at, source, id, type, subject, time, hash, ending, history, note, actor)
    select $1, $2, q.position, 'event', $4::timestamptz, q.source, q.id, q.type, q.subject, q.time, q.hash, q.ending, q.history, q.note, q.actor
    from ${table('$7::bigint', '$8::text', '$9::text', '$10::text', '$11::text', '$12::timestamptz', '$13::bytea', '$14::text', '$15::bool', '$16::text', '$32::text')}
      as q(position, source, id, type, subject, time, hash, ending, history, note, actor)
  ), i as (
    insert into identities (tenant, source, id, log, position, hash)
    select $1, q.source, q.id, $2, q.position, q.hash from ${table('$7::bigint', '$8::text', '$9::text', '$13::bytea')} as q(position, source, id, hash)
    order by q.source collate "C", q.id collate "C"
  )`;

export const WRITE = { name: 'signalbox-write', text: writing(accepted(SOME_ROWS), SOME_ROWS) };
export const WRITE_ONE = { name: 'signalbox-write-one', text: writing(accepted(ONE_ROW), ONE_ROW) };
