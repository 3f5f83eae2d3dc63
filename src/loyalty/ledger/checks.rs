//! What must always hold of the points book (docs/loyalty-rules.md, Accounts).

use crate::kit::verify::Check;

/// Debts for points that had expired unused, unless somebody forgave them: id, member_id, and how many points. Earlier
/// versions made such debts.
macro_rules! unowed {
    () => {
        "with debt as (
           select t.id, coalesce(w.merged_into, t.member_id) as member_id, t.recorded_at, -e.amount as owed, case when r.id is null then t.source_type else 'purchase' end as source_type,
                  coalesce(r.purchase_id::text, t.source_id) as source_id
           from ledger_transaction t
           join ledger_entry e on e.transaction_id = t.id and e.account = 'arrears'
           join member m on m.id = t.member_id and m.erased_at is null
           join wallet w on w.member_id = t.member_id
           left join purchase_return r on t.source_type = 'purchase_return' and r.id::text = t.source_id
           left join ledger_transaction forgiven on forgiven.reverses_id = t.id
           where t.kind = 'clawback' and forgiven.id is null
         )
         select d.id, d.member_id, least(d.owed, sum(a.expired_delta))::bigint as points
         from debt d
         join ledger_transaction t on t.source_type = d.source_type and t.source_id = d.source_id and t.kind in ('earn', 'restore')
         join wallet w on w.member_id = t.member_id and coalesce(w.merged_into, w.member_id) = d.member_id
         join lot on lot.transaction_id = t.id
         join lot_allocation a on a.lot_id = lot.id
         join ledger_transaction x on x.id = a.transaction_id and (x.recorded_at, x.id) <= (d.recorded_at, d.id)
         group by d.id, d.member_id, d.owed having sum(a.expired_delta) > 0"
    };
}

/// SQL: debts for points that expired unused, which nobody owes: id, member_id, points.
pub const UNOWED: &str = unowed!();

/// Wallets of who is gone in which something is left or owed, although their erasure is over: member_id.
macro_rules! unclosed {
    () => {
        "select w.member_id from wallet w
         join member m on m.id = w.member_id and m.erased_at is not null
         left join (select aggregate from outbox_event union select aggregate from parked_event) waiting
           on waiting.aggregate = 'member:' || m.id
         where waiting.aggregate is null and (w.available, w.pending, w.arrears) <> (0, 0, 0)"
    };
}

/// SQL: wallets of who is gone in which something is left or owed: member_id.
pub const UNCLOSED: &str = unclosed!();

/// What must always hold of the points book.
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
        sql: "select member_id || ': lots have ' || in_lots.available || ' available, ' || in_lots.pending || ' pending, ' || in_lots.reserved
                || ' reserved' as violation
              from wallet w
              left join (select member_id, sum(remaining) filter (where activated_at is not null) as available,
                                sum(remaining) filter (where activated_at is null) as pending, sum(reserved) as reserved
                         from lot group by 1) l using (member_id)
              cross join lateral (select coalesce(l.available, 0) as available, coalesce(l.pending, 0) as pending,
                                         coalesce(l.reserved, 0) as reserved) in_lots
              where (w.available, w.pending, w.reserved) is distinct from (in_lots.available, in_lots.pending, in_lots.reserved)",
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
              left join (ledger_entry e join wallet w on w.member_id = e.member_id)
                on e.transaction_id = l.transaction_id and e.account in ('available', 'pending') and e.amount = l.granted
                   and coalesce(w.merged_into, e.member_id) = l.member_id
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
              where t.kind <> 'transfer'
                and (coalesce(e.spendable, 0) <> coalesce(a.remaining, 0) + coalesce(lot.granted, 0)
                     or coalesce(e.reserved, 0) <> coalesce(a.reserved, 0))",
    },
    Check {
        name: "What a merge takes from one member it brings to the other.",
        sql: "select t.source_id || ' ' || e.account as violation
              from ledger_transaction t
              join ledger_entry e on e.transaction_id = t.id and e.account in ('transfer_clearing', 'pending', 'reserved')
              where t.kind = 'transfer' group by t.source_id, e.account having sum(e.amount) <> 0
              union all
              select member_id::text from wallet where merged_into is not null and (available, pending, reserved, arrears) <> (0, 0, 0, 0)",
    },
    Check {
        name: "Who is gone owes nothing.",
        sql: concat!("select member_id::text as violation from (", unclosed!(), ") unclosed"),
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
        name: "Nobody owes points that expired unused.",
        sql: concat!("select id || ': ' || points as violation from (", unowed!(), ") unowed"),
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
              join wallet w on w.member_id = t.member_id join wallet v on v.member_id = h.member_id
              where coalesce(w.merged_into, w.member_id) <> coalesce(v.merged_into, v.member_id)",
    },
];
