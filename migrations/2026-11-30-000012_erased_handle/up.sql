-- The handles of the erased stay taken, so that no stranger passes for who is gone: as keyed hashes, in which nobody reads
-- them.
create table erased_handle (hash bytea primary key);
alter table server_secret drop constraint server_secret_purpose_check;
alter table server_secret add constraint server_secret_purpose_check check (purpose in ('access_token', 'cursor', 'handle'));
