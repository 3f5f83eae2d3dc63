-- The change feed: each transaction that changes what visitors' answers show appends the keys of what it changed, and each
-- server reads the rows that the snapshot of its previous look did not see (kit/change_feed.rs). A key is the id of a row, or
-- a word for all of a kind; `*` is everything. Not logged: whoever loses the connection to PostgreSQL drops all that it keeps.
create unlogged table change (
  xid xid8 not null default pg_current_xact_id(),
  key text collate "C" not null,
  primary key (xid, key)
);

-- A statement that changes many rows names everything.
create function append_changes(keys text[]) returns void language plpgsql as $$
begin
  insert into change (key)
  select unnest(case when cardinality(keys) > 64 then array['*'] else keys end)
  on conflict do nothing;
end $$;

-- In each function `changed` are the rows as they are (or were, where they are deleted), and `was` what they were before an
-- update. Of more than 64 keys it is enough to know that there are more.

-- Cards show questions, and lists and profiles count posts: those are `questions`. A reply, a vote on an answer or its new text
-- is shown with its question alone.
create function note_post_changes() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    perform append_changes(array(
      select distinct k.key from changed c join was w on w.id = c.id
      cross join lateral (values
        (c.question_id::text),
        (w.question_id::text),
        (case when c.kind = 'question' or (c.state, c.author_id, c.group_id, c.question_id)
           is distinct from (w.state, w.author_id, w.group_id, w.question_id) then 'questions' end)) k (key)
      where k.key is not null limit 65));
  else
    perform append_changes(array(
      select distinct k.key from changed c cross join lateral (values (c.question_id::text), ('questions')) k (key) limit 65));
  end if;
  return null;
end $$;

create function note_comment_changes() returns trigger language plpgsql as $$
begin
  perform append_changes(array(select distinct p.question_id::text from changed c join post p on p.id = c.post_id limit 65));
  return null;
end $$;

create function note_question_tag_changes() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    perform append_changes(array(
      select distinct k.key from (select question_id from changed union select question_id from was) c
      cross join lateral (values (c.question_id::text), ('questions')) k (key) limit 65));
  else
    perform append_changes(array(
      select distinct k.key from changed c cross join lateral (values (c.question_id::text), ('questions')) k (key) limit 65));
  end if;
  return null;
end $$;

-- Each question shows the names of its tags; their counts change with every question.
create function note_tag_changes() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    perform append_changes(array(
      select distinct k.key from changed c join was w on w.id = c.id
      cross join lateral (values
        ('tags'), (case when (c.name, c.synonym_of) is distinct from (w.name, w.synonym_of) then 'tag_names' end)) k (key)
      where k.key is not null));
  elsif exists (select from changed) then
    perform append_changes(array['tags', 'tag_names']);
  end if;
  return null;
end $$;

-- Each question of a group shows its name, as long as everybody may see it; their counts change with everybody who joins.
create function note_user_group_changes() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    perform append_changes(array(
      select distinct k.key from changed c join was w on w.id = c.id
      cross join lateral (values
        ('groups'),
        (case when (c.slug, c.name, c.private, c.deleted_at) is distinct from (w.slug, w.name, w.private, w.deleted_at)
           then 'group_names' end)) k (key)
      where k.key is not null));
  elsif exists (select from changed) then
    perform append_changes(array['groups', 'group_names']);
  end if;
  return null;
end $$;

-- A profile shows the groups that somebody is in.
create function note_membership_changes() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    perform append_changes(array(
      select distinct c.member_id::text from (select member_id from changed union select member_id from was) c limit 65));
  else
    perform append_changes(array(select distinct member_id::text from changed limit 65));
  end if;
  return null;
end $$;

-- Whoever has just come stands nowhere yet. Trust is shown to nobody.
create function note_member_changes() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    perform append_changes(array(
      select distinct k.key from changed c join was w on w.id = c.id
      cross join lateral (values (c.id::text), ('member_names')) k (key)
      where (c.handle, c.display_name, c.bio, c.role, c.created_at, c.erased_at, c.merged_into, c.version)
        is distinct from (w.handle, w.display_name, w.bio, w.role, w.created_at, w.erased_at, w.merged_into, w.version)
      limit 65));
  else
    perform append_changes(array(
      select distinct k.key from changed c cross join lateral (values (c.id::text), ('member_names')) k (key) limit 65));
  end if;
  return null;
end $$;

-- A profile says whether somebody has an account.
create function note_account_changes() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    perform append_changes(array(
      select distinct k.key from changed c join was w on w.id = c.id
      cross join lateral (values (c.member_id::text), (w.member_id::text)) k (key)
      where c.member_id <> w.member_id limit 65));
  else
    perform append_changes(array(select distinct member_id::text from changed limit 65));
  end if;
  return null;
end $$;

create function note_reputation_changes() returns trigger language plpgsql as $$
begin
  perform append_changes(array(select distinct member_id::text from changed limit 65));
  return null;
end $$;

-- A board's version goes up with each change of its scores.
create function note_leaderboard_changes() returns trigger language plpgsql as $$
begin
  if exists (select from changed) then
    perform append_changes(array['leaderboards']);
  end if;
  return null;
end $$;

create function note_site_changes() returns trigger language plpgsql as $$
begin
  perform append_changes(array['site']);
  return null;
end $$;

do $$
declare
  shown text;
begin
  foreach shown in array array[
    'account', 'comment', 'leaderboard', 'member', 'membership', 'post', 'question_tag', 'reputation', 'site', 'tag', 'user_group'] loop
    -- A member who is new is shown nowhere.
    if shown <> 'member' then
      execute format('create trigger %1$s_inserted after insert on %1$I referencing new table as changed
        for each statement execute function note_%1$s_changes()', shown);
    end if;
    execute format('create trigger %1$s_updated after update on %1$I referencing new table as changed old table as was
      for each statement execute function note_%1$s_changes()', shown);
    execute format('create trigger %1$s_deleted after delete on %1$I referencing old table as changed
      for each statement execute function note_%1$s_changes()', shown);
  end loop;
end $$;
