-- Up Migration
-- What a holder is, beside what the key may do: pools of reviewers are made of roles.
alter table keys add column roles text[] collate "C" not null default '{}';

-- Whose key sent the event; null where none was needed. Who sent it may not be the one who approves it.
alter table entries add column actor text collate "C";

alter table approvals add column claimed_by text, add column claimed_until timestamptz;

-- Who, why, what they saw: written in the transaction that counts the vote, before anything acts on it. One an actor, whatever they try.
create table approval_votes (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  event_position bigint not null,
  turn smallint not null,
  actor text collate "C" not null,
  verdict text not null check (verdict in ('approve', 'reject')),
  reason text not null,
  changes text,
  via text not null check (via in ('http', 'cli', 'signal', 'mail')),
  at timestamptz not null,
  -- the approval's version that was answered, and the SHA-256 (hex) of the question, proposal and evidence that it showed
  version integer not null,
  shown text not null,
  primary key (tenant, flow, event_position, turn, actor)
);

create table approval_questions (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  event_position bigint not null,
  turn smallint not null,
  n smallint not null,
  question text not null,
  asked_by text not null,
  asked_at timestamptz not null,
  answer text,
  answered_by text,
  answered_at timestamptz,
  primary key (tenant, flow, event_position, turn, n)
);

-- What people are told, written with what it tells of and sent afterwards.
create table notices (
  tenant text collate "C" not null,
  key text collate "C" not null,
  flow text collate "C" not null,
  event_position bigint not null,
  turn smallint not null,
  kind text not null check (kind in ('opened', 'reminder', 'escalated', 'decided', 'question')),
  channel text not null check (channel in ('webhook', 'mail')),
  -- a mail address; null for the webhook, whose address is a setting
  recipient text,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed', 'late')),
  -- a webhook's bytes, a mail's {subject, text}: the same at every try
  body text not null,
  tries integer not null default 0,
  not_before timestamptz not null default '-infinity',
  -- Temporal was told to send it; told again when nothing came of that
  told_at timestamptz not null default '-infinity',
  created_at timestamptz not null,
  ended_at timestamptz,
  last_error text,
  primary key (tenant, key)
);
create index notices_waiting on notices (told_at) where state = 'waiting';

-- A link in a mail: of its token only the SHA-256 is kept.
create table approval_links (
  token_hash bytea primary key,
  tenant text collate "C" not null,
  flow text collate "C" not null,
  event_position bigint not null,
  turn smallint not null,
  -- whom the mail went to, in lower case: the actor of a verdict by this link
  mail text not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

-- Down Migration
drop table approval_links, notices, approval_questions, approval_votes;
alter table approvals drop column claimed_by, drop column claimed_until;
alter table entries drop column actor;
alter table keys drop column roles;
