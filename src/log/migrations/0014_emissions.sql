-- Up Migration

-- Events of a flow's own that its cases, or whoever follows its outcomes, asked for: an ingress appends them, and the row goes in the same
-- transaction. One that is refused stays.
create table emissions (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  -- the type of the event
  name text collate "C" not null,
  -- of the event of the flow's log that opened it
  position bigint not null,
  subject text collate "C" not null,
  -- JSON, as it goes into the event
  data text not null,
  -- the position of what caused it: of several, the one with the most own events before it
  cause bigint not null,
  correlation text,
  hops smallint not null,
  at timestamptz not null,
  -- why it is refused
  trouble text,
  -- orders appending: drawn under the lock of whoever asks
  nth bigint generated always as identity,
  primary key (tenant, flow, name, position)
);
create index emissions_open on emissions (tenant, flow, nth) where trouble is null;

-- That an emission was asked for: whoever asks again changes nothing, and the audit adds up by it.
create table emission_marks (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  name text collate "C" not null,
  position bigint not null,
  subject text collate "C" not null,
  hops smallint not null,
  at timestamptz not null,
  nth bigint generated always as identity,
  primary key (tenant, flow, name, position)
);
create index emission_marks_subject on emission_marks (tenant, flow, subject, nth);

-- Down Migration
drop table emission_marks, emissions;
