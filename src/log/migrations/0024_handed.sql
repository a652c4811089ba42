-- Up Migration

-- Whom it was handed on to last, as JSON: {n, to: {person} or {role}, by, reason, at}. Null: nobody handed it on.
alter table approvals add column handed text;
alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check check (kind in ('opened', 'reminder', 'escalated', 'decided', 'question', 'handed'));

-- Down Migration
delete from notices where kind = 'handed';
alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check check (kind in ('opened', 'reminder', 'escalated', 'decided', 'question'));
alter table approvals drop column handed;
