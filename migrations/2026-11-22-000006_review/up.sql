create table review_item (
  id uuid primary key,
  post_id uuid not null references post,
  state text not null default 'open' check (state in ('open', 'claimed', 'decided')),
  -- Sum of the open flags' weights: what is looked at first.
  weight int not null default 0,
  claimed_by uuid references member,
  claimed_until timestamptz,
  decision text,
  decided_by uuid references member,
  decided_at timestamptz,
  reason text,
  created_at timestamptz not null,
  -- Two moderators cannot both decide.
  version int not null default 1,
  check ((state = 'decided') = (decided_at is not null))
);
create unique index review_item_one_open on review_item (post_id) where state <> 'decided';
create index review_item_queue on review_item (weight desc, id desc) where state <> 'decided';
create index review_item_recent on review_item (decided_at desc, id desc) where state = 'decided';

create table flag (
  id uuid primary key,
  post_id uuid not null references post,
  flagger_id uuid not null references member,
  review_item_id uuid not null references review_item,
  reason text not null check (reason in ('spam', 'rude', 'off_topic', 'low_quality', 'other')),
  note text not null,
  weight int not null,
  verdict text not null default 'open' check (verdict in ('open', 'upheld', 'declined')),
  created_at timestamptz not null,
  unique (review_item_id, flagger_id)
);
create index flag_of_member on flag (flagger_id, created_at desc);

create table sanction (
  id uuid primary key,
  member_id uuid not null references member,
  kind text not null check (kind in ('warning', 'silence', 'suspension')),
  reason text not null,
  imposed_by uuid not null references member,
  review_item_id uuid references review_item,
  starts_at timestamptz not null,
  ends_at timestamptz,
  lifted_at timestamptz,
  check (ends_at > starts_at)
);
create index sanction_of_member on sanction (member_id, ends_at desc);
