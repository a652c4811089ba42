-- Up Migration

-- How each secret is kept: `none` is as it is, else `aes-256-gcm/<id of the key>`.
alter table webhook_secrets drop constraint webhook_secrets_sealing_check;
alter table webhook_secrets add constraint webhook_secrets_sealing_check check (sealing ~ '^(none|aes-256-gcm/[0-9a-f]{8})$');

-- A name and a password leave the address of a broker: they are kept as secrets of webhooks are, and the address can be shown.
alter table streams add column credentials text;
alter table streams add column sealing text not null default 'none' check (sealing ~ '^(none|aes-256-gcm/[0-9a-f]{8})$');
update streams set
  credentials = substring(settings::jsonb ->> 'url' from '^[a-z]+://([^/?#]*)@'),
  settings = jsonb_set(settings::jsonb, '{url}', to_jsonb(regexp_replace(settings::jsonb ->> 'url', '^([a-z]+://)[^/?#]*@', '\1')))::text
where settings::jsonb ->> 'url' ~ '^[a-z]+://[^/?#]*@';

-- What became of the requests to each webhook: every ingress adds its own every few seconds.
create table webhook_counts (
  tenant text collate "C" not null,
  source text collate "C" not null,
  result text collate "C" not null,
  count bigint not null,
  last_at timestamptz not null,
  primary key (tenant, source, result),
  foreign key (tenant, source) references webhooks (tenant, source)
);

-- Down Migration
-- It fails while a secret is sealed, as no build from before can read it.
drop table webhook_counts;
update streams set settings = jsonb_set(settings::jsonb, '{url}', to_jsonb(replace(settings::jsonb ->> 'url', '://', '://' || credentials || '@')))::text
where credentials is not null;
alter table streams drop column credentials, drop column sealing;
alter table webhook_secrets drop constraint webhook_secrets_sealing_check;
alter table webhook_secrets add constraint webhook_secrets_sealing_check check (sealing = 'none');
