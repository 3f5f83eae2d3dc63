create table review_item (
  id uuid primary key,
  post_id uuid not null references post,
  state text not null default 'open' check (state in ('open', 'claimed', 'decided')),
  -- Sum of the open flags' weights: what is looked at first. Stays as it was once decided.
  weight int not null default 0 check (weight >= 0),
  -- When the flags hid the post by their weight alone, before anybody decided.
  hidden_at timestamptz,
  -- Until when the flags lock the question; empty again once a job has unlocked it.
  locked_until timestamptz,
  claimed_by uuid references member,
  claimed_until timestamptz,
  decision text check (decision in ('approve', 'dismiss', 'restore', 'hide', 'delete', 'warn', 'silence', 'suspend', 'remove_spam')),
  decided_by uuid references member,
  decided_at timestamptz,
  -- For staff; the note is for the author.
  reason text,
  note text,
  -- The post's states around the decision: undoing it brings the first one back where the second one still stands.
  state_before text check (state_before in ('published', 'hidden', 'deleted')),
  state_after text check (state_after in ('published', 'hidden', 'deleted')),
  created_at timestamptz not null,
  -- Two moderators cannot both decide.
  version int not null default 1,
  check ((state = 'decided') = (decided_at is not null)),
  check ((decided_at is not null) = (decided_by is not null)),
  check ((decided_at is not null) = (decision is not null and reason is not null)),
  check ((state = 'claimed') = (claimed_by is not null and claimed_until is not null))
);
create unique index review_item_one_open on review_item (post_id) where state <> 'decided';
create index review_item_of_post on review_item (post_id, id);
create index review_item_queue on review_item (weight desc, id desc) where state <> 'decided';
create index review_item_recent on review_item (decided_at desc, id desc) where state = 'decided';
create index review_item_locking on review_item (locked_until) where locked_until is not null;

create table flag (
  id uuid primary key,
  post_id uuid not null references post,
  flagger_id uuid not null references member,
  review_item_id uuid not null references review_item,
  reason text not null check (reason in ('spam', 'rude', 'off_topic', 'low_quality', 'other')),
  note text not null,
  weight int not null check (weight >= 0),
  -- dismissed: closed without saying who was right.
  verdict text not null default 'open' check (verdict in ('open', 'upheld', 'declined', 'dismissed')),
  created_at timestamptz not null,
  unique (review_item_id, flagger_id)
);
create index flag_of_member on flag (flagger_id, verdict);
create index flag_open on flag (post_id) where verdict = 'open';
create index flag_upheld on flag (post_id, created_at) where verdict = 'upheld';

create table sanction (
  id uuid primary key,
  member_id uuid not null references member,
  kind text not null check (kind in ('warning', 'silence', 'suspension')),
  -- For staff; the note is for the member.
  reason text not null,
  note text not null,
  -- Empty when the weight of flags did it.
  imposed_by uuid references member,
  review_item_id uuid references review_item,
  starts_at timestamptz not null,
  -- Empty: for good. A warning has no duration.
  ends_at timestamptz,
  lifted_at timestamptz,
  check (ends_at > starts_at),
  check (kind <> 'warning' or ends_at is null)
);
create index sanction_of_member on sanction (member_id, starts_at desc, id desc);
create index sanction_of_review_item on sanction (review_item_id) where review_item_id is not null;

-- When a member's trust is computed next: at once after something that bears on it, later where only time does.
create table trust_due (
  member_id uuid primary key references member,
  due_at timestamptz not null
);
create index trust_due_next on trust_due (due_at);

-- Levels that an administrator set by hand. They hold until taken away.
create table trust_by_hand (
  member_id uuid primary key references member,
  trust smallint not null check (trust between 0 and 4),
  set_by uuid not null references member,
  set_at timestamptz not null
);
