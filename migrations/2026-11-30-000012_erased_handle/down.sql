drop table erased_handle;
delete from server_secret where purpose = 'handle';
alter table server_secret drop constraint server_secret_purpose_check;
alter table server_secret add constraint server_secret_purpose_check check (purpose in ('access_token', 'cursor'));
