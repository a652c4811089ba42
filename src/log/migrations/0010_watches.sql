-- Up Migration

-- Watches that are open: the row is the timer. Whoever writes one holds the head's lock of its flow's log.
create table watches (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  subject text collate "C" not null,
  -- the type of the own event that is appended when it is due
  name text collate "C" not null,
  -- the position of the event that opened it
  opened bigint not null,
  opened_at timestamptz not null,
  due_at timestamptz not null,
  -- no look before: later than `due_at` where a look failed; never again where it was refused
  look_at timestamptz not null,
  -- why it is overdue
  trouble text,
  -- what the own event carries on from the event that opened the watch
  correlation text,
  hops smallint not null,
  -- orders the list: drawn under the head's lock, so in each flow the order of committing
  nth bigint generated always as identity,
  primary key (tenant, flow, subject, name)
);
create index watches_look on watches (tenant, flow, look_at);
create index watches_trouble on watches (tenant, flow) where trouble is not null;
create unique index watches_list on watches (tenant, flow, nth);

-- How watches were opened and how they ended, by the entry of the log that did it. What is open is worked out from these by the audit.
create table watch_marks (
  tenant text collate "C" not null,
  log text collate "C" not null,
  position bigint not null,
  name text collate "C" not null,
  kind text not null check (kind in ('opened', 'closed', 'due')),
  -- the position of the event that opened it, of the event that did this
  opened bigint not null,
  event_position bigint not null,
  subject text collate "C" not null,
  at timestamptz not null,
  due_at timestamptz,
  primary key (tenant, log, position, name, kind)
);
create index watch_marks_subject on watch_marks (tenant, log, subject, position);

-- Down Migration
drop table watch_marks, watches;
