/**
 * What must hold between the tables, one statement each, over a whole log at once. None uses the code that writes them.
 * `$1` is the tenant. Each gives the rows that break it; `found` is how many there are in all.
 */

import { ACTION_CHECKS } from './actionChecks.ts';
import { ADOPTION_CHECKS } from './adoptionChecks.ts';
import { APPROVAL_CHECKS } from './approvalChecks.ts';
import { EMISSION_CHECKS } from './emissionChecks.ts';
import { MEMORY_CHECKS } from './memoryChecks.ts';
import { QUALITY_CHECKS } from './qualityChecks.ts';
import { SEARCH_CHECKS } from './searchChecks.ts';
import { TALLY_CHECKS } from './tallyChecks.ts';
import { WATCH_CHECKS } from './watchChecks.ts';

export interface AuditCheck {
  /** What is wrong where the statement gives rows. */
  readonly wrong: string;
  readonly sql: string;
  /** One of the rows, in words. */
  readonly say: (row: Readonly<Record<string, unknown>>) => string;
}

const at = (row: Readonly<Record<string, unknown>>): string => `evt_${row.log}.${row.position}`;

const HEADS: AuditCheck = {
  wrong: 'a log has a hole, or its head is not at its last entry',
  sql: `with h as (select log, position from heads where tenant = $1 and log not like '%/cases'),
      e as (select log, count(*) as entries, min(position) as first, max(position) as last from entries where tenant = $1 group by log)
    select coalesce(h.log, e.log) as log, h.position as head, coalesce(e.entries, 0) as entries, coalesce(e.last, 0) as last
    from h full join e on e.log = h.log
    where h.position is distinct from coalesce(e.entries, 0) or h.position <> coalesce(e.last, 0) or e.first <> 1`,
  say: ({ log, head, entries, last }) =>
    `the log ${log} has ${entries} entries, its last position is ${last}, its head says ${head ?? 'nothing'}`,
};

const CASE_LOGS: AuditCheck = {
  wrong: 'what cases recorded has a hole, a double or a head elsewhere',
  sql: `with p as (
      select log, position from decisions where tenant = $1 and log like '%/cases' union all select log, position from records where tenant = $1
      union all select flow || '/cases', position from actions where tenant = $1
    ), n as (select log, count(*) as rows, count(distinct position) as places, max(position) as last from p group by log),
      h as (select log, position from heads where tenant = $1 and log like '%/cases')
    select coalesce(h.log, n.log) as log, h.position as head, coalesce(n.rows, 0) as rows, coalesce(n.places, 0) as places, coalesce(n.last, 0) as last
    from h full join n on n.log = h.log
    where h.position is distinct from coalesce(n.rows, 0) or coalesce(n.places, 0) <> coalesce(n.rows, 0) or coalesce(n.last, 0) <> coalesce(n.rows, 0)`,
  say: ({ log, head, rows, places, last }) =>
    `the log ${log} has ${rows} rows at ${places} positions, the last is ${last}, its head says ${head ?? 'nothing'}`,
};

const KEPT: AuditCheck = {
  wrong: 'an event lacks its body or its identity',
  sql: `select e.log, e.position, b.position is null as no_body, i.position is null as no_identity
    from entries e
    left join bodies b on b.tenant = e.tenant and b.log = e.log and b.position = e.position
    left join identities i on i.tenant = e.tenant and i.source = e.source and i.id = e.id and i.log = e.log and i.position = e.position and i.hash = e.hash
    where e.tenant = $1 and e.kind = 'event' and (b.position is null or i.position is null)`,
  say: (row) =>
    `${at(row)} has ${row.no_body === true ? 'no body' : 'a body'} and ${row.no_identity === true ? 'no identity that points back to it with its hash' : 'its identity'}`,
};

const IDENTITIES: AuditCheck = {
  wrong: 'a log holds other events than the identities say',
  sql: `with i as (select log, count(*) as known from identities where tenant = $1 group by log),
      e as (select log, count(*) as events from entries where tenant = $1 and kind = 'event' group by log)
    select coalesce(i.log, e.log) as log, coalesce(i.known, 0) as known, coalesce(e.events, 0) as events
    from i full join e on e.log = i.log where coalesce(i.known, 0) <> coalesce(e.events, 0)`,
  say: ({ log, known, events }) => `the log ${log} holds ${events} events, ${known} identities point into it`,
};

const ENDINGS: AuditCheck = {
  wrong: 'an entry has no ending that fits it',
  sql: `select log, position, kind, ending, note from entries
    where tenant = $1 and ((kind in ('event', 'adopt')) <> (ending is not null) or (ending = 'unrouted' or ending = 'quarantined' and log = 'unrouted') <> (kind = 'event' and log = 'unrouted')
      or (ending = 'quarantined' and note is null))`,
  say: ({ log, position, kind, ending, note }) =>
    `entry ${position} of ${log} is of the kind ${kind} and ended as ${ending ?? 'nothing'}${note === null ? ' without a note' : ''}`,
};

const FINALS: AuditCheck = {
  wrong: 'an event and its final decisions do not go together',
  sql: `with d as (
      select flow, event_position, count(*) as finals, bool_or(log <> flow) as by_case from decisions where tenant = $1 and not provisional group by flow, event_position
    )
    select e.log, e.position, e.ending, coalesce(d.finals, 0) as finals, d.by_case
    from entries e left join d on d.flow = e.log and d.event_position = e.position
    where e.tenant = $1 and e.kind in ('event', 'adopt') and (
      coalesce(d.finals, 0) <> (case when e.ending in ('reflex', 'case') then 1 else 0 end) or (e.ending = 'reflex' and d.by_case) or (e.ending = 'case' and not d.by_case))`,
  say: (row) =>
    `${at(row)} ended as ${row.ending ?? 'nothing'} and has ${row.finals} final decisions${row.finals === 1 ? `, made by the ${row.by_case === true ? 'case' : 'reflex'}` : ''}`,
};

const DECISIONS: AuditCheck = {
  wrong: 'a decision is about nothing',
  sql: `select d.flow as log, d.event_position as position, d.revision from decisions d
    left join entries e on e.tenant = d.tenant and e.log = d.flow and e.position = d.event_position and e.kind in ('event', 'adopt')
    where d.tenant = $1 and e.position is null`,
  say: ({ log, position, revision }) => `dec_${log}.${position}.${revision} is about an event that is not there`,
};

const REVISIONS: AuditCheck = {
  wrong: 'the revisions of a decision have a gap',
  // 0 is the reflex's; where that said nothing, the case's first is 1
  sql: `select flow as log, event_position as position, count(*) as revisions, min(revision) as first, max(revision) as last
    from decisions where tenant = $1 group by flow, event_position
    having max(revision) - min(revision) + 1 <> count(*) or min(revision) not in (0, 1) or bool_or((revision = 0) <> (log = flow))`,
  say: (row) => `${at(row)} has ${row.revisions} decisions, numbered ${row.first} to ${row.last}`,
};

const MAILBOXES: AuditCheck = {
  wrong: 'an event waits for nobody, or a mailbox holds what has ended',
  // an event whose action is still to be planned or taken, or whose story goes on, stays in its mailbox after its decision
  sql: `with w as (select log, position, ending from entries where tenant = $1 and kind in ('event', 'adopt') and ending = 'waiting'),
      p as (select distinct flow, event_position from actions where tenant = $1 and state = 'planned'),
      s as (select flow, position from stories where tenant = $1 and open),
      m as (select x.flow, x.position, x.why = 'act' and not exists (
          select from actions a where a.tenant = $1 and a.flow = x.flow and a.event_position = x.position)
        or x.why = 'look' and not exists (select from stories y where y.tenant = $1 and y.flow = x.flow and y.position = x.position and not y.open)
        or exists (select from s where s.flow = x.flow and s.position = x.position) as goes_on
        from mailboxes x where x.tenant = $1)
    select coalesce(w.log, p.flow, m.flow) as log, coalesce(w.position, p.event_position, m.position) as position,
      w.position is not null as waiting, p.event_position is not null as planned, m.position is not null as mail
    from w full join p on p.flow = w.log and p.event_position = w.position
    full join m on m.flow = coalesce(w.log, p.flow) and m.position = coalesce(w.position, p.event_position)
    where (m.position is not null) <> (w.position is not null or p.event_position is not null) and not coalesce(m.goes_on, false)`,
  say: (row) =>
    row.mail === true
      ? `${at(row)} is in a mailbox, though it ended and has no action to be taken`
      : `${at(row)} ${row.waiting === true ? 'waits for its case' : 'has an action to be taken'} and is in no mailbox`,
};

const REASONS: AuditCheck = {
  wrong: 'the mail of an event does not fit how it ended',
  sql: `select m.flow as log, m.position, m.why, e.ending from mailboxes m
    left join entries e on e.tenant = m.tenant and e.log = m.flow and e.position = m.position
    where m.tenant = $1 and case e.ending when 'waiting' then m.why <> 'decide' when 'reflex' then m.why = 'decide' else false end`,
  say: (row) => `${at(row)} ended as ${row.ending}, and its mail says ${row.why}`,
};

const STORIES: AuditCheck = {
  wrong: 'a story goes on and nobody tells it, or was to be told and was not',
  sql: `select s.flow as log, s.position, 'goes on' as story from stories s
    where s.tenant = $1 and s.open and not exists (select from mailboxes m where m.tenant = $1 and m.flow = s.flow and m.position = s.position)
    union all select e.log, e.position, 'was to be told' from entries e
    where e.tenant = $1 and e.note = 'look' and e.ending = 'reflex'
      and not exists (select from stories s where s.tenant = $1 and s.flow = e.log and s.position = e.position)
      and not exists (select from mailboxes m where m.tenant = $1 and m.flow = e.log and m.position = e.position)`,
  say: (row) => `the story of ${at(row)} ${row.story}, and its case has no mail of it`,
};

const PASSED: AuditCheck = {
  wrong: 'a case has passed over an event',
  sql: `select m.flow as log, m.position, m.case_id, d.settled from mailboxes m
    join deliveries d on d.tenant = m.tenant and d.flow = m.flow and d.case_id = m.case_id
    where m.tenant = $1 and m.position <= d.settled`,
  say: (row) => `${at(row)} is in the mailbox of ${row.case_id}, which counts as settled up to ${row.settled}`,
};

const POLICIES: AuditCheck = {
  wrong: 'a decision was made by a policy that is not kept',
  sql: `select d.flow as log, d.event_position as position, d.revision, d.policy from decisions d
    left join policies p on p.tenant = d.tenant and p.version = d.policy and p.flow = d.flow
    where d.tenant = $1 and p.version is null`,
  say: ({ log, position, revision, policy }) =>
    `dec_${log}.${position}.${revision} names ${policy === '' ? 'none' : policy}, which the database does not hold`,
};

const HELD: AuditCheck = {
  wrong: 'an event was folded with another policy than held at its position',
  // entries and decisions in one line, cut at each activation: its first row says what held for the rest. A join by position, with a million
  // decisions and a thousand activations, did not end within a minute
  sql: `with line as (
      select log, position, note as activated, null::bigint as about, null as policy from entries where tenant = $1 and kind = 'policy'
      union all select log, position, null, event_position, policy from decisions where tenant = $1 and log = flow
    ), cut as (select *, count(activated) over (partition by log order by position) as nth from line),
    told as (select *, first_value(activated) over (partition by log, nth order by position) as held from cut)
    select log, about as position, policy, held from told where about is not null and held is distinct from policy`,
  say: (row) => `${at(row)} was decided by its reflex with ${row.policy}, and ${row.held ?? 'no policy'} held there`,
};

export const AUDIT_CHECKS: readonly AuditCheck[] = [
  ...[HEADS, CASE_LOGS, KEPT, IDENTITIES, ENDINGS, FINALS, DECISIONS],
  ...[REVISIONS, MAILBOXES, REASONS, STORIES, PASSED, ...ACTION_CHECKS, ...APPROVAL_CHECKS],
  ...[POLICIES, HELD, ...QUALITY_CHECKS, ...ADOPTION_CHECKS, ...WATCH_CHECKS, ...EMISSION_CHECKS, ...MEMORY_CHECKS],
  ...[...SEARCH_CHECKS, ...TALLY_CHECKS],
];
