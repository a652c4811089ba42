-- Up Migration

-- Memories of whole flows, each as it was after the entry at `position`. `base`: as the code that runs found it when it was switched on;
-- `newest`: the newest checkpoint. Whoever loads the newest learns the lessons behind it.
create table memories (
  tenant text collate "C" not null,
  log text collate "C" not null,
  mark text not null check (mark in ('base', 'newest')),
  position bigint not null,
  code text not null,
  format integer not null,
  bytes bytea not null,
  -- lessons up to here are gone
  floor bigint not null,
  -- why there is no newer one
  trouble text,
  at timestamptz not null default now(),
  primary key (tenant, log, mark)
);

-- What memories learnt, by the entry at which its event was folded, until a checkpoint and the one before it have it.
create table lessons (
  tenant text collate "C" not null,
  log text collate "C" not null,
  position bigint not null,
  -- JSON
  lesson text not null,
  primary key (tenant, log, position)
);

-- Down Migration
drop table lessons, memories;
