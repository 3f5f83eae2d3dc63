alter table session drop column network;
delete from server_secret where purpose = 'refresh_token';
alter table server_secret add constraint server_secret_purpose_check check (purpose in ('access_token', 'cursor', 'handle'));
