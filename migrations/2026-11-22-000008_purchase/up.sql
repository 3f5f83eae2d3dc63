create table earning_rule (
  id uuid primary key,
  name text not null unique,
  trigger text not null check (trigger in ('purchase', 'answer_accepted', 'answer_upvoted', 'referral_advocate', 'referral_referee')),
  created_at timestamptz not null,
  archived_at timestamptz
);

-- A rule's terms from one instant to the next. Changing a rule adds a version; history keeps its own.
create table earning_rule_version (
  id uuid primary key,
  rule_id uuid not null references earning_rule,
  number int not null,
  terms jsonb not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  created_by uuid references member,
  created_at timestamptz not null,
  unique (rule_id, number),
  check (valid_until > valid_from)
);

create table purchase (
  id uuid primary key,
  partner_id uuid not null references partner,
  order_id text not null,
  member_id uuid not null references wallet,
  currency text not null,
  purchased_at timestamptz not null,
  channel text,
  order_discount_minor bigint not null check (order_discount_minor >= 0),
  shipping_minor bigint not null check (shipping_minor >= 0),
  tax_minor bigint not null check (tax_minor >= 0),
  gift_card_minor bigint not null check (gift_card_minor >= 0),
  points_paid_minor bigint not null check (points_paid_minor >= 0),
  -- What points are computed from: lines less discounts.
  net_minor bigint not null check (net_minor >= 0),
  points_granted bigint not null check (points_granted >= 0),
  -- Rule versions, inputs and points per line: why this order earned what it earned.
  trace jsonb not null,
  recorded_at timestamptz not null,
  unique (partner_id, order_id)
);
create index purchase_of_member on purchase (member_id, purchased_at desc, id desc);

create table purchase_line (
  purchase_id uuid not null references purchase,
  line smallint not null,
  sku text not null,
  category text,
  quantity bigint not null check (quantity > 0),
  unit_minor bigint not null check (unit_minor >= 0),
  discount_minor bigint not null check (discount_minor >= 0),
  net_minor bigint not null check (net_minor >= 0),
  points_granted bigint not null check (points_granted >= 0),
  returned_quantity bigint not null default 0,
  points_clawed bigint not null default 0,
  primary key (purchase_id, line),
  check (returned_quantity between 0 and quantity),
  check (points_clawed between 0 and points_granted)
);

create table purchase_return (
  id uuid primary key,
  purchase_id uuid not null references purchase,
  return_id text not null,
  returned_at timestamptz not null,
  points_clawed bigint not null,
  recorded_at timestamptz not null,
  unique (purchase_id, return_id)
);

create table return_line (
  purchase_return_id uuid not null references purchase_return,
  line smallint not null,
  quantity bigint not null check (quantity > 0),
  points_clawed bigint not null check (points_clawed >= 0),
  primary key (purchase_return_id, line)
);

-- One decision to grant points for something other than a purchase.
create table award (
  id uuid primary key,
  member_id uuid not null references wallet,
  rule_version_id uuid not null references earning_rule_version,
  trigger text not null,
  post_id uuid references post,
  -- Who gave the vote: one paid vote a voter, author and day.
  giver_id uuid references member,
  -- The vote, answer or referral that it is for.
  source_id uuid not null,
  requested bigint not null check (requested > 0),
  granted bigint not null check (granted between 0 and requested),
  limited_by text,
  transaction_id uuid references ledger_transaction,
  -- The member's programme day, by which the daily caps count.
  day date not null,
  occurred_at timestamptz not null,
  -- Taken back for good: the vote or the acceptance is.
  revoked_at timestamptz,
  -- Taken back for as long as its post is out of sight. Its place under the daily cap is kept.
  withdrawn_at timestamptz,
  check ((granted > 0) = (transaction_id is not null))
);
create index award_of_day on award (member_id, trigger, day);
create index award_of_post on award (post_id);
create index award_of_source on award (source_id, trigger);
