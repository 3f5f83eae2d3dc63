-- Checks of every invariant that administrators asked for: one at a time waits or runs, and what they found stays.
create table integrity_check (
  id uuid primary key,
  requested_by uuid not null references member,
  requested_at timestamptz not null,
  -- How far it has come.
  checked int not null default 0,
  total int not null,
  ended_at timestamptz,
  findings jsonb,
  -- What the company owed at that moment.
  liability_points bigint,
  check ((ended_at is null) = (findings is null) and (ended_at is null) = (liability_points is null))
);
create unique index integrity_check_one_running on integrity_check ((true)) where ended_at is null;
create index integrity_check_latest on integrity_check (ended_at desc) where ended_at is not null;
