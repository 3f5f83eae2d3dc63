-- What changes often of a post stands in narrow rows of its own: a vote wrote the whole text anew, twice, and an entry into each
-- of fifteen indexes. The counters are in no index, so that their updates stay in their page (HOT). What lists of questions
-- are ordered and narrowed by is in one row a question, with an index an order.
--
-- Three migrations, so that the server of before goes on until the last one: here the tables, and triggers that bring over what
-- it writes; next the posts that are there, in batches; then the columns go (docs/size.md has the figures).

-- No foreign keys: the rows come with their posts by trigger, posts are never deleted, and a key would lock each post's row for
-- every one of them.
create table post_counter (
  post_id uuid primary key,
  -- A question's own id.
  question_id uuid not null,
  up_votes int not null default 0 check (up_votes >= 0),
  down_votes int not null default 0 check (down_votes >= 0),
  score int not null generated always as (up_votes - down_votes) stored,
  comment_count int not null default 0 check (comment_count >= 0)
) with (fillfactor = 80);

-- The order of the list "hot", highest first; see docs/community-rules.md, Lists.
create function hot_key(score int, answers_score int, participants int, asked_at timestamptz) returns double precision
language sql immutable as $$
  select sign((score + 2 * least(answers_score, 50) + participants)::double precision)
       * log(1 + abs((score + 2 * least(answers_score, 50) + participants)::double precision))
       + floor(extract(epoch from asked_at at time zone 'UTC'))::double precision / 172800
$$;

create table question_listing (
  question_id uuid primary key,
  group_id uuid,
  published boolean not null,
  -- Names, in alphabetical order.
  tags text[] not null default '{}',
  score int not null default 0,
  -- Of its published answers: how many, the sum of their scores, and how many members but the asker wrote them.
  answer_count int not null default 0 check (answer_count >= 0),
  answers_score int not null default 0,
  participants int not null default 0 check (participants >= 0),
  hot_key double precision not null generated always as (hot_key(score, answers_score, participants, created_at)) stored,
  active_at timestamptz not null,
  created_at timestamptz not null
) with (fillfactor = 80);
-- One index per list order. A list shows published questions, newest id last among equals.
create index question_listing_hot on question_listing (hot_key desc, question_id desc) where published;
create index question_listing_active on question_listing (active_at desc, question_id desc) where published;
create index question_listing_new on question_listing (created_at desc, question_id desc) where published;
create index question_listing_top on question_listing (score desc, question_id desc) where published;
create index question_listing_unanswered on question_listing (created_at desc, question_id desc) where published and answer_count = 0;
create index question_listing_of_group on question_listing (group_id, active_at desc, question_id desc) where published;

create function add_post_counters() returns trigger language plpgsql as $$
begin
  insert into post_counter (post_id, question_id) select id, question_id from added;
  insert into question_listing (question_id, group_id, published, active_at, created_at)
  select id, group_id, state = 'published', created_at, created_at from added where kind = 'question';
  return null;
end $$;
create trigger post_counted after insert on post referencing new table as added
  for each statement execute function add_post_counters();

create function list_tags() returns trigger language plpgsql as $$
begin
  update question_listing l set tags = t.tags
  from (select c.question_id, array(select t.name from question_tag q join tag t on t.id = q.tag_id
                                    where q.question_id = c.question_id order by t.name) as tags
        from (select distinct question_id from changed) c) t
  where l.question_id = t.question_id and l.tags <> t.tags;
  return null;
end $$;
create trigger question_tag_added after insert on question_tag referencing new table as changed
  for each statement execute function list_tags();
create trigger question_tag_removed after delete on question_tag referencing old table as changed
  for each statement execute function list_tags();

-- What a thread's rows must be, from the columns that will go.
create function listing_of(question uuid) returns setof question_listing language sql stable as $$
  select q.id, q.group_id, q.state = 'published',
         array(select t.name from question_tag qt join tag t on t.id = qt.tag_id where qt.question_id = q.id order by t.name),
         q.score, q.answer_count, coalesce(a.score, 0)::int, coalesce(a.participants, 0)::int, 0::double precision, q.active_at,
         q.created_at
  from post q cross join lateral (
    select sum(score) as score, count(distinct author_id) filter (where author_id <> q.author_id) as participants
    from post where question_id = q.id and kind = 'answer' and state = 'published') a
  where q.id = question
$$;

-- Upserts, so that whatever the server of before writes wins over a batch that read what was before.
create function follow_post() returns trigger language plpgsql as $$
begin
  insert into post_counter (post_id, question_id, up_votes, down_votes, comment_count)
  values (new.id, new.question_id, new.up_votes, new.down_votes, new.comment_count)
  on conflict (post_id) do update
    set up_votes = excluded.up_votes, down_votes = excluded.down_votes, comment_count = excluded.comment_count;
  -- Whoever deletes a comment holds no lock of the thread, and would write back what others have just changed of its listing.
  if (new.state, new.group_id, new.score, new.answer_count, new.hot_key, new.active_at)
    is not distinct from (old.state, old.group_id, old.score, old.answer_count, old.hot_key, old.active_at) then
    return null;
  end if;
  insert into question_listing (question_id, group_id, published, tags, score, answer_count, answers_score, participants, active_at, created_at)
  select question_id, group_id, published, tags, score, answer_count, answers_score, participants, active_at, created_at
  from listing_of(new.question_id)
  on conflict (question_id) do update
    set group_id = excluded.group_id, published = excluded.published, tags = excluded.tags, score = excluded.score,
        answer_count = excluded.answer_count, answers_score = excluded.answers_score, participants = excluded.participants,
        active_at = excluded.active_at;
  return null;
end $$;
create trigger post_followed
  after update of state, group_id, up_votes, down_votes, comment_count, answer_count, hot_key, active_at on post
  for each row execute function follow_post();

create procedure count_posts() language plpgsql as $$
declare
  done uuid := '00000000-0000-0000-0000-000000000000';
  upto uuid;
begin
  loop
    select id into upto from (select id from post where id > done order by id limit 5000) batch order by id desc limit 1;
    exit when upto is null;
    -- Whoever changes a question's tags comes before this batch, which reads them, or after it, and finds the row.
    lock table question_tag in share mode;
    insert into post_counter (post_id, question_id, up_votes, down_votes, comment_count)
    select id, question_id, up_votes, down_votes, comment_count from post where id > done and id <= upto
    on conflict do nothing;
    insert into question_listing (question_id, group_id, published, tags, score, answer_count, answers_score, participants, active_at, created_at)
    select l.question_id, l.group_id, l.published, l.tags, l.score, l.answer_count, l.answers_score, l.participants, l.active_at, l.created_at
    from post q cross join lateral listing_of(q.id) l
    where q.id > done and q.id <= upto and q.kind = 'question'
    on conflict do nothing;
    commit;
    done := upto;
  end loop;
end $$;
