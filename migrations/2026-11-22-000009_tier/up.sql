create table tier (
  id uuid primary key,
  -- Position in the ladder; 0 is where everybody starts.
  rank smallint not null unique check (rank >= 0),
  name text not null unique,
  -- Qualifying points over rolling 12 months that reach it.
  threshold bigint not null unique check (threshold >= 0),
  benefits text not null default '',
  created_at timestamptz not null,
  version int not null default 1,
  check ((rank = 0) = (threshold = 0))
);

-- Points that count towards a tier, on the date of what earned them; a return counts against that
-- same date. Spending does not appear here.
create table qualifying_entry (
  transaction_id uuid primary key references ledger_transaction,
  member_id uuid not null references wallet,
  points bigint not null check (points <> 0),
  qualified_at timestamptz not null
);
create index qualifying_entry_of_member on qualifying_entry (member_id, qualified_at) include (points);

create table member_tier (
  member_id uuid primary key references member,
  rank smallint not null,
  reached_at timestamptz not null,
  -- Held at least until then; null for the tier that everybody has.
  valid_until timestamptz
);
create index member_tier_ending on member_tier (valid_until);

create table tier_change (
  id uuid primary key,
  member_id uuid not null references member,
  from_rank smallint not null,
  to_rank smallint not null,
  qualifying_points bigint not null,
  reason text not null,
  changed_at timestamptz not null
);
create index tier_change_of_member on tier_change (member_id, changed_at desc, id desc);
