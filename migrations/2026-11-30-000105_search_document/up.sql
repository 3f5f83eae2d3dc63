-- What posts are found by stands in a table of its own, with all that candidates are narrowed by: a search reads one narrow row
-- a candidate, and joins the page alone. The words are taken apart by the server (src/forum/search_document/analysis.rs), in the
-- language of each post, so that they are found in any writing; PostgreSQL keeps and ranks them.
--
-- Three migrations, as for the counters before: here the tables, and triggers that follow what the server of before writes; next
-- the posts that are there, in batches; then its column goes.

create table search_document (
  post_id uuid primary key,
  -- A question's own id.
  question_id uuid not null,
  group_id uuid,
  author_id uuid not null,
  -- Neither it nor its question is hidden or deleted.
  published boolean not null,
  created_at timestamptz not null,
  -- ISO 639-1: decides how words are stemmed.
  language text,
  word_count int not null default 0 check (word_count >= 0),
  -- Which way of taking apart made the words; 0: none yet.
  analyzer smallint not null default 0,
  words tsvector,
  check ((analyzer = 0) = (words is null) and (analyzer = 0) = (language is null))
);
-- Ranking reads the words of each candidate: they stay in the row, as they are.
alter table search_document alter column words set storage main;
alter table search_document set (toast_tuple_target = 8160);
create index search_document_words on search_document using gin (words) where words is not null;
create index search_document_stale on search_document (analyzer, post_id);

-- What lexemes there are, with at how many posts they stand (rounded down to a power of two, so that few rows change).
create table search_word (
  word text collate "C" primary key,
  documents int not null check (documents > 0)
);
-- Whether a lexeme is a word that another may be misspelt for, and no stem, pair of characters or mark.
create function mends(word text) returns boolean language sql immutable parallel safe as
  $$ select length(word) between 4 and 31 and word !~ '[0-9+#:@]' $$;
create index search_word_by_likeness on search_word using gist (word gist_trgm_ops) where mends(word);
create index search_word_by_documents on search_word (documents);

-- One row: when the words were counted, how often documents had been written by then, and how often words were taken out.
create table search_word_count (
  id boolean primary key default true check (id),
  counted_at timestamptz,
  documents_written bigint not null default 0,
  deletions bigint not null default 0
);
insert into search_word_count default values;

create function add_search_documents() returns trigger language plpgsql as $$
begin
  insert into search_document (post_id, question_id, group_id, author_id, published, created_at)
  select p.id, p.question_id, p.group_id, p.author_id, p.state = 'published' and q.state = 'published', p.created_at
  from added p join post q on q.id = p.question_id;
  return null;
end $$;
create trigger post_documented after insert on post referencing new table as added
  for each statement execute function add_search_documents();

create function follow_search_document() returns trigger language plpgsql as $$
begin
  update search_document d
  set group_id = p.group_id, author_id = p.author_id, published = p.state = 'published' and q.state = 'published'
  from post p join post q on q.id = p.question_id
  where d.post_id = p.id and p.question_id = new.question_id and (p.id = new.id or new.kind = 'question')
    and (d.group_id, d.author_id, d.published)
      is distinct from (p.group_id, p.author_id, p.state = 'published' and q.state = 'published');
  return null;
end $$;
create trigger post_document_followed after update of state, group_id, author_id on post for each row
  when ((new.state, new.group_id, new.author_id) is distinct from (old.state, old.group_id, old.author_id))
  execute function follow_search_document();

create procedure list_documents() language plpgsql as $$
declare
  done uuid := '00000000-0000-0000-0000-000000000000';
  upto uuid;
begin
  loop
    select id into upto from (select id from post where id > done order by id limit 5000) batch order by id desc limit 1;
    exit when upto is null;
    -- Whoever changes one of them comes before this batch, which reads it, or after it, and finds the row.
    perform from post where id > done and id <= upto for share;
    insert into search_document (post_id, question_id, group_id, author_id, published, created_at)
    select p.id, p.question_id, p.group_id, p.author_id, p.state = 'published' and q.state = 'published', p.created_at
    from post p join post q on q.id = p.question_id where p.id > done and p.id <= upto
    on conflict do nothing;
    commit;
    done := upto;
  end loop;
end $$;
