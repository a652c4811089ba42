-- Up Migration
-- Why an event is in its case's mailbox: its case decides it, only acts on what its reflex has decided, or looks at it again.
alter table mailboxes add column why text not null default 'decide' check (why in ('decide', 'act', 'look'));
-- The outcomes that actions follow where a reflex decides. No policy of before had any.
alter table policies add column reflex_acts_on text[] not null default '{}';

-- Down Migration
alter table policies drop column reflex_acts_on;
alter table mailboxes drop column why;
