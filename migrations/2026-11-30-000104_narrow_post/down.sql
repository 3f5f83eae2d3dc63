-- Together with the two migrations before it: what followed the server of before is not brought back.
drop trigger question_listing_updated on question_listing;
drop trigger post_counter_updated on post_counter;
drop function note_question_listing_changes, note_post_counter_changes;
drop trigger post_listed on post;
drop function list_post;

alter table post
  add column up_votes int not null default 0 check (up_votes >= 0),
  add column down_votes int not null default 0 check (down_votes >= 0),
  add column score int not null generated always as (up_votes - down_votes) stored,
  add column comment_count int not null default 0 check (comment_count >= 0),
  add column answer_count int not null default 0 check (answer_count >= 0),
  add column hot_key double precision not null default 0,
  add column active_at timestamptz not null default '-infinity';
update post p set up_votes = c.up_votes, down_votes = c.down_votes, comment_count = c.comment_count, active_at = p.created_at
from post_counter c where c.post_id = p.id;
update post p set answer_count = l.answer_count, hot_key = l.hot_key, active_at = l.active_at
from question_listing l where l.question_id = p.id;
alter table post alter column active_at drop default;
create index question_hot on post (hot_key desc, id desc) where kind = 'question' and state = 'published';
create index question_active on post (active_at desc, id desc) where kind = 'question' and state = 'published';
create index question_new on post (created_at desc, id desc) where kind = 'question' and state = 'published';
create index question_top on post (score desc, id desc) where kind = 'question' and state = 'published';
create index question_unanswered on post (created_at desc, id desc)
  where kind = 'question' and state = 'published' and answer_count = 0;
create index question_of_group on post (group_id, active_at desc, id desc) where kind = 'question';

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
create trigger question_tag_inserted after insert on question_tag referencing new table as changed
  for each statement execute function note_question_tag_changes();
create trigger question_tag_updated after update on question_tag referencing new table as changed old table as was
  for each statement execute function note_question_tag_changes();
create trigger question_tag_deleted after delete on question_tag referencing old table as changed
  for each statement execute function note_question_tag_changes();
