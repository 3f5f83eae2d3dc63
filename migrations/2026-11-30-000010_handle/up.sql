-- A member is looked up by the handle itself, case aside. What a handle looks like serves to refuse registrations, and
-- nothing else.

-- In byte order, so that it finds prefixes, too; and in ASCII whatever the database's language, for handles are.
create unique index member_handle on member (lower(handle collate "C"));
-- The word: case, separators and look-alike digits aside.
create unique index member_handle_word on member (translate(lower(handle collate "C"), '05-_', 'os'));
drop index member_by_name;

-- The shape: a capital I, a small l and 1 are one, a small i and a capital L are themselves. Earlier keys folded these, too,
-- so that none of the new ones is taken.
update member set handle_key = translate(handle, 'ABCDEFGHIJKMNOPQRSTUVWXYZ015-_', 'abcdefghljkmnopqrstuvwxyzols');
comment on column member.handle_key is 'What the handle looks like: refuses registrations, and finds nobody.';
