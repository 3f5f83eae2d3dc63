-- One person who was two members becomes one: what was the one's is the other's, until that is undone.

-- The account that it was merged into; never one that was merged itself.
alter table member add column merged_into uuid references member check (merged_into <> id);
create index member_merged on member (merged_into) where merged_into is not null;

create table merge (
  id uuid primary key,
  from_id uuid not null references member,
  into_id uuid not null references member,
  -- Empty when the member claimed it by a partner's code.
  by_id uuid references member,
  reason text not null,
  -- What it moved, and how points and tier stood around it.
  outcome jsonb not null,
  at timestamptz not null,
  undone_at timestamptz,
  undone_by uuid references member,
  check (from_id <> into_id),
  check ((undone_at is null) = (undone_by is null))
);
create unique index merge_once on merge (from_id) where undone_at is null;
create index merge_of_into on merge (into_id);

-- The rows that a merge moved, changed (`was`: what they were) or removed: undoing it moves exactly those back.
create table merged_row (
  id bigint generated always as identity primary key,
  merge_id uuid not null references merge,
  -- The table; and, of rows that only moved, the column that named the member.
  place text not null,
  row_id uuid not null,
  was jsonb
);
create index merged_row_of_merge on merged_row (merge_id, place);

-- Whoever opens a wallet that was merged gets the one that it went into.
alter table wallet
  add column merged_into uuid references wallet,
  -- Of who is gone: nothing stays in it, and nothing is owed.
  add column closed boolean not null default false;
update wallet w set closed = true from member m where m.id = w.member_id and m.erased_at is not null;

alter table ledger_transaction drop constraint ledger_transaction_kind_check;
alter table ledger_transaction add constraint ledger_transaction_kind_check
  check (kind in ('earn', 'activate', 'expire', 'hold', 'release', 'redeem', 'refund', 'clawback', 'repay', 'restore', 'adjust', 'erase',
                  'transfer'));
