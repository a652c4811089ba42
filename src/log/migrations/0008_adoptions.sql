-- Up Migration

-- The event that an `adopt` entry points to. The entry stands in the log of the flow that took it over, with the event's columns and body.
create table adoptions (
  tenant text collate "C" not null,
  log text collate "C" not null,
  position bigint not null,
  origin_log text collate "C" not null,
  origin_position bigint not null,
  -- the flow answers the event's type, so what becomes of the event is what its sender is told; else it follows another flow's type
  answers boolean not null,
  adopted_at timestamptz not null,
  primary key (tenant, log, position)
);
-- once into each log, however many processes take over
create unique index adoptions_origin on adoptions (tenant, origin_log, origin_position, log);

-- How far a flow has gone through another log for events of a type. One row a type: a type that a flow takes later begins at the start.
create table followings (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  log text collate "C" not null,
  type text collate "C" not null,
  position bigint not null default 0,
  -- events up to here were there before the flow: it learns from them and acts on none
  history_to bigint not null,
  primary key (tenant, flow, log, type)
);

drop index entries_subject;
create index entries_subject on entries (tenant, log, subject, position) where kind in ('event', 'adopt');

-- Down Migration
drop index entries_subject;
create index entries_subject on entries (tenant, log, subject, position) where kind = 'event';
drop table followings;
drop table adoptions;
