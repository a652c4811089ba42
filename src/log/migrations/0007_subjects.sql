-- Up Migration

-- What the subjects of flows that mark them personal are hashed with where Temporal sees them. Random, made once a tenant, never
-- changed: another key would give every subject another case.
create table subject_keys (
  tenant text collate "C" not null,
  key bytea not null check (octet_length(key) = 32),
  made_at timestamptz not null default now(),
  primary key (tenant)
);

-- Down Migration
drop table subject_keys;
