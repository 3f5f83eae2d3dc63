-- A large, consistent database: 100,000 members, 200,000 questions, 300,000 answers, votes, acceptances, 640,000 purchases
-- and about 1,000,000 lots. `large.scale` shrinks it. Everything is derived from numbers by hashes, so that two runs differ in
-- nothing but their clock. A few members have a great deal of everything: member1 two in a hundred.
--
-- Balances, counters and totals are sums of what was filled in; boards are left to `rebuild`.
set client_min_messages = warning;
set synchronous_commit = off;
set work_mem = '256MB';
set maintenance_work_mem = '512MB';
-- Rows are right by construction: foreign keys are not looked up one by one.
set session_replication_role = replica;

create function pg_temp.scaled(n int) returns int language sql stable as
  $$ select greatest(1, (n * current_setting('large.scale')::float8)::int) $$;
-- UUID version 7 of a time, told apart by a salt.
create function pg_temp.id(at timestamptz, salt text) returns uuid language sql immutable as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(salt), 1, 3) || '8' || substr(md5(salt), 4, 15))::uuid $$;
-- One of 0 .. most - 1.
create function pg_temp.hash(n bigint, most bigint) returns bigint language sql immutable as
  $$ select abs(hashint8extended(n, 7) % most) $$;
-- One of 1 .. most, the first ones far more often.
create function pg_temp.skewed(n bigint, most int) returns int language sql immutable as
  $$ select 1 + floor(most * power(pg_temp.hash(n, 1000003) / 1000003.0, 3))::int $$;

create temp table word as
  select n, (select string_agg(substr('bacedifogupahelimonurisovuxywatezijkoru', 1 + pg_temp.hash(n * 7 + k, 19)::int * 2, 2), '')
             from generate_series(1, 2 + n % 3) k) as w
  from generate_series(1, 4000) n;
create temp table paragraph as
  select p as n, 'A note: ' || string_agg(w.w, ' ' order by k) || '.' as text, 'How ' || string_agg(w.w, ' ' order by k) filter (where k <= 6) as title
  from generate_series(1, 4000) p cross join generate_series(1, 45) k join word w on w.n = pg_temp.skewed(p * 1000 + k, 4000) group by p;
create index on paragraph (n);
analyze paragraph;

-- Trigrams and the like are indexed at the end, at once.
create temp table word_index as select indexname, indexdef from pg_indexes where schemaname = 'public' and indexdef like '% USING gin %';
do $$ declare name text; begin for name in select indexname from word_index loop execute format('drop index %I', name); end loop; end $$;

-- Who is there.
create temp table person as
  select n, pg_temp.id(now() - interval '1100 days' + n * interval '1 minute', 'member' || n) as id, now() - interval '1100 days' + n * interval '1 minute' as at
  from generate_series(1, pg_temp.scaled(100000)) n;
create unique index on person (n);
analyze person;
insert into member (id, handle, handle_key, display_name, trust, created_at)
  select id, 'member' || n, translate('member' || n, '015', 'ols'), 'Member ' || n, 1, at from person order by n;
insert into wallet (member_id) select id from person order by n;
insert into partner (id, name, created_at) select pg_temp.id(now() - interval '1100 days', 'partner' || n), 'Shop ' || n, now() - interval '1100 days' from generate_series(1, 20) n;
insert into external_member (partner_id, external_id, member_id, linked_at)
  select pg_temp.id(now() - interval '1100 days', 'partner1'), 'customer-' || n, id, at from person order by n;

-- Groups, one in five private, and who is in them.
insert into user_group (id, slug, name, description, kind, private, member_count, created_by, created_at)
  select pg_temp.id(now() - interval '1000 days', 'group' || n), 'group-' || n, 'Group ' || n, 'What group ' || n || ' is about.', 'open', n % 5 = 0, 0,
         (select id from person where person.n = 1), now() - interval '1000 days'
  from generate_series(1, 50) n;
insert into membership (group_id, member_id, role, state, since)
  select pg_temp.id(now() - interval '1000 days', 'group' || (1 + g)), p.id, 'member', 'active', p.at + interval '1 day'
  from person p, lateral (select distinct pg_temp.skewed(p.n * 3 + k, 50) - 1 as g from generate_series(0, p.n % 3) k) g;

-- What they say. Times leave room for answers, votes and acceptances before now.
create temp table question as
  select n, at, pg_temp.id(at, 'question' || n) as id, pg_temp.skewed(n * 31, pg_temp.scaled(100000)) as author,
         case when n % 10 = 0 then pg_temp.id(now() - interval '1000 days', 'group' || pg_temp.skewed(n, 50)) end as group_id,
         case when n % 200 = 7 then 0 else n % 4 end as answers, n % 200 = 7 as deleted
  from (select n, now() - interval '2 days' - (pg_temp.scaled(200000) - n) * (interval '1000 days' / pg_temp.scaled(200000)) as at
        from generate_series(1, pg_temp.scaled(200000)) n) q;
create temp table answer as
  select q.n * 8 + k as n, q.at + k * interval '30 minutes' as at, pg_temp.id(q.at + k * interval '30 minutes', 'answer' || q.n * 8 + k) as id,
         q.id as question_id, q.author as asker, q.group_id, k,
         1 + (q.author + pg_temp.skewed(q.n * 17 + k * 7, pg_temp.scaled(100000) - 1) - 1) % pg_temp.scaled(100000) as author
  from question q cross join lateral generate_series(1, q.answers) k;
create temp table vote_cast as
  select p.id as post_id, p.kind, p.author, v.voter, v.at, pg_temp.id(v.at, 'vote' || p.n || p.kind || v.k) as id,
         case when v.k = 1 and p.n % 20 = 3 then -1 else 1 end as value
  from (select n, id, author, at, 'question' as kind, n % 3 as votes from question where not deleted
        union all select n, id, author, at, 'answer', 1 + n % 2 from answer where k < 3) p
  cross join lateral (select k, 1 + (p.author - 1 + k * (1 + pg_temp.hash(p.n, pg_temp.scaled(30000)))) % pg_temp.scaled(100000) as voter,
                             p.at + k * interval '5 hours' as at from generate_series(1, p.votes) k) v
  where v.voter <> p.author;
delete from vote_cast a using vote_cast b where a.post_id = b.post_id and a.voter = b.voter and a.id > b.id;
create temp table tally as
  select post_id, count(*) filter (where value = 1) as up, count(*) filter (where value = -1) as down from vote_cast group by 1;
create index on tally (post_id);
analyze question;
analyze answer;
analyze vote_cast;
analyze tally;
insert into post (id, kind, question_id, group_id, author_id, title, body_markdown, body_html, excerpt, renderer, state,
                  accepted_answer_id, accepted_at, created_at, deleted_at)
  select q.id, 'question', q.id, q.group_id, p.id, t.title || ' number ' || q.n || '?', t.text, '<p>' || t.text || '</p>' || E'\n', left(t.text, 200), 1,
         case when q.deleted then 'deleted' else 'published' end, a.id, a.at + interval '20 hours', q.at,
         case when q.deleted then q.at + interval '1 hour' end
  from question q join person p on p.n = q.author join paragraph t on t.n = 1 + pg_temp.hash(q.n * 11, 4000)
  left join answer a on a.question_id = q.id and a.k = 1 and q.n % 2 = 0
  order by q.n;
insert into post (id, kind, question_id, group_id, author_id, body_markdown, body_html, excerpt, renderer, created_at)
  select a.id, 'answer', a.question_id, a.group_id, p.id, t.text, '<p>' || t.text || '</p>' || E'\n', left(t.text, 200), 1, a.at
  from answer a join person p on p.n = a.author join paragraph t on t.n = 1 + pg_temp.hash(a.n * 3, 4000)
  order by a.n;
insert into revision (post_id, number, editor_id, title, body_markdown, tags, reason, created_at)
  select q.id, r, p.id, t.title || ' number ' || q.n || '?', t.text, 'tag1', '', q.at
  from question q join person p on p.n = q.author join paragraph t on t.n = 1 + pg_temp.hash(q.n * 11, 4000) cross join generate_series(1, 2) r
  where q.n % 10 = 1 or q.n = 2;
insert into vote (id, post_id, member_id, value, voter_trust, cast_at) select v.id, v.post_id, p.id, v.value, 1, v.at from vote_cast v join person p on p.n = v.voter order by v.at;
insert into comment (id, post_id, author_id, body_markdown, body_html, renderer, created_at)
  select pg_temp.id(a.at + c * interval '1 minute', 'comment' || a.n || '/' || c), a.id, p.id, 'Thank you, this helped me.', '<p>Thank you, this helped me.</p>' || E'\n', 1,
         a.at + c * interval '1 minute'
  from answer a cross join lateral generate_series(1, case when a.n % 997 = 0 then 100 else a.n % 2 end) c
  join person p on p.n = pg_temp.skewed(a.n * 5 + c, pg_temp.scaled(100000))
  order by a.at;
insert into tag (id, name, description, created_at)
  select pg_temp.id(now() - interval '1000 days', 'tag' || n), 'tag' || n, 'Questions about tag' || n || '.', now() - interval '1000 days' from generate_series(1, 500) n;
insert into question_tag (question_id, tag_id)
  select distinct q.id, pg_temp.id(now() - interval '1000 days', 'tag' || pg_temp.skewed(q.n * 13 + k, 500)) from question q cross join generate_series(1, 2) k;
insert into question_follow (member_id, question_id, since) select p.id, q.id, q.at from question q join person p on p.n = q.author;
insert into tag_follow (member_id, tag_id, since)
  select p.id, pg_temp.id(now() - interval '1000 days', 'tag' || (1 + p.n % 500)), p.at + interval '1 day' from person p;
insert into notification (id, member_id, kind, about_id, sources, count, actor_id, question_id, post_id, created_at, read_at)
  select pg_temp.id(a.at, 'notification' || a.n), p.id, 'question_answered', a.question_id, array[a.id], 1, by.id, a.question_id, a.id, a.at,
         case when a.n % 5 > 0 or a.k < 3 then a.at + interval '1 hour' end
  from answer a join person p on p.n = a.asker join person by on by.n = a.author order by a.at;

-- Flags and what moderators decided of them.
insert into review_item (id, post_id, state, weight, decision, decided_by, decided_at, reason, state_before, state_after, created_at)
  select pg_temp.id(a.at + interval '2 hours', 'item' || a.n), a.id, case when a.n % 5 = 0 then 'open' else 'decided' end, 1,
         case when a.n % 5 > 0 then 'approve' end, case when a.n % 5 > 0 then m.id end, case when a.n % 5 > 0 then a.at + interval '3 hours' end,
         case when a.n % 5 > 0 then 'It is fine.' end, case when a.n % 5 > 0 then 'published' end, case when a.n % 5 > 0 then 'published' end,
         a.at + interval '2 hours'
  from answer a cross join (select id from person where n = 2) m where a.n % 61 = 1 and a.k = 1;
insert into flag (id, post_id, flagger_id, review_item_id, reason, note, weight, verdict, created_at)
  select pg_temp.id(i.created_at, 'flag' || i.id), i.post_id, p.id, i.id, 'low_quality', '', 1, case when i.state = 'open' then 'open' else 'declined' end, i.created_at
  from review_item i join person p on p.n = 3;

-- What it earned them in esteem: votes up to 200 a day, and acceptances.
insert into reputation_entry (id, member_id, kind, amount, post_id, source, occurred_at)
  select pg_temp.id(v.at, 'esteem' || v.id), p.id, v.kind || '_up_vote', v.room, v.post_id, v.id::text, v.at
  from (select v.id, v.author, v.post_id, v.kind, v.at, greatest(0, least(worth, 200 - (sum(worth) over day - worth))) as room
        from (select *, case kind when 'question' then 5 else 10 end as worth from vote_cast where value = 1) v
        window day as (partition by author, (at at time zone 'UTC')::date order by at, id)) v (id, author, post_id, kind, at, room)
  join person p on p.n = v.author;
insert into reputation_entry (id, member_id, kind, amount, post_id, source, occurred_at)
  select pg_temp.id(v.at, 'down' || v.id), p.id, 'down_vote', -2, v.post_id, v.id::text, v.at from vote_cast v join person p on p.n = v.author where v.value = -1
  union all
  select pg_temp.id(v.at, 'cast' || v.id), p.id, 'down_vote_cast', -1, v.post_id, v.id::text, v.at from vote_cast v join person p on p.n = v.voter
  where v.value = -1 and v.kind = 'answer';
create temp table accepted as
  select a.n, a.id, a.author, a.asker, a.at + interval '20 hours' as at from answer a join post q on q.accepted_answer_id = a.id;
insert into reputation_entry (id, member_id, kind, amount, post_id, source, occurred_at)
  select pg_temp.id(a.at, 'accepted' || a.n), p.id, 'answer_accepted', 15, a.id, a.n::text, a.at from accepted a join person p on p.n = a.author
  union all
  select pg_temp.id(a.at, 'accepting' || a.n), p.id, 'accepted_an_answer', 2, a.id, a.n::text, a.at from accepted a join person p on p.n = a.asker;
insert into reputation (member_id, total) select member_id, sum(amount) from reputation_entry group by 1;

-- What it earned them in points: awards, up to the caps of the rules. They wait for seven days.
insert into award (id, member_id, rule_version_id, trigger, post_id, giver_id, source_id, requested, granted, limited_by, transaction_id, day, occurred_at)
  select w.id, p.id, v.id, w.trigger, w.post_id, g.id, w.source_id, w.points, case when w.limited_by is null then w.points else 0 end, w.limited_by,
         case when w.limited_by is null then pg_temp.id(w.at, 'earn' || w.id) end, w.day, w.at
  from (select *, case when trigger = 'answer_upvoted' and nth_of_giver > 1 then 'voter_per_day'
                       when count(*) filter (where nth_of_giver = 1 or trigger = 'answer_accepted')
                              over (partition by author, trigger, day order by at, id) > times_per_day then 'times_per_day' end as limited_by
        from (select *, row_number() over (partition by author, giver, trigger, day order by at, id) as nth_of_giver
              from (select pg_temp.id(at, 'upvoted' || id) as id, 'answer_upvoted' as trigger, author, voter as giver, post_id, id as source_id, at, 2 as points,
                           10 as times_per_day, (at at time zone 'UTC')::date as day
                    from vote_cast where kind = 'answer' and value = 1
                    union all
                    select pg_temp.id(at, 'award' || id), 'answer_accepted', author, asker, id, id, at, 10, 3, (at at time zone 'UTC')::date from accepted) w) w) w
  join person p on p.n = w.author join person g on g.n = w.giver
  join earning_rule r on r.trigger = w.trigger join earning_rule_version v on v.rule_id = r.id
  order by w.at;
create temp table earned as
  select transaction_id as id, member_id, granted as points, 'award' as source_type, id::text as source_id, occurred_at as at,
         occurred_at + interval '7 days' as available_at, null::timestamptz as expires_at
  from award where granted > 0;

-- Purchases, told late enough to be available at once; points last for two years.
create temp table bought as
  select b.n, b.at, pg_temp.id(b.at, 'purchase' || b.n) as id, p.id as member_id, 500 + pg_temp.hash(b.n * 3, 9500) as first,
         case when b.n % 2 = 0 then 700 else 0 end as second
  from (select n, now() - interval '20 days' - (pg_temp.scaled(640000) - n) * (interval '980 days' / pg_temp.scaled(640000)) as at
        from generate_series(1, pg_temp.scaled(640000)) n) b
  join person p on p.n = pg_temp.skewed(b.n * 41, pg_temp.scaled(100000));
insert into purchase (id, partner_id, order_id, member_id, currency, purchased_at, channel, order_discount_minor, shipping_minor, tax_minor, gift_card_minor,
                      points_paid_minor, net_minor, points_granted, trace, recorded_at)
  select b.id, pg_temp.id(now() - interval '1100 days', 'partner1'), 'order-' || n, member_id, 'EUR', at, 'web', 0, 0, 0, 0, 0, first + second,
         first / 100 + second / 100,
         jsonb_build_array(jsonb_build_object(
           'rule_id', v.rule_id, 'rule_version_id', v.id, 'rule', 'Purchases', 'basis_minor', first + second, 'base_points', first / 100 + second / 100,
           'bonuses', '[]'::jsonb, 'requested', first / 100 + second / 100, 'points', first / 100 + second / 100, 'qualifies', true, 'hold_days', 14,
           'line_points', case when second > 0 then jsonb_build_array(first / 100, second / 100) else jsonb_build_array(first / 100) end)), at
  from bought b cross join (select v.* from earning_rule_version v join earning_rule r on r.id = v.rule_id where r.trigger = 'purchase') v
  order by n;
insert into purchase_line (purchase_id, line, sku, category, quantity, unit_minor, discount_minor, net_minor, points_granted)
  select id, 1, 'sku-' || n % 1000, null, 1, first, 0, first, first / 100 from bought
  union all select id, 2, 'sku-7', null, 1, second, 0, second, second / 100 from bought where second > 0;
insert into earned
  select pg_temp.id(at, 'earn' || id), member_id, first / 100 + second / 100, 'purchase', id::text, at, at, at + interval '2 years' from bought;
analyze earned;

-- The book: what came in, what became available, what expired, what was taken back.
create temp table booking (id uuid, member_id uuid, kind text, source_type text, source_id text, reverses_id uuid, at timestamptz,
                           account text, amount bigint, lot_id uuid, remaining bigint default 0, reserved bigint default 0, expired bigint default 0);
insert into booking (id, member_id, kind, source_type, source_id, at, account, amount)
  select id, member_id, 'earn', source_type, source_id, at, case source_type when 'award' then 'pending' else 'available' end, points from earned;
insert into booking (id, member_id, kind, source_type, source_id, at, account, amount)
  select pg_temp.id(available_at, 'activate' || id), member_id, 'activate', 'lot', pg_temp.id(at, 'lot' || id)::text, available_at, 'pending', -points
  from earned where source_type = 'award' and available_at <= now();
insert into booking (id, member_id, kind, source_type, source_id, at, account, amount, lot_id, remaining, expired)
  select pg_temp.id(expires_at, 'expire' || id), member_id, 'expire', 'lot', pg_temp.id(at, 'lot' || id)::text, expires_at, 'available', -points,
         pg_temp.id(at, 'lot' || id), -points, points
  from earned where expires_at <= now();
create temp table returned as
  select b.id as purchase_id, pg_temp.id(at + interval '10 days', 'return' || n) as id, at + interval '10 days' as at, member_id, first / 100 as points,
         pg_temp.id(at, 'lot' || pg_temp.id(at, 'earn' || id)) as lot_id
  from bought b where n % 32 = 0 and at > now() - interval '700 days';
insert into purchase_return (id, purchase_id, return_id, returned_at, points_clawed, recorded_at) select id, purchase_id, 'return-1', at, points, at from returned;
insert into return_line (purchase_return_id, line, quantity, points_clawed) select id, 1, 1, points from returned;
update purchase_line l set returned_quantity = 1, points_clawed = r.points from returned r where l.purchase_id = r.purchase_id and l.line = 1;
insert into booking (id, member_id, kind, source_type, source_id, at, account, amount, lot_id, remaining)
  select pg_temp.id(at, 'clawback' || id), member_id, 'clawback', 'purchase_return', id::text, at, 'available', -points, lot_id, -points from returned;
insert into lot (id, member_id, transaction_id, granted, remaining, expired, available_at, activated_at, expires_at)
  select pg_temp.id(e.at, 'lot' || e.id), e.member_id, e.id, e.points,
         e.points - case when e.expires_at <= now() then e.points else coalesce(r.points, 0) end,
         case when e.expires_at <= now() then e.points else 0 end, e.available_at, case when e.available_at <= now() then e.available_at end, e.expires_at
  from earned e left join returned r on r.purchase_id::text = e.source_id
  order by e.at;
insert into qualifying_entry (transaction_id, member_id, points, qualified_at)
  select id, member_id, points, at from earned
  union all select pg_temp.id(at, 'clawback' || id), member_id, -points, at - interval '10 days' from returned;

-- Rewards and who took them, one after another; the last ones wait for a decision.
insert into reward (id, name, description, kind, price_points, needs_approval, refundable, created_at)
  select pg_temp.id(now() - interval '900 days', 'reward' || n), 'Reward ' || n, 'What reward ' || n || ' is.', case when n = 1 then 'code_pool' else 'material' end,
         n * 10, n > 150, true, now() - interval '900 days'
  from generate_series(1, 200) n;
create temp table taking (member_id uuid, reward int, id uuid, at timestamptz, held boolean);
create procedure pg_temp.take(round int) language plpgsql as $$
begin
  truncate taking;
  insert into taking
    select p.id, r.reward, pg_temp.id(r.at, 'redemption' || round || '/' || p.n), r.at, round > 20 from person p
    cross join lateral (select case when round > 20 then 151 + p.n % 50 when p.n % 3 = 0 then 1 else 2 + p.n % 20 end as reward,
                               now() - interval '4 days' + round * interval '4 hours' + (p.n % 3600) * interval '1 second' as at) r
    where p.n <= pg_temp.scaled(60000) / round;
  delete from taking t where coalesce((select sum(remaining) from lot where member_id = t.member_id and remaining > 0 and activated_at <= t.at
                                         and (expires_at is null or expires_at > now())), 0) < t.reward * 10;
  insert into redemption (id, reward_id, member_id, points, state, held_until, stocked, code, created_at, resolved_at)
    select t.id, pg_temp.id(now() - interval '900 days', 'reward' || t.reward), t.member_id, t.reward * 10, case when t.held then 'held' else 'issued' end,
           case when t.held then t.at + interval '14 days' end, t.reward = 1, case when t.reward = 1 then 'CODE-' || t.id end, t.at, case when not t.held then t.at end
    from taking t;
  insert into booking (id, member_id, kind, source_type, source_id, at, account, amount, lot_id, remaining, reserved)
    select pg_temp.id(l.at, 'redeem' || l.redemption), l.member_id, case when held then 'hold' else 'redeem' end, 'redemption', l.redemption::text, l.at, 'available',
           -l.taken, l.id, -l.taken, case when held then l.taken else 0 end
    from (select t.at, t.held, t.id as redemption, l.member_id, l.id, least(l.remaining, t.reward * 10 - l.before) as taken
          from taking t join lateral (
            select *, sum(remaining) over (order by priority, expires_at nulls last, activated_at, id) - remaining as before from lot
            where member_id = t.member_id and remaining > 0 and activated_at <= t.at and (expires_at is null or expires_at > now())) l
            on l.before < t.reward * 10) l;
  update lot set remaining = lot.remaining + b.remaining, reserved = lot.reserved + b.reserved
    from booking b where b.lot_id = lot.id and b.source_id in (select id::text from taking);
  analyze lot;
end $$;
create index on booking (source_id);
analyze booking;
analyze lot;
do $$ begin for round in 1 .. 22 loop call pg_temp.take(round); end loop; end $$;
insert into coupon_code (reward_id, code, redemption_id) select reward_id, code, id from redemption where code is not null;
insert into coupon_code (reward_id, code)
  select pg_temp.id(now() - interval '900 days', 'reward1'), 'FREE-' || n from generate_series(1, pg_temp.scaled(50000)) n;
insert into reward_stock (reward_id, supplied, available)
  select reward_id, count(*), count(*) filter (where redemption_id is null) from coupon_code group by 1;

insert into ledger_transaction (id, member_id, kind, source_type, source_id, reverses_id, effective_at, recorded_at, counted_at)
  select distinct on (at, id) id, member_id, kind, source_type, source_id, reverses_id, at, at,
         case kind when 'earn' then at when 'clawback' then at - interval '10 days' end from booking order by at, id;
create temp table entry as
  select id, account, member_id, sum(amount) as amount from booking group by 1, 2, 3
  union all select id, 'available', member_id, -amount from booking where kind = 'activate'
  union all select id, 'reserved', member_id, -sum(amount) from booking where kind = 'hold' group by 1, 3
  union all select id, case kind when 'earn' then 'issuance' when 'expire' then 'breakage' when 'clawback' then 'clawback' else 'redeemed' end, null, -sum(amount)
            from booking where kind in ('earn', 'expire', 'clawback', 'redeem') group by id, kind;
insert into ledger_entry (transaction_id, line, account, member_id, amount)
  select id, row_number() over (partition by id order by account), account, member_id, amount from entry;
insert into lot_allocation (transaction_id, lot_id, remaining_delta, reserved_delta, expired_delta)
  select id, lot_id, remaining, reserved, expired from booking where lot_id is not null;

-- Sums.
update wallet w set available = e.available, pending = e.pending, reserved = e.reserved
  from (select member_id, coalesce(sum(amount) filter (where account = 'available'), 0) as available,
               coalesce(sum(amount) filter (where account = 'pending'), 0) as pending, coalesce(sum(amount) filter (where account = 'reserved'), 0) as reserved
        from ledger_entry where member_id is not null group by 1) e where e.member_id = w.member_id;
insert into post_counter (post_id, question_id, up_votes, down_votes, comment_count)
  select p.id, p.question_id, coalesce(v.up, 0), coalesce(v.down, 0), coalesce(c.n, 0) from post p left join tally v on v.post_id = p.id
  left join (select post_id, count(*) as n from comment group by 1) c on c.post_id = p.id;
insert into question_listing (question_id, group_id, published, tags, score, answer_count, answers_score, participants, active_at, created_at)
  select q.id, q.group_id, q.state = 'published', coalesce(t.names, '{}'), c.score, coalesce(a.n, 0), coalesce(a.score, 0), coalesce(a.people, 0),
         greatest(q.created_at, a.last), q.created_at
  from post q join post_counter c on c.post_id = q.id
  left join (select question_id, array_agg(name order by name) as names from question_tag join tag on id = tag_id group by 1) t on t.question_id = q.id
  left join (select a.question_id, count(*) as n, sum(c.score) as score, max(a.created_at) as last,
                    count(distinct a.author_id) filter (where a.author_id <> q.author_id) as people
             from post a join post q on q.id = a.question_id join post_counter c on c.post_id = a.id
             where a.kind = 'answer' and a.state = 'published' group by 1) a on a.question_id = q.id
  where q.kind = 'question';
insert into search_document (post_id, question_id, group_id, author_id, published, created_at)
  select p.id, p.question_id, p.group_id, p.author_id, p.state = 'published' and q.state = 'published', p.created_at
  from post p join post q on q.id = p.question_id;
update tag t set question_count = q.n
  from (select qt.tag_id, count(*) as n from question_tag qt join post p on p.id = qt.question_id left join user_group g on g.id = p.group_id
        where p.state = 'published' and (g.id is null or not g.private) group by 1) q where q.tag_id = t.id;
update user_group g set member_count = m.n from (select group_id, count(*) as n from membership group by 1) m where m.group_id = g.id;
insert into member_tier (member_id, rank, reached_at, valid_until)
  select q.member_id, (select max(rank) from tier where threshold <= q.points), now() - interval '2 days', now() + interval '300 days'
  from (select member_id, sum(points) as points from qualifying_entry where qualified_at > (now() at time zone 'utc' - interval '12 months') at time zone 'utc' group by 1) q
  where q.points >= (select min(threshold) from tier where threshold > 0);
insert into tier_change (id, member_id, from_rank, to_rank, qualifying_points, reason, changed_at)
  select pg_temp.id(reached_at, 'move' || member_id), member_id, 0, rank, 0, 'earned', reached_at from member_tier;
insert into referral_code (member_id, code, created_at) select id, 'CODE' || lpad(n::text, 8, '0'), at from person where n <= pg_temp.scaled(20000);
insert into referral (id, advocate_id, referee_id, state, created_at)
  select pg_temp.id(p.at, 'referral' || p.n), a.id, p.id, 'pending', p.at from person p join person a on a.n = 1 + p.n % 100 where p.n > 100 and p.n % 5 = 0;
insert into audit_entry (id, actor_id, action, subject_kind, subject_id, reason, detail, created_at)
  select pg_temp.id(p.at, 'audit' || p.n), m.id, 'adjust_points', 'member', p.id, 'A correction', '{"points": 5}', p.at
  from person p cross join (select id from person where n = 2) m;
do $$ declare def text; begin for def in select indexdef from word_index loop execute def; end loop; end $$;
set session_replication_role = origin;
analyze;
