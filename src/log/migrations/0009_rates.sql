-- Up Migration
-- Events a second that an ingress takes from the key; null: as many as it can.
alter table keys add column rate integer check (rate between 1 and 1000000);

-- Down Migration
alter table keys drop column rate;
