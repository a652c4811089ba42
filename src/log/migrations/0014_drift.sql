-- Up Migration
-- What a flow's inputs, scores and calibration were and are: counts by bins. Its follower of outcomes writes it with its cursor.
create table drift (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  -- JSON
  state text not null,
  -- of all that is compared, in units of what may be: 1 has drifted
  measure float8 not null default 0,
  -- how many have
  drifted integer not null default 0,
  at timestamptz not null default now(),
  primary key (tenant, flow)
);

-- Down Migration
drop table drift;
