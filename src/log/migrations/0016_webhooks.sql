-- Up Migration

-- Providers that post to /v1/webhooks/<source>. One row is one endpoint there: identity of events is (its source, the provider's id).
create table webhooks (
  tenant text collate "C" not null,
  source text collate "C" not null,
  provider text not null,
  -- JSON: where a generic sender has its signature, id and time; origins that may ask by OPTIONS
  settings text not null,
  -- YAML; null: the provider's preset
  mapping text,
  created_at timestamptz not null default now(),
  created_by text not null,
  disabled_at timestamptz,
  primary key (tenant, source)
);

-- What each may be signed with: several while a secret is changed. It must be there in the clear to verify with.
create table webhook_secrets (
  tenant text collate "C" not null,
  source text collate "C" not null,
  number integer not null,
  secret text not null,
  -- how `secret` is kept: as it is, until there are keys to seal it with
  sealing text not null default 'none' check (sealing = 'none'),
  created_at timestamptz not null default now(),
  -- not valid any more from then on
  until timestamptz,
  primary key (tenant, source, number),
  foreign key (tenant, source) references webhooks (tenant, source)
);

-- What an event was made from, where that was no CloudEvent: the bytes as they came.
create table originals (
  tenant text collate "C" not null,
  source text collate "C" not null,
  id text collate "C" not null,
  -- 'webhook', or the kind of a stream
  via text not null,
  their_type text not null,
  content_type text,
  -- the mapping that made the event of it, by its version; null: none took it
  mapping text,
  fault text,
  body bytea not null,
  came_at timestamptz not null default now(),
  primary key (tenant, source, id)
);

-- Down Migration
drop table originals, webhook_secrets, webhooks;
