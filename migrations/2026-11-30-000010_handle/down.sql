update member set handle_key = translate(lower(handle collate "C"), '015i-_', 'olsl');
create index member_by_name on member using gin (handle_key gin_trgm_ops);
drop index member_handle_word, member_handle;
comment on column member.handle_key is null;
