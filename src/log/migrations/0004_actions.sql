-- Up Migration
-- Actions of one outcome are steps of one saga; what is taken back is a step of its own, behind them.
alter table actions
  add column step smallint not null default 0,
  -- the action that takes this one back, where one can
  add column undo text collate "C",
  -- for one that takes another back: which
  add column undoes text collate "C",
  -- the limit that it was planned under
  add column limit_field text,
  add column limit_max double precision,
  -- orders the list; drawn from the head of the flow's second log
  add column position bigint,
  -- whom the last try was for
  add column receiver text collate "C",
  -- why it ended badly, of the table of error codes
  add column error_code text,
  -- how often people had it tried anew after it was given up
  add column redrives integer not null default 0;
alter table actions drop constraint actions_state_check;
alter table actions add constraint actions_state_check check (state in ('planned', 'done', 'not-sent', 'dead', 'refused', 'skipped'));

-- those of before get places behind what their log holds
with placed as (
  select a.tenant, a.flow, a.event_position, a.action,
    h.position + row_number() over (partition by a.tenant, a.flow order by a.planned_at, a.event_position, a.action) as position
  from actions a join heads h on h.tenant = a.tenant and h.log = a.flow || '/cases'
)
update actions a set position = p.position from placed p
where a.tenant = p.tenant and a.flow = p.flow and a.event_position = p.event_position and a.action = p.action;
update heads h set position = h.position + c.count
from (select tenant, flow, count(*) as count from actions group by tenant, flow) c
where h.tenant = c.tenant and h.log = c.flow || '/cases';
alter table actions alter column position set not null;

create unique index actions_list on actions (tenant, flow, position);
create index actions_planned on actions (tenant, flow, position) where state = 'planned';
create index actions_dead on actions (tenant, flow, position) where state = 'dead';

-- Whoever answered 410 Gone. A row is made when that happens first, so there are as many as there were such addresses.
create table receivers (
  tenant text collate "C" not null,
  receiver text collate "C" not null,
  -- without credentials, query and fragment
  url text not null,
  -- null: enabled again
  disabled_at timestamptz,
  why text not null,
  enabled_at timestamptz,
  enabled_by text,
  primary key (tenant, receiver)
);

-- Down Migration
drop table receivers;
drop index actions_list, actions_planned, actions_dead;
delete from actions where state in ('refused', 'skipped');
alter table actions drop constraint actions_state_check;
alter table actions add constraint actions_state_check check (state in ('planned', 'done', 'not-sent', 'dead'));
alter table actions drop column step, drop column undo, drop column undoes, drop column limit_field, drop column limit_max,
  drop column position, drop column receiver, drop column error_code, drop column redrives;
