-- Up Migration
-- What happens about an event after its decision: as long as it is open, the event's mail stays, and a run that is lost begins it again.
create table stories (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  -- of its event
  position bigint not null,
  subject text collate "C" not null,
  -- JSON: the waits of the story in order, each with its time and what ended it
  state text not null default '{"waits":[]}',
  open boolean not null,
  -- when the wait that it is in ends by itself; null: it is in none
  due_at timestamptz,
  primary key (tenant, flow, position)
);
create index stories_due on stories (due_at) where open;
-- An event that came to its case, for those that wait for one.
create index entries_handed on entries (tenant, log, subject, type, position) where ending in ('waiting', 'case') or note in ('look', 'heard');
alter table actions
  -- a story asked for it: it is no step of its outcome's saga
  add column asked boolean not null default false;

-- Down Migration
alter table actions drop column asked;
drop index entries_handed;
drop table stories;
