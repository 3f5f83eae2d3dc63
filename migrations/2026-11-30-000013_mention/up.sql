-- Whom a post (its title and earlier texts included) or a comment on it names.
create table mention (
  member_id uuid not null references member,
  post_id uuid not null references post,
  comment_id uuid references comment,
  unique nulls not distinct (member_id, post_id, comment_id)
);
create index mention_in_post on mention (post_id) where comment_id is null;
create index mention_in_comment on mention (comment_id) where comment_id is not null;

-- Version of the renderer that made body_html, as posts have it: a job renders anew what an earlier one made, and so
-- resolves the names in texts that were written before.
alter table comment add column renderer smallint not null default 1;
alter table comment alter column renderer drop default;
create index post_by_renderer on post (renderer);
create index comment_by_renderer on comment (renderer);
-- To find what somebody wrote, when they are erased.
create index revision_of_editor on revision (editor_id);

-- Events under way told of handles.
create function pg_temp.resolved(payload jsonb) returns jsonb language sql as $$
  select (payload - 'handles') || jsonb_build_object('members', (
    select coalesce(jsonb_agg(m.id), '[]') from jsonb_array_elements_text(payload -> 'handles') h (handle)
    join member m on lower(m.handle collate "C") = lower(h.handle collate "C") and m.erased_at is null))
$$;
update outbox_event set payload = pg_temp.resolved(payload) where kind = 'members_mentioned' and payload ? 'handles';
update parked_event set payload = pg_temp.resolved(payload) where kind = 'members_mentioned' and payload ? 'handles';
drop function pg_temp.resolved(jsonb);
