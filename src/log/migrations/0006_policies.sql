-- Up Migration
-- Which policy held at a position: the last of these entries at or before it.
create index entries_policy on entries (tenant, log, position) where kind = 'policy';

-- Who switched on what a `policy` entry says, and why. The version and the time are the entry's. An entry without a row is a build's.
create table activations (
  tenant text collate "C" not null,
  log text collate "C" not null,
  position bigint not null,
  origin text not null check (origin in ('build', 'operator')),
  actor text,
  note text,
  primary key (tenant, log, position)
);

-- Down Migration
drop table activations;
drop index entries_policy;
