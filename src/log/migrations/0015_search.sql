-- Up Migration
-- What is looked for by a fragment: made by a follower out of the logs, and could be made again from nothing. Appending touches none of it.
create table search (
  tenant text collate "C" not null,
  log text collate "C" not null,
  position bigint not null,
  kind text not null check (kind in ('event', 'decision', 'approval')),
  at timestamptz not null,
  event_position bigint not null,
  -- of a decision
  revision smallint,
  subject text not null,
  title text not null,
  -- in small letters: ids, subject, type, outcome, reasons
  text text not null,
  primary key (tenant, log, position, kind)
);
create index search_newest on search (tenant, at desc, log desc, position desc, kind desc);
-- whole words from their beginning, where fragments cannot be had
create index search_start on search (tenant, lower(left(subject, 200)) text_pattern_ops);
create table search_cursors (
  tenant text collate "C" not null,
  log text collate "C" not null,
  position bigint not null default 0,
  primary key (tenant, log)
);
-- An operator's database may not let us: then only prefixes are found, and doctor says so.
do $$
begin
  create extension if not exists pg_trgm;
  create index search_text on search using gin (text gin_trgm_ops);
exception when others then
  raise notice 'pg_trgm cannot be had: %', sqlerrm;
end
$$;

-- Down Migration
drop table search, search_cursors;
