-- The dates that were wrong are gone.
select 1;
