//! What must always hold of the points book (design/loyalty.md, "Accounts").

use crate::kit::verify::Check;

pub const CHECKS: &[Check] = &[
    Check {
        name: "The entries of a ledger transaction sum to zero, and there are at least two.",
        sql: "select t.id::text as violation from ledger_transaction t left join ledger_entry e on e.transaction_id = t.id
              group by t.id having coalesce(sum(e.amount), 1) <> 0 or count(e.amount) < 2",
    },
    Check {
        name: "A balance is the sum of its entries.",
        sql: "select w.member_id || ': ' || b.account || ' is ' || b.balance || ', entries say ' || coalesce(e.total, 0) as violation
              from wallet w
              cross join lateral (values ('available', w.available), ('pending', w.pending), ('reserved', w.reserved), ('arrears', w.arrears))
                as b (account, balance)
              left join (select member_id, account, sum(amount) as total from ledger_entry where member_id is not null group by 1, 2) e
                on e.member_id = w.member_id and e.account = b.account
              where b.balance <> coalesce(e.total, 0)",
    },
    Check {
        name: "A balance is the sum of its lots.",
        sql: "select w.member_id || ': lots have ' || l.available || ' available, ' || l.pending || ' pending, ' || l.reserved || ' reserved' as violation
              from wallet w
              join lateral (
                select coalesce(sum(remaining) filter (where activated_at is not null), 0) as available,
                       coalesce(sum(remaining) filter (where activated_at is null), 0) as pending,
                       coalesce(sum(reserved), 0) as reserved
                from lot where lot.member_id = w.member_id
              ) l on true
              where (w.available, w.pending, w.reserved) is distinct from (l.available, l.pending, l.reserved)",
    },
    Check {
        name: "A lot has what it was granted and its allocations left.",
        sql: "select l.id || ': ' || l.remaining || ' and ' || l.reserved as violation
              from lot l
              left join (select lot_id, sum(remaining_delta) as remaining, sum(reserved_delta) as reserved, sum(expired_delta) as expired
                         from lot_allocation group by 1) a
                on a.lot_id = l.id
              where l.remaining <> l.granted + coalesce(a.remaining, 0) or l.reserved <> coalesce(a.reserved, 0)
                 or l.expired <> coalesce(a.expired, 0)",
    },
    Check {
        name: "A lot was granted by a transaction that brought its member as many points.",
        sql: "select l.id::text as violation from lot l
              left join ledger_entry e on e.transaction_id = l.transaction_id and e.account in ('available', 'pending') and e.amount = l.granted
                                      and e.member_id = l.member_id
              where e.transaction_id is null",
    },
    Check {
        name: "What a transaction takes from lots is what it takes from balances.",
        sql: "select t.id || ' (' || t.kind || ')' as violation
              from ledger_transaction t
              left join (select transaction_id, sum(amount) filter (where account in ('available', 'pending')) as spendable,
                                sum(amount) filter (where account = 'reserved') as reserved
                         from ledger_entry group by 1) e on e.transaction_id = t.id
              left join (select transaction_id, sum(remaining_delta) as remaining, sum(reserved_delta) as reserved from lot_allocation group by 1) a
                on a.transaction_id = t.id
              left join lot on lot.transaction_id = t.id
              where coalesce(e.spendable, 0) <> coalesce(a.remaining, 0) + coalesce(lot.granted, 0)
                 or coalesce(e.reserved, 0) <> coalesce(a.reserved, 0)",
    },
    Check {
        name: "What expired is breakage, until a return counts it as taken back.",
        sql: "select t.id || ' (' || t.kind || ')' as violation
              from ledger_transaction t
              left join (select transaction_id, sum(amount) as breakage from ledger_entry where account = 'breakage' group by 1) e
                on e.transaction_id = t.id
              left join (select transaction_id, sum(expired_delta) as expired from lot_allocation group by 1) a on a.transaction_id = t.id
              where t.kind <> 'erase' and coalesce(e.breakage, 0) <> coalesce(a.expired, 0)",
    },
    Check {
        name: "No debt is repaid before it arose.",
        sql: "select id::text as violation from (
                select t.id, t.kind, t.effective_at,
                       max(t.effective_at) filter (where e.amount < 0) over (partition by e.member_id order by t.recorded_at, t.id) as debt_at
                from ledger_entry e join ledger_transaction t on t.id = e.transaction_id where e.account = 'arrears'
              ) x where kind = 'repay' and effective_at < debt_at",
    },
    Check {
        name: "An account of the past never went below its bound.",
        sql: "select distinct x.member_id || ': ' || x.account as violation from (
                select e.member_id, e.account, sum(e.amount) over (partition by e.member_id, e.account order by t.recorded_at, t.id) as balance
                from ledger_entry e join ledger_transaction t on t.id = e.transaction_id where e.member_id is not null
              ) x where (x.account = 'arrears' and x.balance > 0) or (x.account <> 'arrears' and x.balance < 0)",
    },
    Check {
        name: "Who owes points has none to spend.",
        sql: "select member_id::text as violation from wallet where available > 0 and arrears < 0",
    },
    Check {
        name: "A hold is settled by a transaction of the same member.",
        sql: "select t.id::text as violation from ledger_transaction t join ledger_transaction h on h.id = t.reverses_id
              where t.member_id <> h.member_id",
    },
];
