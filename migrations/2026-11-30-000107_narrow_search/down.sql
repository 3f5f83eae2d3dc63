-- Together with the two migrations before it.
create index question_title_trigrams on post using gin (title gin_trgm_ops) where kind = 'question' and state = 'published';
create function searchable_of(title text, body text) returns tsvector language sql immutable as $$
  select setweight(to_tsvector('english', regexp_replace(translate(coalesce(title, ''), '<', ' '), '(\S{100})', '\1 ', 'g')), 'A')
      || setweight(to_tsvector('english', regexp_replace(translate(body, '<', ' '), '(\S{100})', '\1 ', 'g')), 'C')
$$;
alter table post add column searchable tsvector;
update post set searchable = searchable_of(title, body_markdown);
alter table post alter column searchable set not null;
create index post_searchable on post using gin (searchable);
create function index_post() returns trigger language plpgsql as $$
begin
  new.searchable := searchable_of(new.title, new.body_markdown);
  return new;
end $$;
create trigger post_indexed before insert or update of title, body_markdown on post for each row execute function index_post();
