-- Up Migration
-- What later turned out to be true, and what that says of the decisions. All of it follows from the logs: one follower a flow
-- makes it, and could make it again from nothing. Appending touches none of it.

-- How far the follower has come in the flow's two logs. Whoever follows holds the row's lock: one at a time per flow.
create table outcome_cursors (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  accepted bigint not null default 0,
  cases bigint not null default 0,
  -- the newest event time up to there
  newest timestamptz,
  -- labels that have found no event yet, and those that gave way to newer ones
  waiting integer not null default 0,
  dropped bigint not null default 0,
  primary key (tenant, flow)
);

-- Every label, under the position of the event that carried it. The last one by position counts; all are kept.
create table labels (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  position bigint not null,
  subject text collate "C" not null,
  -- SHA-256 of subject and business key; null where the label named its event
  lookup bytea,
  -- the event whose decision it is about; null: it waits for one
  event_position bigint,
  truth text collate "C" not null,
  at timestamptz not null,
  accepted_at timestamptz not null,
  primary key (tenant, flow, position)
);
create index labels_event on labels (tenant, flow, event_position, position) where event_position is not null;
create index labels_lookup on labels (tenant, flow, lookup, position) where lookup is not null;
create index labels_subject on labels (tenant, flow, subject, position);
create index labels_waiting on labels (tenant, flow, position) where event_position is null;

-- Which code folded a flow's events from which position on: what a model's decision is counted under.
create table folding_codes (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  position bigint not null,
  code text collate "C" not null,
  primary key (tenant, flow, position)
);

-- Final decisions, counted. An empty text: there is none (no label yet, no model, nobody asked).
create table quality (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  -- of the event's time, UTC
  day date not null,
  rung text collate "C" not null,
  policy text collate "C" not null,
  model text collate "C" not null,
  prompt text collate "C" not null,
  reviewer text collate "C" not null,
  outcome text collate "C" not null,
  -- of ten, by confidence
  bucket smallint not null,
  truth text collate "C" not null,
  decisions bigint not null,
  -- sums as whole numbers, so that any order of adding and taking away gives the same
  confidence_millionths bigint not null,
  cost_usd_billionths bigint not null,
  primary key (tenant, flow, day, rung, policy, model, prompt, reviewer, outcome, bucket, truth)
);

-- Down Migration
drop table quality, folding_codes, labels, outcome_cursors;
