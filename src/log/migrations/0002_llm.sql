-- Up Migration
-- What all workers know of a model: whether it may be asked now. Its provider counts requests whoever makes them, so the row is no
-- tenant's; locking it orders all who are about to ask.
create table llm_models (
  model text collate "C" not null primary key,
  -- the provider said so: nobody asks before
  paused_until timestamptz,
  -- who finds no place is told a time of its own, one after the other; this is the last one that was given
  queued_until timestamptz,
  -- the circuit breaker: failures in a row; open until then, for the how-manieth time, and why; one probe is under way until then
  failures integer not null default 0,
  open_until timestamptz,
  openings integer not null default 0,
  open_why text check (open_why in ('failing', 'quota')),
  probe_until timestamptz
);

-- Every request, written before it is made. A row that stays `open` is of a process that died: it counts like any other.
create table llm_calls (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  event_position bigint not null,
  -- counts the rows of an event, from 1
  number smallint not null,
  subject text collate "C" not null,
  step text collate "C" not null,
  model text collate "C" not null,
  prompt_version text collate "C" not null,
  -- SHA-256 over all that makes two questions the same
  question bytea not null,
  state text not null check (state in ('open', 'answered', 'abstained', 'off-schema', 'failed', 'cancelled', 'late', 'reused')),
  -- an abstention or a fault, by its code; then what more may be said of it
  code text,
  note text,
  started_at timestamptz not null,
  settled_at timestamptz,
  -- what is reserved until it is known
  input_tokens bigint not null,
  output_tokens bigint not null,
  nano_usd bigint not null,
  -- the budget's window that it is reserved in; null: it costs nothing
  window_seconds integer,
  window_start timestamptz,
  tight boolean not null,
  probe boolean not null default false,
  ms integer,
  request_id text,
  -- JSON text: {value} or {calls}
  answer text,
  -- the id of the call whose answer was taken again
  reused text,
  primary key (tenant, flow, event_position, number)
);
-- one answer a step, whoever asks twice
create unique index llm_calls_step on llm_calls (tenant, flow, event_position, step) where state in ('answered', 'abstained', 'reused');
create index llm_calls_minute on llm_calls (model, started_at) where state <> 'reused';
create index llm_calls_question on llm_calls (tenant, flow, question, settled_at) where state = 'answered';
create index llm_calls_open on llm_calls (model) where state = 'open';

-- What a flow may spend in a window of time. Money in billionths of a dollar: whole numbers add up exactly.
create table llm_budgets (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  window_seconds integer not null,
  window_start timestamptz not null,
  nano_usd_reserved bigint not null default 0,
  nano_usd_spent bigint not null default 0,
  tokens_reserved bigint not null default 0,
  tokens_spent bigint not null default 0,
  -- the policy's, when it was last asked
  nano_usd_max bigint not null default 0,
  tokens_max bigint not null default 0,
  primary key (tenant, flow, window_seconds, window_start)
);

-- Settled calls added up, so that looking at them costs the same however many there were.
create table llm_totals (
  tenant text collate "C" not null,
  flow text collate "C" not null,
  model text collate "C" not null,
  state text not null,
  calls bigint not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  nano_usd bigint not null default 0,
  primary key (tenant, flow, model, state)
);

-- Down Migration
drop table llm_totals, llm_budgets, llm_calls, llm_models;
