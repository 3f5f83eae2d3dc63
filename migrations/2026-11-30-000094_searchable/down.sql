drop trigger post_indexed on post;
drop function index_post;
drop function searchable_of;
alter table post drop column searchable;
alter table post add column searchable tsvector not null generated always as (
  setweight(to_tsvector('english', coalesce(title, '')), 'A') || setweight(to_tsvector('english', body_markdown), 'C')
) stored;
create index post_searchable on post using gin (searchable);
