alter table parked_event drop column aggregate;
alter table outbox_event drop column aggregate;
alter table outbox_event add column xid xid8 not null default pg_current_xact_id();
