-- Up Migration
-- What a server was found to take, by its address and model: what it refuses is not sent again.
create table llm_servers (
  address text collate "C" not null,
  model text collate "C" not null,
  format text not null check (format in ('schema', 'object', 'text')),
  tools boolean not null,
  limit_name text not null check (limit_name in ('max_tokens', 'max_completion_tokens', 'none')),
  system boolean not null,
  -- question and answer together, as the server said it
  context_tokens bigint,
  learned_at timestamptz not null,
  primary key (address, model)
);

alter table llm_models
  -- why it was left alone last: a code, and the server's own sentence as it may be kept
  add column trouble text,
  add column answered_at timestamptz,
  -- since when it has been asked without an answer: it may be loading
  add column silent_since timestamptz;

-- When the request is surely over, whatever became of its process: until then it holds one of the model's places.
alter table llm_calls add column over_at timestamptz;

-- Who is next where all places of a model are taken: the first of each process, as it was seen last.
create table llm_queue (
  model text collate "C" not null,
  tenant text collate "C" not null,
  flow text collate "C" not null,
  event_position bigint not null,
  step text collate "C" not null,
  -- the earlier deadline first, in steps; of one step the higher value
  due bigint not null,
  value float8 not null,
  seen_at timestamptz not null,
  primary key (model, tenant, flow, event_position, step)
);

-- Down Migration
drop table llm_queue, llm_servers;
alter table llm_calls drop column over_at;
alter table llm_models drop column trouble, drop column answered_at, drop column silent_since;
