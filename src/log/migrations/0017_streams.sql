-- Up Migration

-- Brokers that events come from, and that decisions are told to.
create table streams (
  tenant text collate "C" not null,
  name text collate "C" not null,
  -- of the advisory lock that lets one process at a time read it
  number integer generated always as identity,
  kind text not null check (kind in ('kafka', 'nats', 'mqtt')),
  -- JSON
  settings text not null,
  -- YAML; null: CloudEvents, and JSON as it is
  mapping text,
  state text not null default 'running' check (state in ('running', 'paused')),
  created_at timestamptz not null default now(),
  created_by text not null,
  -- what was accepted last: where a broker keeps no place for us, it is read on from here
  position text,
  taken bigint not null default 0,
  repeated bigint not null default 0,
  unread bigint not null default 0,
  empty bigint not null default 0,
  lag bigint,
  seen_at timestamptz,
  failure text,
  failed_at timestamptz,
  -- the broker had no session of ours: what was sent meanwhile may be lost
  gap_at timestamptz,
  -- JSON: by log, the last decision that was published
  published text not null default '{}',
  published_count bigint not null default 0,
  publish_failure text,
  primary key (tenant, name)
);

-- Down Migration
drop table streams;
