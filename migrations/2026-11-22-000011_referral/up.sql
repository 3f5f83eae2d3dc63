create table referral_code (
  member_id uuid primary key references member,
  code text not null unique check (length(code) >= 8),
  created_at timestamptz not null
);

create table referral (
  id uuid primary key,
  advocate_id uuid not null references member,
  -- One referee once; the first code wins.
  referee_id uuid not null unique references member,
  state text not null check (state in ('pending', 'qualified', 'rewarded', 'rejected', 'reversed')),
  reason text not null default '',
  purchase_id uuid references purchase,
  created_at timestamptz not null,
  qualified_at timestamptz,
  -- After the return window of the purchase that qualified.
  matures_at timestamptz,
  resolved_at timestamptz,
  check (advocate_id <> referee_id)
);
create index referral_of_advocate on referral (advocate_id, id desc);
create index referral_maturing on referral (matures_at) where state = 'qualified';
