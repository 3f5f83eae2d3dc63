-- The forum that reading and writing are measured on: 2,000 members, 10,000 questions (the newest 200 with 20 answers, the older
-- nine in ten with 4), 40,000 answers, about 80,000 votes, 5,000 comments, and 2 of 50 tags a question. Every text has two
-- paragraphs. `fixture.scale` multiplies all but the tags, and `fixture.renderer` is the version that the texts are rendered by.
--
-- Everything is derived from numbers by hashes: two runs see the same. Every invariant holds but for the boards, which are left
-- to `rebuild`. Voters are newcomers, whose votes earn reputation and no points.
set client_min_messages = warning;
set synchronous_commit = off;
set work_mem = '256MB';
set maintenance_work_mem = '512MB';

create function pg_temp.scaled(n int) returns int language sql stable as
  $$ select greatest(1, (n * current_setting('fixture.scale')::float8)::int) $$;
-- UUID version 7 of a time, told apart by a salt.
create function pg_temp.id(at timestamptz, salt text) returns uuid language sql immutable as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(salt), 1, 3) || '8' || substr(md5(salt), 4, 15))::uuid $$;
-- One of 0 .. most - 1.
create function pg_temp.hash(n bigint, most bigint) returns bigint language sql immutable as
  $$ select abs(hashint8extended(n, 7) % most) $$;
-- One of 1 .. most, the first ones more often, the more so the higher the power.
create function pg_temp.skewed(n bigint, most int, power float8) returns int language sql immutable as
  $$ select 1 + floor(most * power(pg_temp.hash(n, 1000003) / 1000003.0, power))::int $$;

-- 4,000 words, used as unevenly as those of a language; a paragraph has 45 of them, and a title 6.
create temp table word as
  select n, (select string_agg(substr('bacedifogupahelimonurisovuxywatezijkoru', 1 + pg_temp.hash(n * 7 + k, 19)::int * 2, 2), '')
             from generate_series(1, 2 + n % 3) k) as word
  from generate_series(1, 4000) n;
create unique index on word (n);
create temp table paragraph as
  select p as n, 'A note: ' || string_agg(w.word, ' ' order by k) || '.' as text
  from generate_series(1, 4000) p cross join generate_series(1, 45) k join word w on w.n = pg_temp.skewed(p * 1000 + k, 4000, 2.5) group by p;
-- One in sixteen is in Chinese, and one in umlauts.
update paragraph set text = 'A note: ' || (
    select string_agg(chr(19968 + pg_temp.skewed(n * 1000 + k, 3000, 2)) || case when k % 12 = 0 then '，' else '' end, '' order by k)
    from generate_series(1, 120) k)
  where n % 16 = 0;
update paragraph set text = translate(text, 'au', 'äü') where n % 16 = 1;
create unique index on paragraph (n);
create temp table title as
  select t as n, 'How ' || string_agg(w.word, ' ' order by k) as text
  from generate_series(1, 4000) t cross join generate_series(1, 6) k join word w on w.n = pg_temp.skewed(t * 977 + k + 77, 4000, 1.8) group by t;
create unique index on title (n);
analyze word;
analyze paragraph;
analyze title;

-- Words and trigrams are indexed at the end, at once.
create temp table word_index as
  select indexname, indexdef from pg_indexes where schemaname = 'public' and indexdef like '% USING gin %' and tablename ~ 'post|search_document';
do $$ declare name text; begin for name in select indexname from word_index loop execute format('drop index %I', name); end loop; end $$;

-- Members.
create temp table person as
  select n, pg_temp.id(at, 'member' || n) as id, at
  from (select n, timestamptz '2025-10-01 00:00Z' + n * interval '10 seconds' as at from generate_series(1, pg_temp.scaled(2000)) n) p;
create unique index on person (n);
analyze person;
insert into member (id, handle, handle_key, display_name, trust, created_at)
  select id, 'member' || n, translate('member' || n, '015', 'ols'), 'Member ' || n, 1, at from person order by n;

-- Posts.
create temp table question as
  select n, at, pg_temp.id(at, 'question' || n) as id, 1 + pg_temp.hash(n * 31, pg_temp.scaled(2000))::int as author,
         case when n > most - most / 50 then 20 when n <= most / 10 * 9 then 4 else 0 end as answers
  from (select n, most, timestamptz '2026-01-01 00:00Z' + n * (interval '200 days' / most) as at
        from (select pg_temp.scaled(10000) as most) m cross join generate_series(1, most) n) q;
create temp table answer as
  select q.n * 32 + k as n, q.at + k * interval '10 minutes' as at,
         pg_temp.id(q.at + k * interval '10 minutes', 'answer' || q.n * 32 + k) as id, q.id as question_id,
         1 + (q.author + pg_temp.hash(q.n * 17 + k * 7, pg_temp.scaled(2000) - 1)::int) % pg_temp.scaled(2000) as author
  from question q cross join lateral generate_series(1, q.answers) k;
analyze question;
analyze answer;
insert into post (id, kind, question_id, author_id, title, body_markdown, body_html, excerpt, renderer, created_at)
  select q.id, 'question', q.id, p.id, t.text || ' number ' || q.n || '?', a.text || E'\n\n' || b.text,
         '<p>' || a.text || E'</p>\n<p>' || b.text || E'</p>\n', left(a.text, 200), current_setting('fixture.renderer')::smallint, q.at
  from question q join person p on p.n = q.author join title t on t.n = 1 + pg_temp.hash(q.n * 11, 4000)
  join paragraph a on a.n = 1 + pg_temp.hash(q.n * 3, 4000) join paragraph b on b.n = 1 + pg_temp.hash(q.n * 5, 4000)
  order by q.n;
insert into post (id, kind, question_id, author_id, body_markdown, body_html, excerpt, renderer, created_at)
  select q.id, 'answer', q.question_id, p.id, a.text || E'\n\n' || b.text,
         '<p>' || a.text || E'</p>\n<p>' || b.text || E'</p>\n', left(a.text, 200), current_setting('fixture.renderer')::smallint, q.at
  from answer q join person p on p.n = q.author
  join paragraph a on a.n = 1 + pg_temp.hash(q.n * 3 + 1, 4000) join paragraph b on b.n = 1 + pg_temp.hash(q.n * 5 + 2, 4000)
  order by q.n;

-- Votes. Nobody votes on a post of theirs, nor twice on one: the steps go less than once around all members.
create temp table vote_cast as
  select p.id as post_id, p.kind, p.author, p.at + k * interval '1 hour' as at,
         pg_temp.id(p.at + k * interval '1 hour', 'vote' || p.kind || p.n || '/' || k) as id,
         1 + (p.author - 1 + k * (1 + pg_temp.hash(p.n, pg_temp.scaled(200)))::int) % pg_temp.scaled(2000) as voter
  from (select n, id, author, at, 'question' as kind, pg_temp.hash(n * 7, 9)::int as votes from question
        union all select n, id, author, at, 'answer', pg_temp.hash(n * 13, 3)::int from answer) p
  cross join lateral generate_series(1, p.votes) k;
insert into vote (id, post_id, member_id, value, voter_trust, cast_at)
  select v.id, v.post_id, p.id, 1, 0, v.at from vote_cast v join person p on p.n = v.voter order by v.at, v.id;
-- Up to 200 a day.
insert into reputation_entry (id, member_id, kind, amount, post_id, source, occurred_at)
  select pg_temp.id(v.at, 'esteem' || v.id), p.id, v.kind || '_up_vote', greatest(0, least(v.worth, 200 - v.before)), v.post_id, v.id::text, v.at
  from (select *, sum(worth) over day - worth as before
        from (select *, case kind when 'question' then 5 else 10 end as worth from vote_cast) v
        window day as (partition by author, (at at time zone 'UTC')::date order by at, id)) v
  join person p on p.n = v.author order by v.at, v.id;
insert into reputation (member_id, total) select member_id, sum(amount) from reputation_entry group by 1;

-- Comments, on one answer in eight.
insert into comment (id, post_id, author_id, body_markdown, body_html, renderer, created_at)
  select pg_temp.id(a.at + interval '5 minutes', 'comment' || a.n), a.id, p.id, 'Thank you, this helped me.',
         E'<p>Thank you, this helped me.</p>\n', current_setting('fixture.renderer')::smallint, a.at + interval '5 minutes'
  from answer a join person p on p.n = 1 + pg_temp.hash(a.n * 23, pg_temp.scaled(2000)) where pg_temp.hash(a.n, 8) = 0 order by a.n;

-- Tags, the first ones more often.
insert into tag (id, name, description, created_at)
  select pg_temp.id(timestamptz '2025-10-01 00:00Z', 'tag' || n), 'tag' || n, 'Questions about tag' || n || '.', timestamptz '2025-10-01 00:00Z'
  from generate_series(1, 50) n;
insert into question_tag (question_id, tag_id)
  select q.id, pg_temp.id(timestamptz '2025-10-01 00:00Z', 'tag' || t.n)
  from question q cross join lateral (
    select pg_temp.skewed(q.n * 13, 50, 2) as n union select 1 + pg_temp.skewed(q.n * 13, 50, 2) % 50) t
  order by q.n;
update tag t set question_count = q.n from (select tag_id, count(*) as n from question_tag group by 1) q where q.tag_id = t.id;

-- Counters.
update post_counter c set up_votes = v.up_votes
  from (select post_id, count(*) as up_votes from vote group by 1) v where v.post_id = c.post_id;
update post_counter c set comment_count = d.comment_count
  from (select post_id, count(*) as comment_count from comment group by 1) d where d.post_id = c.post_id;
create temp table answered as
  select a.question_id, count(*) as answer_count, sum(c.score) as answers_score,
         count(distinct a.author_id) filter (where a.author_id <> q.author_id) as participants, max(a.created_at) as active_at
  from post a join post_counter c on c.post_id = a.id join post q on q.id = a.question_id where a.kind = 'answer' group by 1;
update question_listing l
  set score = s.score, answer_count = s.answer_count, answers_score = s.answers_score, participants = s.participants,
      active_at = coalesce(s.active_at, l.active_at)
  from (select c.post_id, c.score, coalesce(a.answer_count, 0) as answer_count, coalesce(a.answers_score, 0) as answers_score,
               coalesce(a.participants, 0) as participants, a.active_at
        from post_counter c left join answered a on a.question_id = c.post_id where c.post_id = c.question_id) s
  where s.post_id = l.question_id;

do $$ declare def text; begin for def in select indexdef from word_index loop execute def; end loop; end $$;
