-- Refusals are kept no longer: they did nothing, and what refused them may be gone.
delete from idempotency_key where status >= 400;
