create table reward (
  id uuid primary key,
  name text not null unique,
  description text not null,
  kind text not null check (kind in ('percentage_coupon', 'fixed_coupon', 'code_pool', 'gift_card', 'free_shipping',
                                     'material', 'donation', 'experience', 'early_access', 'raffle_ticket')),
  price_points bigint not null check (price_points > 0),
  -- Percent for a percentage coupon, minor units for fixed coupons and gift cards.
  face_value bigint check (face_value > 0),
  currency text,
  tier_rank_min smallint not null default 0,
  available_from timestamptz,
  available_until timestamptz,
  per_member_max int check (per_member_max > 0),
  per_member_period text not null default 'lifetime' check (per_member_period in ('lifetime', 'year', 'month', 'week', 'day')),
  -- A person fulfils it; otherwise it is issued at once.
  needs_approval boolean not null,
  refundable boolean not null,
  -- What one costs the company, in minor units.
  cost_minor bigint not null default 0 check (cost_minor >= 0),
  created_at timestamptz not null,
  archived_at timestamptz,
  version int not null default 1,
  check (available_until > available_from)
);
create index reward_listed on reward (price_points, id) where archived_at is null;

-- Absent: unlimited. A row of its own, so that taking one does not touch what readers read.
create table reward_stock (
  reward_id uuid primary key references reward,
  supplied int not null check (supplied >= 0),
  available int not null check (available >= 0),
  check (available <= supplied)
);

create table redemption (
  id uuid primary key,
  reward_id uuid not null references reward,
  member_id uuid not null references wallet,
  partner_id uuid references partner,
  points bigint not null check (points > 0),
  state text not null check (state in ('held', 'issued', 'fulfilled', 'cancelled', 'expired', 'refunded')),
  held_until timestamptz,
  -- Whether it took one from a stock; rewards without a stock have none to take from.
  stocked boolean not null,
  code text,
  ship_to text,
  reason text not null default '',
  created_at timestamptz not null,
  resolved_at timestamptz,
  version int not null default 1,
  check ((state = 'held') = (held_until is not null))
);
create index redemption_of_member on redemption (member_id, id desc);
create index redemption_of_reward on redemption (reward_id, member_id);
create index redemption_by_state on redemption (state, id desc);
create index redemption_held on redemption (held_until) where state = 'held';

-- Codes of a pool, each given out once.
create table coupon_code (
  reward_id uuid not null references reward,
  code text not null,
  redemption_id uuid unique references redemption,
  primary key (reward_id, code)
);
create index coupon_code_free on coupon_code (reward_id) where redemption_id is null;
