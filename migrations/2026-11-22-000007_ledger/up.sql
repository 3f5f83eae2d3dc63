-- The points book: double entry, whole points, append-only (docs/loyalty-rules.md, Accounts).

-- One member's accounts, in one row so that one lock serialises everything that moves their points.
-- The programme's accounts (issuance, redeemed, breakage, clawback, adjustment, transfer_clearing,
-- opening_import) have no row: a row that every purchase updates would queue all purchases. Their
-- balances are sums of entries.
create table wallet (
  member_id uuid primary key references member,
  available bigint not null default 0 check (available >= 0),
  pending bigint not null default 0 check (pending >= 0),
  reserved bigint not null default 0 check (reserved >= 0),
  -- Debt left by a clawback of points already spent.
  arrears bigint not null default 0 check (arrears <= 0),
  version bigint not null default 0
) with (fillfactor = 80);

create table ledger_transaction (
  id uuid primary key,
  member_id uuid not null references wallet,
  kind text not null check (kind in ('earn', 'activate', 'expire', 'hold', 'release', 'redeem', 'refund',
                                     'clawback', 'repay', 'restore', 'adjust', 'erase')),
  -- Together unique: the same cause never has the same effect twice.
  source_type text not null,
  source_id text not null,
  leg text not null default '',
  -- The transaction that this one undoes or settles. Only refunds may come in several parts.
  reverses_id uuid references ledger_transaction,
  note text not null default '',
  -- When it counts, which an import may date back; the id's time says when it was written.
  effective_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  unique (source_type, source_id, kind, leg)
);
create index ledger_transaction_of_member on ledger_transaction (member_id, effective_at desc, id desc);
create unique index ledger_transaction_reversed_once on ledger_transaction (reverses_id) where kind <> 'refund';
create index ledger_transaction_refunds on ledger_transaction (reverses_id) where kind = 'refund';

create table ledger_entry (
  transaction_id uuid not null references ledger_transaction,
  line smallint not null,
  account text not null check (account in ('available', 'pending', 'reserved', 'arrears', 'issuance', 'redeemed',
                                           'breakage', 'clawback', 'adjustment', 'transfer_clearing', 'opening_import')),
  -- Set for the four accounts of a member, and only for those.
  member_id uuid references wallet,
  amount bigint not null check (amount <> 0),
  primary key (transaction_id, line),
  check ((member_id is not null) = (account in ('available', 'pending', 'reserved', 'arrears')))
);
create index ledger_entry_of_member on ledger_entry (member_id, account) include (amount) where member_id is not null;

-- Points that came in together and may leave in parts. pending while activated_at is null.
create table lot (
  id uuid primary key,
  member_id uuid not null references wallet,
  transaction_id uuid not null unique references ledger_transaction,
  granted bigint not null check (granted > 0),
  remaining bigint not null check (remaining >= 0),
  reserved bigint not null default 0 check (reserved >= 0),
  -- Lower is spent first.
  priority smallint not null default 0,
  available_at timestamptz not null,
  activated_at timestamptz,
  expires_at timestamptz,
  check (remaining + reserved <= granted),
  check (expires_at > available_at)
) with (fillfactor = 80);
create index lot_to_spend on lot (member_id, priority, expires_at, activated_at, id) where remaining > 0;
create index lot_to_activate on lot (available_at) where activated_at is null and remaining > 0;
create index lot_to_expire on lot (expires_at) where activated_at is not null and remaining > 0;

-- How a transaction changed a lot after it was granted:
-- remaining = granted + sum(remaining_delta), reserved = sum(reserved_delta).
create table lot_allocation (
  transaction_id uuid not null references ledger_transaction,
  lot_id uuid not null references lot,
  remaining_delta bigint not null,
  reserved_delta bigint not null,
  primary key (transaction_id, lot_id),
  check (remaining_delta <> 0 or reserved_delta <> 0)
);
create index lot_allocation_of_lot on lot_allocation (lot_id);

-- A transaction's entries are inserted by one statement, which therefore must balance.
create function refuse_unbalanced() returns trigger language plpgsql as $$
begin
  if exists (select 1 from inserted group by transaction_id having sum(amount) <> 0 or count(*) < 2) then
    raise exception 'unbalanced ledger transaction' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger ledger_entry_balanced after insert on ledger_entry
  referencing new table as inserted for each statement execute function refuse_unbalanced();
create trigger ledger_entry_append_only before update or delete on ledger_entry
  for each row execute function refuse_change();
create trigger ledger_transaction_append_only before update or delete on ledger_transaction
  for each row execute function refuse_change();
create trigger lot_allocation_append_only before update or delete on lot_allocation
  for each row execute function refuse_change();
