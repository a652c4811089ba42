-- Up Migration
-- Tenant is first in every key. Texts that are keys are compared by bytes (collate "C"), so that every process sorts alike.

-- One row per log: its last position and what folds it now. A flow has two: `<flow>` (what was accepted) and
-- `<flow>/cases` (what its cases record). Appending locks the row `for no key update`.
create table heads (
  tenant text collate "C" not null,
  log text collate "C" not null,
  position bigint not null default 0,
  code text,
  policy text,
  primary key (tenant, log)
);

-- Every entry of the accepted logs, without its body.
create table entries (
  tenant text collate "C" not null,
  log text collate "C" not null,
  position bigint not null,
  kind text not null check (kind in ('event', 'code', 'policy', 'redrive', 'adopt')),
  accepted_at timestamptz not null,
  source text collate "C",
  id text collate "C",
  type text collate "C",
  subject text collate "C",
  time timestamptz,
  hash bytea,
  ending text check (ending in ('waiting', 'reflex', 'case', 'recorded', 'unrouted', 'expired', 'quarantined')),
  history boolean not null default false,
  -- why it was quarantined or recorded; for an entry that is no event: the code, the policy version, the entry it points to
  note text,
  primary key (tenant, log, position)
);
create index entries_subject on entries (tenant, log, subject, position) where kind = 'event';
create index entries_open on entries (tenant, log, ending, position) where ending in ('waiting', 'quarantined');

-- Bodies stand apart from keys: old ones can go and dedupe stays. Structured CloudEvents JSON, data as sent.
create table bodies (
  tenant text collate "C" not null,
  log text collate "C" not null,
  position bigint not null,
  body text not null,
  primary key (tenant, log, position)
);

-- (tenant, source, id) is an event's identity over all logs.
create table identities (
  tenant text collate "C" not null,
  source text collate "C" not null,
  id text collate "C" not null,
  log text collate "C" not null,
  position bigint not null,
  hash bytea not null,
  primary key (tenant, source, id)
);

create table states (
  tenant text collate "C" not null,
  log text collate "C" not null,
  key text collate "C" not null,
  format smallint not null,
  value bytea not null,
  primary key (tenant, log, key)
) with (fillfactor = 80);

-- Decisions of both logs of a flow: (log, position) is where it was recorded, (flow, event_position, revision) what it is.
create table decisions (
  tenant text collate "C" not null,
  log text collate "C" not null,
  position bigint not null,
  flow text collate "C" not null,
  event_position bigint not null,
  revision smallint not null,
  subject text collate "C" not null,
  outcome text not null,
  provisional boolean not null,
  policy text not null,
  at timestamptz not null,
  -- {confidence, score, rung, reasons, result, rungs} as JSON text
  body text not null,
  primary key (tenant, flow, event_position, revision)
);
create unique index decisions_feed on decisions (tenant, log, position);
-- one final decision an event by its case, whichever of its runs records it (a reflex's is revision 0, and then no case follows)
create unique index decisions_final on decisions (tenant, flow, event_position) where not provisional and revision > 0;
create index decisions_subject on decisions (tenant, flow, subject, position);

-- The second log of a flow: what its cases record, for timelines and audit.
create table records (
  tenant text collate "C" not null,
  log text collate "C" not null,
  position bigint not null,
  at timestamptz not null,
  kind text not null,
  event_position bigint not null,
  subject text collate "C" not null,
  -- makes recording idempotent: the same key is recorded once
  key text collate "C" not null,
  title text not null,
  detail text not null,
  primary key (tenant, log, position)
);
create unique index records_key on records (tenant, log, key);
create index records_subject on records (tenant, log, subject, position);

-- What waits for a case, until it is settled. `found` is what the reflex found, as JSON text.
create table mailboxes (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  case_id text collate "C" not null,
  position bigint not null,
  subject text collate "C" not null,
  bytes integer not null,
  found text not null,
  primary key (tenant, flow, case_id, position)
);

-- The dispatcher's row per case; appending never touches it. Positions are of the flow's accepted log.
create table deliveries (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  case_id text collate "C" not null,
  subject text collate "C" not null,
  sent bigint not null default 0,
  taken bigint not null default 0,
  settled bigint not null default 0,
  sent_at timestamptz,
  leased_until timestamptz not null default '-infinity',
  checked_at timestamptz not null default '-infinity',
  run text,
  primary key (tenant, flow, case_id)
);
create index deliveries_unsettled on deliveries (checked_at) where settled < sent;

create table approvals (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  event_position bigint not null,
  turn smallint not null,
  case_id text collate "C" not null,
  subject text collate "C" not null,
  state text not null check (state in ('open', 'decided', 'expired')),
  opened_at timestamptz not null,
  -- orders the list; drawn from the head of the flow's second log
  position bigint not null,
  deadline timestamptz not null,
  default_outcome text not null,
  policy text not null,
  -- {question, evidence, proposed, rules} as JSON text
  body text not null,
  version integer not null default 1,
  verdict text check (verdict in ('approve', 'reject')),
  actor text,
  reason text,
  changes text,
  via text check (via in ('http', 'cli', 'signal', 'mail', 'default')),
  decided_at timestamptz,
  -- the case has acted on the verdict; until then it is signalled again
  acknowledged boolean not null default false,
  primary key (tenant, flow, event_position, turn)
);
create index approvals_list on approvals (tenant, flow, position);
create index approvals_open on approvals (tenant, flow, position) where state = 'open';
create index approvals_unheard on approvals (tenant, flow) where state = 'decided' and not acknowledged;

create table actions (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  event_position bigint not null,
  action text collate "C" not null,
  key text collate "C" not null unique,
  decision text not null,
  subject text collate "C" not null,
  state text not null check (state in ('planned', 'done', 'not-sent', 'dead')),
  -- the bytes that every try carries
  body text not null,
  tries integer not null default 0,
  -- no try before: another one may be under way, or the schedule says wait. In the row, so that a new run keeps to it
  not_before timestamptz not null default '-infinity',
  planned_at timestamptz not null,
  ended_at timestamptz,
  last_error text,
  primary key (tenant, flow, event_position, action)
);

create table policies (
  tenant text collate "C" not null,
  version text collate "C" not null,
  flow text collate "C" not null,
  text text not null,
  stored_at timestamptz not null default now(),
  primary key (tenant, version)
);

create table keys (
  tenant text collate "C" not null,
  name text collate "C" not null,
  hash bytea not null unique,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  primary key (tenant, name)
);

-- Down Migration
drop table keys, policies, actions, approvals, deliveries, mailboxes, records, decisions, states, identities, bodies, entries, heads;
