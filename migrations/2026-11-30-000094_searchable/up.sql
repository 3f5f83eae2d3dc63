-- PostgreSQL's parser reads a long run without a space again from each place where a host, path or number may begin: thirty
-- thousand characters of `_a` took it five seconds. So runs are cut at 100 characters, and nothing begins a tag or a comment.
-- A trigger, because a generated column cannot be given another expression without writing every row anew.
create function searchable_of(title text, body text) returns tsvector language sql immutable as $$
  select setweight(to_tsvector('english', regexp_replace(translate(coalesce(title, ''), '<', ' '), '(\S{100})', '\1 ', 'g')), 'A')
      || setweight(to_tsvector('english', regexp_replace(translate(body, '<', ' '), '(\S{100})', '\1 ', 'g')), 'C')
$$;

alter table post alter column searchable drop expression;

create function index_post() returns trigger language plpgsql as $$
begin
  new.searchable := searchable_of(new.title, new.body_markdown);
  return new;
end $$;
create trigger post_indexed before insert or update of title, body_markdown on post for each row execute function index_post();
