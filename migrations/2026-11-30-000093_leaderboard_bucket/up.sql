-- How many stand on a board with a score of `lowest` or more, up to the next bucket's. A rank is the sum of the buckets above
-- and a count within one of them, instead of a count of all who are better. The board's writer holds the board's row, so nobody
-- else moves its buckets meanwhile.
create table leaderboard_bucket (
  leaderboard_id uuid not null references leaderboard on delete cascade,
  lowest bigint not null check (lowest >= 1),
  members bigint not null,
  primary key (leaderboard_id, lowest)
) with (fillfactor = 50);

-- Divides buckets into such of about 1,000 members. A score that more share than that gets one for itself, for whoever has it is
-- counted at once. A board whose buckets have run empty is divided anew.
create function divide_leaderboard_buckets(full_ones leaderboard_bucket[]) returns void language sql as $$
  delete from leaderboard_bucket b using (
    select o.leaderboard_id from leaderboard_bucket o
    where o.leaderboard_id in (select f.leaderboard_id from unnest(full_ones) f)
    group by 1 having count(*) > 64 + sum(o.members) / 250
  ) thin
  where b.leaderboard_id = thin.leaderboard_id and b.lowest > 1;

  with range as (
    select distinct f.leaderboard_id, b.lowest,
           (select min(o.lowest) from leaderboard_bucket o where o.leaderboard_id = f.leaderboard_id and o.lowest > b.lowest) as next
    from unnest(full_ones) f cross join lateral (
      select max(o.lowest) as lowest from leaderboard_bucket o where o.leaderboard_id = f.leaderboard_id and o.lowest <= f.lowest) b
  ), scored as (
    select r.leaderboard_id, r.lowest, r.next, s.score, count(*) as members
    from range r join leaderboard_score s on s.leaderboard_id = r.leaderboard_id and s.listed and s.score >= r.lowest
      and (r.next is null or s.score < r.next)
    where r.next is distinct from r.lowest + 1
    group by 1, 2, 3, 4
  ), running as (
    select *, sum(members) over above - members as before, count(*) filter (where members > 1000) over above as shared
    from scored window above as (partition by leaderboard_id, lowest order by score)
  ), part as (
    select leaderboard_id, case when min(before) = 0 and max(members) <= 1000 then lowest else min(score) end as lowest,
           sum(members)::bigint as members
    from running group by leaderboard_id, running.lowest, div(before, 1000), shared
    -- What lies beside a shared score, though nobody may be there yet.
    union all
    select leaderboard_id, lowest, 0 from scored
    union all
    select leaderboard_id, score + 1, 0 from running where members > 1000 and next is distinct from score + 1
  )
  insert into leaderboard_bucket (leaderboard_id, lowest, members)
  select leaderboard_id, lowest, max(members) from part group by 1, 2
  on conflict (leaderboard_id, lowest) do update set members = excluded.members
$$;

create function count_leaderboard_scores() returns trigger language plpgsql as $$
declare
  -- By score: `lowest` is one.
  moves leaderboard_bucket[];
  full_ones leaderboard_bucket[];
begin
  if tg_op = 'INSERT' then
    moves := array(
      select row(leaderboard_id, score, count(*))::leaderboard_bucket from gained where listed and score > 0 group by leaderboard_id, score);
  elsif tg_op = 'DELETE' then
    moves := array(
      select row(leaderboard_id, score, -count(*))::leaderboard_bucket from lost where listed and score > 0 group by leaderboard_id, score);
  else
    moves := array(
      select row(leaderboard_id, score, sum(members))::leaderboard_bucket
      from (select leaderboard_id, score, 1 as members from gained where listed and score > 0
            union all select leaderboard_id, score, -1 from lost where listed and score > 0) moved
      group by leaderboard_id, score having sum(members) <> 0);
  end if;
  if moves = '{}' then
    return null;
  end if;
  insert into leaderboard_bucket (leaderboard_id, lowest, members)
  select distinct m.leaderboard_id, 1, 0 from unnest(moves) m
  where m.members > 0 and not exists (select from leaderboard_bucket b where b.leaderboard_id = m.leaderboard_id)
  on conflict do nothing;
  with placed as (
    select m.leaderboard_id, b.lowest, sum(m.members) as members
    from unnest(moves) m cross join lateral (
      select max(o.lowest) as lowest from leaderboard_bucket o where o.leaderboard_id = m.leaderboard_id and o.lowest <= m.lowest) b
    group by 1, 2 having sum(m.members) <> 0
  ), counted as (
    update leaderboard_bucket b set members = b.members + p.members from placed p
    where b.leaderboard_id = p.leaderboard_id and b.lowest = p.lowest returning b.*
  )
  select array_agg(row(c.*)::leaderboard_bucket) into full_ones from counted c where c.members > 2000;
  if full_ones is not null then
    perform divide_leaderboard_buckets(full_ones);
  end if;
  return null;
end $$;

create trigger leaderboard_score_gained after insert on leaderboard_score
  referencing new table as gained for each statement execute function count_leaderboard_scores();
create trigger leaderboard_score_moved after update on leaderboard_score
  referencing old table as lost new table as gained for each statement execute function count_leaderboard_scores();
create trigger leaderboard_score_lost after delete on leaderboard_score
  referencing old table as lost for each statement execute function count_leaderboard_scores();

insert into leaderboard_bucket (leaderboard_id, lowest, members)
select leaderboard_id, 1, count(*) from leaderboard_score where listed and score > 0 group by 1;
select divide_leaderboard_buckets(array(select b from leaderboard_bucket b where members > 2000));
