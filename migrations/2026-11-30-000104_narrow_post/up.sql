-- The server of before ends here: nothing reads or writes these columns any more.
drop trigger post_followed on post;
drop procedure count_posts;
drop function follow_post, listing_of;

drop index question_hot, question_active, question_new, question_top, question_unanswered, question_of_group;
alter table post
  drop column score, drop column up_votes, drop column down_votes, drop column comment_count, drop column answer_count,
  drop column hot_key, drop column active_at;

create function list_post() returns trigger language plpgsql as $$
begin
  update question_listing set group_id = new.group_id, published = new.state = 'published' where question_id = new.id;
  return null;
end $$;
create trigger post_listed after update of state, group_id on post for each row
  when (new.kind = 'question' and (new.state, new.group_id) is distinct from (old.state, old.group_id))
  execute function list_post();

-- Cards show a question's counters, and none of an answer's.
create function note_post_counter_changes() returns trigger language plpgsql as $$
begin
  perform append_changes(array(
    select distinct k.key from changed c
    cross join lateral (values (c.question_id::text), (case when c.post_id = c.question_id then 'questions' end)) k (key)
    where k.key is not null limit 65));
  return null;
end $$;
create trigger post_counter_updated after update on post_counter referencing new table as changed
  for each statement execute function note_post_counter_changes();

create function note_question_listing_changes() returns trigger language plpgsql as $$
begin
  perform append_changes(array(
    select distinct k.key from changed c cross join lateral (values (c.question_id::text), ('questions')) k (key) limit 65));
  return null;
end $$;
create trigger question_listing_updated after update on question_listing referencing new table as changed
  for each statement execute function note_question_listing_changes();

-- A question's tags are shown as they stand in its listing.
drop trigger question_tag_inserted on question_tag;
drop trigger question_tag_updated on question_tag;
drop trigger question_tag_deleted on question_tag;
drop function note_question_tag_changes;
