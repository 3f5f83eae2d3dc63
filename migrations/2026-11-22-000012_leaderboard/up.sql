-- A board is a metric, a period and a scope. This is the truth; Redis holds a copy of it, good only
-- while its version is the one here.
create table leaderboard (
  id uuid primary key,
  metric text not null check (metric in ('points', 'reputation', 'accepted_answers')),
  period text not null check (period in ('all', 'year', 'month', 'week', 'day')),
  -- First day of the period in the programme's time zone; 0001-01-01 for all time.
  starts_on date not null,
  -- Null: the whole site.
  group_id uuid references user_group,
  version bigint not null default 0,
  unique nulls not distinct (metric, period, starts_on, group_id)
);

create table leaderboard_score (
  leaderboard_id uuid not null references leaderboard on delete cascade,
  member_id uuid not null references member,
  score bigint not null,
  -- Who came first to a score stands first.
  reached_at timestamptz not null,
  -- False for members who keep off the boards, and for staff.
  listed boolean not null default true,
  -- The board's version when this row last changed: what a copy of the board still has to learn.
  version bigint not null,
  primary key (leaderboard_id, member_id)
);
create index leaderboard_order on leaderboard_score (leaderboard_id, score desc, reached_at, member_id) where listed;
create index leaderboard_changes on leaderboard_score (leaderboard_id, version);
create index leaderboard_score_of_member on leaderboard_score (member_id);
