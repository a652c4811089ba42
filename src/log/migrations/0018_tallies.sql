-- Up Migration
-- What came, was decided and was done, counted by time: made by a follower out of the logs, and could be made again from nothing. Appending
-- touches none of it. There are never more rows of a step than entries and records of the logs.
create table tallies (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  -- an event that the flow took; one that it made itself; a final decision; an action that ended
  kind text collate "C" not null check (kind in ('event', 'own', 'outcome', 'action')),
  -- minutes: quarters of an hour add up to hours and days of every time zone
  step smallint not null check (step in (1, 15)),
  at timestamptz not null,
  -- a type, an outcome, the name of an action
  name text collate "C" not null,
  -- the rung of an outcome; the outcome that an action followed
  by text collate "C" not null default '',
  -- how an action ended
  state text collate "C" not null default '',
  count bigint not null,
  primary key (tenant, flow, kind, step, at, name, by, state)
);
create table tally_cursors (
  tenant text collate "C" not null,
  log text collate "C" not null,
  position bigint not null default 0,
  primary key (tenant, log)
);
-- Of each hour, the cases that took longest to decide: some tens, however many were closed.
create table slow_cases (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  hour timestamptz not null,
  event_position bigint not null,
  -- from acceptance to the final decision
  ms bigint not null,
  revision smallint not null,
  primary key (tenant, flow, hour, event_position)
);

-- Down Migration
drop table tallies, tally_cursors, slow_cases;
