drop table import_progress, server_secret, idempotency_key, parked_event, outbox_event;
drop function refuse_change();
drop extension pg_trgm;
