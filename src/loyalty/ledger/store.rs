//! The points book in PostgreSQL. Nothing here decides.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{
    checks::{UNCLOSED, UNOWED},
    rules::{Account, Allocation, Lot, PastAllocation, Posting, Refusal, Sums, Wallet},
};
use crate::{
    domain::{LotId, MemberId, MergeId, TransactionId},
    kit::{Conn, Problem, db::CachedExt},
};

/// Held by who opens several wallets; arbitrary, but ours.
const SEVERAL_WALLETS_LOCK: i64 = 7_270_003;

/// The order in which lots are spent: priority, expiry (never last), activation, id.
macro_rules! consumption_order {
    () => {
        "lot.priority, lot.expires_at nulls last, lot.activated_at, lot.id"
    };
}

/// A member's lots whose time to become available has come, unless they wait for somebody's trust, or whose time is over.
macro_rules! due_lots {
    () => {
        "where member_id = $1 and remaining > 0
           and ((activated_at is null and available_at <= $2 and not exists (
                   select from award where award.transaction_id = lot.transaction_id and award.awaits_trust))
             or (activated_at is not null and expires_at <= $2))"
    };
}

/// A wallet that was locked.
#[derive(QueryableByName)]
pub struct LockedWallet {
    #[diesel(embed)]
    pub wallet: Wallet,
    /// As seen before the lock was there. Whoever had it then has opened the wallet too, a moment ago, so at worst a lot
    /// waits for the next time; those that are over are not spent in any case.
    #[diesel(sql_type = Bool)]
    pub lots_due: bool,
}

/// Locks a member's wallet for this transaction, and makes it if absent.
pub async fn lock_wallet(conn: &mut Conn, member_id: MemberId, now: DateTime<Utc>) -> QueryResult<LockedWallet> {
    diesel::sql_query(concat!(
        "with found as (
           select * from wallet where member_id = $1 for no key update
         ), made as (
           -- An update only where somebody else makes it at this very moment.
           insert into wallet (member_id) select $1 where not exists (select from found)
           on conflict (member_id) do update set version = wallet.version returning *
         )
         select member_id, available, pending, reserved, arrears, merged_into, closed, exists (select from lot ",
        due_lots!(),
        ") as lots_due from (table found union all table made) wallet"
    ))
    .bind::<SqlUuid, _>(member_id)
    .bind::<Timestamptz, _>(now)
    .cached()
    .get_result(conn)
    .await
}

/// Whoever opens the wallets of several members in one transaction comes here before the first of them, and waits for
/// others who do. Who opens one wallet never waits for a second, so nobody waits in a circle.
pub async fn queue_for_several(conn: &mut Conn) -> Result<(), Problem> {
    diesel::sql_query("select pg_advisory_xact_lock($1::bigint)").bind::<BigInt, _>(SEVERAL_WALLETS_LOCK).cached().execute(conn).await?;
    Ok(())
}

/// The balances as they stand, without locking.
pub async fn find_wallet(conn: &mut Conn, member_id: MemberId) -> Result<Wallet, Problem> {
    let wallets: Vec<Wallet> =
        diesel::sql_query("select member_id, available, pending, reserved, arrears, merged_into, closed from wallet where member_id = $1")
            .bind::<SqlUuid, _>(member_id)
            .cached()
            .load(conn)
            .await?;
    let none = Wallet { member_id, available: 0, pending: 0, reserved: 0, arrears: 0, merged_into: None, closed: false };
    Ok(wallets.into_iter().next().unwrap_or(none))
}

/// Leads whoever opens a wallet to another member's, or (None) no longer.
pub async fn set_merged(conn: &mut Conn, member_id: MemberId, into: Option<MemberId>) -> QueryResult<()> {
    diesel::sql_query("update wallet set merged_into = $2 where member_id = $1")
        .bind::<SqlUuid, _>(member_id)
        .bind::<Nullable<SqlUuid>, _>(into)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Nothing stays in this wallet from now on.
pub async fn close(conn: &mut Conn, wallet: &mut Wallet) -> QueryResult<()> {
    diesel::sql_query("update wallet set closed = true where member_id = $1")
        .bind::<SqlUuid, _>(wallet.member_id)
        .cached()
        .execute(conn)
        .await?;
    wallet.closed = true;
    Ok(())
}

/// What a merge brought.
pub async fn find_transferred(conn: &mut Conn, merge: MergeId) -> QueryResult<Sums> {
    diesel::sql_query(
        "select coalesce(sum(e.amount) filter (where e.account = 'available'), 0)::bigint as available,
                coalesce(sum(e.amount) filter (where e.account = 'pending'), 0)::bigint as pending,
                coalesce(sum(e.amount) filter (where e.account = 'reserved'), 0)::bigint as reserved,
                coalesce(sum(e.amount) filter (where e.account = 'arrears'), 0)::bigint as arrears
         from ledger_transaction t join ledger_entry e on e.transaction_id = t.id
         where t.source_type = 'merge' and t.source_id = $1 and t.kind = 'transfer' and t.leg = 'into'",
    )
    .bind::<Text, _>(merge.to_string())
    .get_result(conn)
    .await
}

/// What was taken from lots to pay debt when a merge had brought the one to the other, to be given back.
pub async fn find_repaid(conn: &mut Conn, merge: MergeId) -> QueryResult<Vec<Allocation>> {
    #[derive(QueryableByName)]
    struct Repaid {
        #[diesel(sql_type = SqlUuid)]
        lot: LotId,
        #[diesel(sql_type = BigInt)]
        points: i64,
    }
    let repaid: Vec<Repaid> = diesel::sql_query(
        "select a.lot_id as lot, -a.remaining_delta as points from ledger_transaction t join lot_allocation a on a.transaction_id = t.id
         where t.source_type = 'merge' and t.source_id = $1 and t.kind = 'repay' order by 1",
    )
    .bind::<Text, _>(merge.to_string())
    .load(conn)
    .await?;
    let given_back = |Repaid { lot, points }| Allocation { lot, remaining: points, reserved: 0, expired: 0, expires_at: None };
    Ok(repaid.into_iter().map(given_back).collect())
}

/// Whether the wallets of a merge are as it left them.
pub async fn is_unmoved(conn: &mut Conn, merge: MergeId) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Unmoved {
        #[diesel(sql_type = Bool)]
        unmoved: bool,
    }
    let Unmoved { unmoved } = diesel::sql_query(
        "select not exists (select from merged_row r join wallet w on w.member_id = r.row_id
                            where r.merge_id = $1 and r.place = 'wallet' and (r.was ->> 'version')::bigint <> w.version) as unmoved",
    )
    .bind::<SqlUuid, _>(merge)
    .cached()
    .get_result(conn)
    .await?;
    Ok(unmoved)
}

/// Members who are gone, whose erasure is over, and in whose wallets something is left or owed.
pub async fn find_unclosed(conn: &mut Conn) -> QueryResult<Vec<MemberId>> {
    let unclosed: Vec<Due> = diesel::sql_query(UNCLOSED).load(conn).await?;
    Ok(unclosed.into_iter().map(|due| due.member_id).collect())
}

#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = BigInt)]
    transactions: i64,
}

/// Writes a transaction with its entries, balances, lots and allocations, in one statement. The wallet is open.
pub async fn post(conn: &mut Conn, wallet: &mut Wallet, posting: &Posting) -> Result<TransactionId, Problem> {
    if !posting.balances() {
        return Err(Problem::internal(format!("unbalanced posting {posting:?}")));
    }
    let id = TransactionId::new();
    let (accounts, amounts): (Vec<&str>, Vec<i64>) = posting.entries.iter().map(|(account, amount)| (account.as_str(), *amount)).unzip();
    let lots: Vec<Uuid> = posting.allocations.iter().map(|a| a.lot.0).collect();
    let remaining: Vec<i64> = posting.allocations.iter().map(|a| a.remaining).collect();
    let reserved: Vec<i64> = posting.allocations.iter().map(|a| a.reserved).collect();
    let expired: Vec<i64> = posting.allocations.iter().map(|a| a.expired).collect();
    let expiries: Vec<Option<DateTime<Utc>>> = posting.allocations.iter().map(|a| a.expires_at).collect();
    let new_lot = posting.new_lot.as_ref();
    let Written { transactions } = diesel::sql_query(
        "with t as (
           insert into ledger_transaction (id, member_id, kind, source_type, source_id, leg, reverses_id, note, effective_at, counted_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $26)
           on conflict (source_type, source_id, kind, leg) do nothing returning id
         ), entries as (
           insert into ledger_entry (transaction_id, line, account, member_id, amount)
           select t.id, e.line, e.account, case when e.account in ('available', 'pending', 'reserved', 'arrears') then $2::uuid end, e.amount
           from t, unnest($10::text[], $11::bigint[]) with ordinality as e (account, amount, line)
         ), balances as (
           update wallet set available = available + $12, pending = pending + $13, reserved = reserved + $14,
                             arrears = arrears + $15, version = version + 1
           from t where member_id = $2
         ), lots as (
           update lot set remaining = lot.remaining + d.remaining, reserved = lot.reserved + d.reserved, expired = lot.expired + d.expired,
                          expires_at = coalesce(d.expires_at, lot.expires_at)
           from t, unnest($16::uuid[], $17::bigint[], $18::bigint[], $27::bigint[], $19::timestamptz[]) as d (id, remaining, reserved, expired, expires_at)
           where lot.id = d.id
         ), allocations as (
           insert into lot_allocation (transaction_id, lot_id, remaining_delta, reserved_delta, expired_delta)
           select t.id, d.* from t, unnest($16::uuid[], $17::bigint[], $18::bigint[], $27::bigint[]) as d
         ), activated as (
           update lot set activated_at = lot.available_at from t where lot.id = $20
         ), granted as (
           insert into lot (id, member_id, transaction_id, granted, remaining, available_at, activated_at, expires_at)
           select $21, $2, t.id, $22::bigint, $22::bigint, $23::timestamptz, $24::timestamptz, $25::timestamptz from t where $22::bigint is not null
         )
         select count(*) as transactions from t",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(wallet.member_id)
    .bind::<Text, _>(posting.kind)
    .bind::<Text, _>(posting.source.of)
    .bind::<Text, _>(&posting.source.id)
    .bind::<Text, _>(&posting.source.leg)
    .bind::<Nullable<SqlUuid>, _>(posting.reverses)
    .bind::<Text, _>(&posting.note)
    .bind::<Timestamptz, _>(posting.effective_at)
    .bind::<Array<Text>, _>(accounts)
    .bind::<Array<BigInt>, _>(amounts)
    .bind::<BigInt, _>(posting.amount(Account::Available))
    .bind::<BigInt, _>(posting.amount(Account::Pending))
    .bind::<BigInt, _>(posting.amount(Account::Reserved))
    .bind::<BigInt, _>(posting.amount(Account::Arrears))
    .bind::<Array<SqlUuid>, _>(lots)
    .bind::<Array<BigInt>, _>(remaining)
    .bind::<Array<BigInt>, _>(reserved)
    .bind::<Array<Nullable<Timestamptz>>, _>(expiries)
    .bind::<Nullable<SqlUuid>, _>(posting.activates)
    .bind::<SqlUuid, _>(LotId::new())
    .bind::<Nullable<BigInt>, _>(new_lot.map(|lot| lot.granted))
    .bind::<Nullable<Timestamptz>, _>(new_lot.map(|lot| lot.available_at))
    .bind::<Nullable<Timestamptz>, _>(new_lot.and_then(|lot| lot.activated_at))
    .bind::<Nullable<Timestamptz>, _>(new_lot.and_then(|lot| lot.expires_at))
    .bind::<Nullable<Timestamptz>, _>(posting.counted_at)
    .bind::<Array<BigInt>, _>(expired)
    .cached()
    .get_result(conn)
    .await?;
    if transactions == 0 {
        return Err(Refusal::DuplicateSource.into());
    }
    wallet.available += posting.amount(Account::Available);
    wallet.pending += posting.amount(Account::Pending);
    wallet.reserved += posting.amount(Account::Reserved);
    wallet.arrears += posting.amount(Account::Arrears);
    Ok(id)
}

/// Lots whose time to become available has come, or whose time is over.
pub async fn find_due_lots(conn: &mut Conn, member_id: MemberId, now: DateTime<Utc>) -> Result<Vec<Lot>, Problem> {
    Ok(diesel::sql_query(concat!(
        "select id, remaining, available_at, activated_at, expires_at from lot ",
        due_lots!(),
        " order by available_at, id"
    ))
    .bind::<SqlUuid, _>(member_id)
    .bind::<Timestamptz, _>(now)
    .cached()
    .load(conn)
    .await?)
}

/// Active lots in consumption order, no more of them than it takes to have `points`.
pub async fn find_lots_to_spend(conn: &mut Conn, member_id: MemberId, points: i64, now: DateTime<Utc>) -> Result<Vec<Lot>, Problem> {
    Ok(diesel::sql_query(concat!(
        "select id, remaining, available_at, activated_at, expires_at from (
           select lot.*, sum(remaining) over (order by ",
        consumption_order!(),
        ") - remaining as before
           from lot where member_id = $1 and remaining > 0 and activated_at is not null and (expires_at is null or expires_at > $3)
         ) lot where before < $2 order by ",
        consumption_order!(),
    ))
    .bind::<SqlUuid, _>(member_id)
    .bind::<BigInt, _>(points)
    .bind::<Timestamptz, _>(now)
    .cached()
    .load(conn)
    .await?)
}

/// The lots that some transactions made, pending ones first.
pub async fn find_lots_of(conn: &mut Conn, transactions: &[TransactionId]) -> Result<Vec<Lot>, Problem> {
    let ids: Vec<Uuid> = transactions.iter().map(|id| id.0).collect();
    Ok(diesel::sql_query(
        "select id, remaining, available_at, activated_at, expires_at from lot
         where transaction_id = any($1::uuid[]) and remaining > 0 order by activated_at nulls first, id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .cached()
    .load(conn)
    .await?)
}

/// What of the lots that some transactions made expired unused, and was not counted as taken back yet.
pub async fn find_expired_of(conn: &mut Conn, transactions: &[TransactionId]) -> Result<Vec<PastAllocation>, Problem> {
    let ids: Vec<Uuid> = transactions.iter().map(|id| id.0).collect();
    Ok(diesel::sql_query(
        "select id as lot, expired as points, expires_at from lot where transaction_id = any($1::uuid[]) and expired > 0 order by id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .cached()
    .load(conn)
    .await?)
}

/// What of the lots of a purchase, an award or a referral expired unused, and was not counted, by a clawback of it.
pub async fn find_expired_for(conn: &mut Conn, clawback: TransactionId) -> Result<Vec<PastAllocation>, Problem> {
    Ok(diesel::sql_query(
        "select lot.id as lot, lot.expired as points, lot.expires_at
         from ledger_transaction c
         left join purchase_return r on c.source_type = 'purchase_return' and r.id::text = c.source_id
         join ledger_transaction t on t.source_type = case when r.id is null then c.source_type else 'purchase' end
           and t.source_id = coalesce(r.purchase_id::text, c.source_id) and t.kind in ('earn', 'restore')
         join wallet own on own.member_id = t.member_id
         join wallet w on w.member_id = c.member_id and coalesce(w.merged_into, w.member_id) = coalesce(own.merged_into, own.member_id)
         join lot on lot.transaction_id = t.id and lot.expired > 0
         where c.id = $1 order by lot.id",
    )
    .bind::<SqlUuid, _>(clawback)
    .load(conn)
    .await?)
}

/// A debt for points that had expired unused.
#[derive(QueryableByName)]
pub struct Unowed {
    /// The clawback that made it.
    #[diesel(sql_type = SqlUuid)]
    pub id: TransactionId,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = BigInt)]
    pub points: i64,
}

/// Debts for points that had expired unused, of one member or of all.
pub async fn find_unowed(conn: &mut Conn, member: Option<MemberId>) -> Result<Vec<Unowed>, Problem> {
    Ok(diesel::sql_query(format!("select * from ({UNOWED}) u where $1 is null or member_id = $1 order by member_id, id"))
        .bind::<Nullable<SqlUuid>, _>(member)
        .load(conn)
        .await?)
}

#[derive(QueryableByName)]
struct Debt {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    arose_at: Option<DateTime<Utc>>,
}

/// When a member's last debt arose.
pub async fn find_debt_date(conn: &mut Conn, member_id: MemberId) -> Result<Option<DateTime<Utc>>, Problem> {
    let Debt { arose_at } = diesel::sql_query(
        "select max(t.effective_at) as arose_at from ledger_entry e join ledger_transaction t on t.id = e.transaction_id
         where e.member_id = $1 and e.account = 'arrears' and e.amount < 0",
    )
    .bind::<SqlUuid, _>(member_id)
    .cached()
    .get_result(conn)
    .await?;
    Ok(arose_at)
}

/// Every lot of a member that has points left.
pub async fn find_lots(conn: &mut Conn, member_id: MemberId) -> Result<Vec<Lot>, Problem> {
    Ok(diesel::sql_query(
        "select id, remaining, available_at, activated_at, expires_at from lot where member_id = $1 and remaining > 0 order by id",
    )
    .bind::<SqlUuid, _>(member_id)
    .cached()
    .load(conn)
    .await?)
}

/// What a hold reserved, lot by lot in consumption order.
pub async fn find_held(conn: &mut Conn, hold: TransactionId) -> Result<Vec<PastAllocation>, Problem> {
    Ok(diesel::sql_query(concat!(
        "select lot.id as lot, a.reserved_delta as points, lot.expires_at
         from lot_allocation a join lot on lot.id = a.lot_id
         where a.transaction_id = $1 order by ",
        consumption_order!(),
    ))
    .bind::<SqlUuid, _>(hold)
    .cached()
    .load(conn)
    .await?)
}

/// What a redemption spent and has not been refunded yet, lot by lot in consumption order.
pub async fn find_spent(conn: &mut Conn, redeemed: TransactionId) -> Result<Vec<PastAllocation>, Problem> {
    Ok(diesel::sql_query(concat!(
        "select lot.id as lot, lot.expires_at, (-a.reserved_delta - a.remaining_delta - coalesce(
           (select sum(r.remaining_delta) from ledger_transaction t join lot_allocation r on r.transaction_id = t.id
            where t.reverses_id = $1 and t.kind = 'refund' and r.lot_id = lot.id), 0))::bigint as points
         from lot_allocation a join lot on lot.id = a.lot_id
         where a.transaction_id = $1 order by ",
        consumption_order!(),
    ))
    .bind::<SqlUuid, _>(redeemed)
    .cached()
    .load(conn)
    .await?)
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = SqlUuid)]
    member_id: MemberId,
}

/// Some members who have lots that are due, longest due first.
pub async fn find_members_due(conn: &mut Conn, now: DateTime<Utc>, most: i64) -> Result<Vec<MemberId>, Problem> {
    let due: Vec<Due> = diesel::sql_query(
        "select distinct member_id from (
           (select member_id from lot where activated_at is null and remaining > 0 and available_at <= $1
              and not exists (select from award where award.transaction_id = lot.transaction_id and award.awaits_trust)
            order by available_at limit $2)
           union all
           (select member_id from lot where activated_at is not null and remaining > 0 and expires_at <= $1 order by expires_at limit $2)
         ) due",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(most)
    .cached()
    .load(conn)
    .await?;
    Ok(due.into_iter().map(|due| due.member_id).collect())
}
