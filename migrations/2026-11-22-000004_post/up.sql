-- Questions and answers are both posts: what people vote on, comment, flag, edit and hide is one
-- table, and a question's thread is one index range.

create table post (
  id uuid primary key,
  kind text not null check (kind in ('question', 'answer')),
  -- The question of an answer; a question's own id.
  question_id uuid not null references post,
  -- Of the question, repeated on its answers so that lists filter without a join.
  group_id uuid references user_group,
  author_id uuid not null references member,
  title text,
  body_markdown text not null,
  body_html text not null,
  -- The first words as plain text, for lists.
  excerpt text not null default '',
  -- Version of the renderer that made body_html and excerpt.
  renderer smallint not null,
  state text not null default 'published' check (state in ('published', 'hidden', 'deleted')),
  up_votes int not null default 0 check (up_votes >= 0),
  down_votes int not null default 0 check (down_votes >= 0),
  score int not null generated always as (up_votes - down_votes) stored,
  comment_count int not null default 0 check (comment_count >= 0),
  answer_count int not null default 0 check (answer_count >= 0),
  accepted_answer_id uuid references post,
  accepted_at timestamptz,
  -- Order of the list "hot"; see docs/community-rules.md, Lists.
  hot_key double precision not null default 0,
  active_at timestamptz not null,
  closed_at timestamptz,
  close_reason text check (close_reason in ('duplicate', 'needs_detail', 'off_topic', 'other')),
  duplicate_of uuid references post,
  locked_at timestamptz,
  created_at timestamptz not null,
  edited_at timestamptz,
  deleted_at timestamptz,
  version int not null default 1,
  import_source text,
  import_id text,
  searchable tsvector not null generated always as (
    setweight(to_tsvector('english', coalesce(title, '')), 'A') || setweight(to_tsvector('english', body_markdown), 'C')
  ) stored,
  unique (import_source, import_id),
  check ((kind = 'question') = (title is not null)),
  check ((kind = 'question') = (question_id = id)),
  check (accepted_answer_id is null or kind = 'question')
);
-- One index per list order. A list shows published questions, newest id last among equals.
create index question_hot on post (hot_key desc, id desc) where kind = 'question' and state = 'published';
create index question_active on post (active_at desc, id desc) where kind = 'question' and state = 'published';
create index question_new on post (created_at desc, id desc) where kind = 'question' and state = 'published';
create index question_top on post (score desc, id desc) where kind = 'question' and state = 'published';
create index question_unanswered on post (created_at desc, id desc)
  where kind = 'question' and state = 'published' and answer_count = 0;
create index question_of_group on post (group_id, active_at desc, id desc) where kind = 'question';
create index answer_of_question on post (question_id, id) where kind = 'answer';
create index post_of_author on post (author_id, created_at desc, id desc);
create index post_searchable on post using gin (searchable);
create index question_title_trigrams on post using gin (title gin_trgm_ops) where kind = 'question' and state = 'published';

create table revision (
  post_id uuid not null references post,
  number int not null,
  editor_id uuid not null references member,
  title text,
  body_markdown text not null,
  -- Names separated by spaces.
  tags text not null,
  reason text not null,
  created_at timestamptz not null,
  primary key (post_id, number)
);

create table vote (
  id uuid primary key,
  post_id uuid not null references post,
  -- Unknown for imported votes, which count all the same.
  member_id uuid references member,
  value smallint not null check (value in (-1, 1)),
  cast_at timestamptz not null,
  import_source text,
  import_id text,
  unique (post_id, member_id),
  unique (import_source, import_id)
);
create index vote_of_member on vote (member_id, cast_at desc);

create table comment (
  id uuid primary key,
  post_id uuid not null references post,
  author_id uuid not null references member,
  body_markdown text not null,
  body_html text not null,
  state text not null default 'published' check (state in ('published', 'deleted')),
  created_at timestamptz not null,
  edited_at timestamptz,
  import_source text,
  import_id text,
  unique (import_source, import_id)
);
create index comment_of_post on comment (post_id, id);
create index comment_of_author on comment (author_id, created_at desc);

create table tag (
  id uuid primary key,
  name text not null unique,
  description text not null default '',
  question_count int not null default 0 check (question_count >= 0),
  synonym_of uuid references tag,
  created_at timestamptz not null
);
create index tag_listed on tag (question_count desc, id desc);
create index tag_synonyms on tag (synonym_of) where synonym_of is not null;

create table question_tag (
  question_id uuid not null references post,
  tag_id uuid not null references tag,
  primary key (question_id, tag_id)
);
create index question_of_tag on question_tag (tag_id, question_id);

create table post_link (
  question_id uuid not null references post,
  related_id uuid not null references post,
  kind text not null check (kind in ('linked', 'duplicate')),
  created_at timestamptz not null,
  primary key (question_id, related_id, kind)
);
create index post_link_back on post_link (related_id);
