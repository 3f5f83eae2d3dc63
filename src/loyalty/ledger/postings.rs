//! The movements of points, each on an open wallet: look at lots, decide by rule, post.

use chrono::{DateTime, Utc};

use super::{
    rules::{self, Account, Allocation, Kind, NewLot, POINTS_MAX, PastAllocation, Posting, Source, Sums, Wallet, insufficient},
    store,
};
use crate::{
    domain::{LotId, MemberId, MergeId, TransactionId},
    events::{self, Event},
    kit::{Conn, Problem},
};

/// The noun of merges in the ledger; the source's id is the merge's.
const MERGE_SOURCE: &str = "merge";

/// Points that a member has earned.
pub struct Earn {
    /// At least 1.
    pub points: i64,
    pub source: Source,
    /// When they were earned; an import dates them back.
    pub effective_at: DateTime<Utc>,
    /// Pending until then; at once when that is past.
    pub available_at: DateTime<Utc>,
    /// By the expiry policy of the rule that granted them.
    pub expires_at: Option<DateTime<Utc>>,
    /// Says to the member what for.
    pub note: String,
}

/// Points to take back.
pub struct Clawback<'a> {
    /// The transactions that had granted them.
    pub earned_in: &'a [TransactionId],
    /// When they had counted: what is taken back is missing there.
    pub counted_at: DateTime<Utc>,
    pub points: i64,
    pub policy: ClawbackPolicy,
    pub source: Source,
    pub note: String,
}

/// How far a clawback goes when the points it is after are gone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ClawbackPolicy {
    /// Only what is still pending.
    OnlyPending,
    /// Down to an available balance of 0.
    WithinBalance,
    /// The rest becomes debt, which later earnings repay first.
    Arrears,
}

/// Refuses amounts that no movement may have.
fn check_points(points: i64) -> Result<(), Problem> {
    if (1..=POINTS_MAX).contains(&points) {
        return Ok(());
    }
    Err(Problem::invalid_field("/points", format!("Points must lie between 1 and {POINTS_MAX}.")))
}

/// Opens a member's wallet: makes it if absent, locks it for this transaction, activates what is due and expires what
/// has ended. Everything that moves points begins here. Of who was merged it is the other's: go on with its member.
pub async fn open_wallet(conn: &mut Conn, member_id: MemberId, now: DateTime<Utc>) -> Result<Wallet, Problem> {
    let mut opened = store::lock_wallet(conn, member_id, now).await?;
    while let Some(into) = opened.wallet.merged_into {
        opened = store::lock_wallet(conn, into, now).await?;
    }
    let store::LockedWallet { mut wallet, lots_due } = opened;
    if lots_due {
        bring_up_to_date(conn, &mut wallet, now).await?;
    }
    Ok(wallet)
}

/// Wants what was looked up by its member to be of this very wallet still: while we waited for it, two members may have become
/// one, or two again.
///
/// # Errors
/// 503: sent again, it finds whose it is now.
pub fn still_of(wallet: &Wallet, member_id: MemberId) -> Result<(), Problem> {
    if wallet.member_id == member_id { Ok(()) } else { Err(Problem::unavailable()) }
}

/// Activates lots that are due and expires lots that have ended, each as of its own time.
async fn bring_up_to_date(conn: &mut Conn, wallet: &mut Wallet, now: DateTime<Utc>) -> Result<(), Problem> {
    let mut activated = 0;
    for lot in store::find_due_lots(conn, wallet.member_id, now).await? {
        let mut remaining = lot.remaining;
        if lot.activated_at.is_none() {
            let source = Source::new("lot", lot.id);
            let entries = [(Account::Pending, -remaining), (Account::Available, remaining)];
            let mut posting = Posting::new(Kind::Activate, source, lot.available_at, &entries);
            posting.activates = Some(lot.id);
            store::post(conn, wallet, &posting).await?;
            remaining -= repay(conn, wallet, Source::new("lot", lot.id), lot.id, remaining, lot.available_at).await?;
            activated += remaining;
        }
        if let Some(ended) = lot.expires_at.filter(|at| *at <= now && remaining > 0) {
            let source = Source::new("lot", lot.id).leg(ended.timestamp_micros());
            let entries = [(Account::Available, -remaining), (Account::Breakage, remaining)];
            let mut posting = Posting::new(Kind::Expire, source, ended, &entries);
            posting.allocations =
                vec![Allocation { lot: lot.id, remaining: -remaining, reserved: 0, expired: remaining, expires_at: None }];
            store::post(conn, wallet, &posting).await?;
        }
    }
    if activated > 0 {
        events::publish(conn, now, [Event::PointsActivated { member_id: wallet.member_id, points: activated }]).await?;
    }
    Ok(())
}

/// Pays debt from `points` of a lot that became available at `at`: then, or as soon as there was the debt. Returns what it
/// took.
async fn repay(conn: &mut Conn, wallet: &mut Wallet, source: Source, lot: LotId, points: i64, at: DateTime<Utc>) -> Result<i64, Problem> {
    let paid = points.min(-wallet.arrears);
    if paid > 0 {
        let entries = [(Account::Available, -paid), (Account::Arrears, paid)];
        let at = store::find_debt_date(conn, wallet.member_id).await?.map_or(at, |debt_at| at.max(debt_at));
        let mut posting = Posting::new(Kind::Repay, source, at, &entries);
        posting.allocations = vec![Allocation { lot, remaining: -paid, reserved: 0, expired: 0, expires_at: None }];
        store::post(conn, wallet, &posting).await?;
    }
    Ok(paid)
}

/// Writes what gives points back to lots, and pays debt from them.
async fn post_return(conn: &mut Conn, wallet: &mut Wallet, posting: Posting) -> Result<TransactionId, Problem> {
    let id = store::post(conn, wallet, &posting).await?;
    for returned in posting.allocations.iter().filter(|allocation| allocation.remaining > 0) {
        let source = Source::new("lot", returned.lot).leg(id);
        repay(conn, wallet, source, returned.lot, returned.remaining, posting.effective_at).await?;
    }
    leave_nothing(conn, wallet, id, posting.effective_at).await?;
    Ok(id)
}

/// Of who is gone nothing stays, and nothing is owed: what a movement left goes where the rest went.
async fn leave_nothing(conn: &mut Conn, wallet: &mut Wallet, after: TransactionId, now: DateTime<Utc>) -> Result<(), Problem> {
    if wallet.closed { empty(conn, wallet, Source::new("ledger_transaction", after), now).await } else { Ok(()) }
}

/// Grants points. 409 `duplicate_source` when this source has granted before.
pub async fn earn(conn: &mut Conn, wallet: &mut Wallet, earn: Earn, now: DateTime<Utc>) -> Result<TransactionId, Problem> {
    grant(conn, wallet, Kind::Earn, Account::Issuance, earn, now).await
}

/// Grants again what was clawed back by mistake: a post was restored.
pub async fn restore(conn: &mut Conn, wallet: &mut Wallet, earn: Earn, now: DateTime<Utc>) -> Result<TransactionId, Problem> {
    grant(conn, wallet, Kind::Restore, Account::Issuance, earn, now).await
}

async fn grant(
    conn: &mut Conn,
    wallet: &mut Wallet,
    kind: Kind,
    from: Account,
    earn: Earn,
    now: DateTime<Utc>,
) -> Result<TransactionId, Problem> {
    check_points(earn.points)?;
    let at_once = earn.available_at <= now;
    let to = if at_once { Account::Available } else { Account::Pending };
    let mut posting = Posting::new(kind, earn.source, earn.effective_at, &[(from, -earn.points), (to, earn.points)]);
    posting.note = earn.note;
    posting.counted_at = (kind != Kind::Adjust).then_some(earn.effective_at);
    posting.new_lot = Some(NewLot {
        granted: earn.points,
        available_at: earn.available_at,
        activated_at: at_once.then_some(earn.available_at),
        expires_at: earn.expires_at,
    });
    let id = store::post(conn, wallet, &posting).await?;
    let over = earn.expires_at.is_some_and(|at| at <= now);
    if at_once && (wallet.arrears < 0 || over) {
        for lot in store::find_lots_of(conn, &[id]).await? {
            repay(conn, wallet, Source::new("lot", lot.id), lot.id, lot.remaining, earn.effective_at.max(lot.available_at)).await?;
        }
        bring_up_to_date(conn, wallet, now).await?;
    }
    leave_nothing(conn, wallet, id, now).await?;
    Ok(id)
}

/// Reserves points for a redemption. 409 `insufficient_points` when there are not so many.
pub async fn hold(
    conn: &mut Conn,
    wallet: &mut Wallet,
    points: i64,
    source: Source,
    now: DateTime<Utc>,
    note: &str,
) -> Result<TransactionId, Problem> {
    check_points(points)?;
    let allocations = spend(conn, wallet, points, now).await?;
    let mut posting = Posting::new(Kind::Hold, source, now, &[(Account::Available, -points), (Account::Reserved, points)]);
    posting.note = note.to_owned();
    posting.allocations = allocations.into_iter().map(|a| Allocation { reserved: -a.remaining, ..a }).collect();
    store::post(conn, wallet, &posting).await
}

async fn spend(conn: &mut Conn, wallet: &Wallet, points: i64, now: DateTime<Utc>) -> Result<Vec<Allocation>, Problem> {
    if wallet.available < points {
        return Err(insufficient(points, wallet.available));
    }
    let lots = store::find_lots_to_spend(conn, wallet.member_id, points, now).await?;
    match rules::take(&lots, points) {
        (allocations, 0) => Ok(allocations),
        (_, missing) => Err(Problem::internal(format!("lots of {} lack {missing} of the balance", wallet.member_id))),
    }
}

/// Spends `points` of a hold; the rest of it goes back to its lots.
pub async fn redeem(
    conn: &mut Conn,
    wallet: &mut Wallet,
    hold: TransactionId,
    points: i64,
    source: Source,
    now: DateTime<Utc>,
    note: &str,
) -> Result<TransactionId, Problem> {
    let held = store::find_held(conn, hold).await?;
    let total: i64 = held.iter().map(|taken| taken.points).sum();
    if !(1..=total).contains(&points) {
        return Err(Problem::invalid_field("/points", format!("Between 1 and {total} points can be taken of this hold.")));
    }
    let entries = [(Account::Reserved, -total), (Account::Redeemed, points), (Account::Available, total - points)];
    let mut posting = Posting::new(Kind::Redeem, source, now, &entries);
    posting.reverses = Some(hold);
    posting.note = note.to_owned();
    posting.allocations = rules::capture(&held, points, now);
    post_return(conn, wallet, posting).await
}

/// Gives a whole hold back.
pub async fn release(
    conn: &mut Conn,
    wallet: &mut Wallet,
    hold: TransactionId,
    source: Source,
    now: DateTime<Utc>,
    note: &str,
) -> Result<TransactionId, Problem> {
    let held = store::find_held(conn, hold).await?;
    let total: i64 = held.iter().map(|taken| taken.points).sum();
    let mut posting = Posting::new(Kind::Release, source, now, &[(Account::Reserved, -total), (Account::Available, total)]);
    posting.reverses = Some(hold);
    posting.note = note.to_owned();
    posting.allocations = rules::capture(&held, 0, now);
    post_return(conn, wallet, posting).await
}

/// Gives back points that were spent: to the lots they came from, last taken first.
pub async fn refund(
    conn: &mut Conn,
    wallet: &mut Wallet,
    redeemed: TransactionId,
    points: i64,
    source: Source,
    now: DateTime<Utc>,
    note: &str,
) -> Result<TransactionId, Problem> {
    check_points(points)?;
    let spent = store::find_spent(conn, redeemed).await?;
    let (allocations, left) = rules::give_back(&spent, points, now);
    if left > 0 {
        return Err(Problem::invalid_field("/points", "This is more than was spent and not yet refunded."));
    }
    let mut posting = Posting::new(Kind::Refund, source, now, &[(Account::Redeemed, -points), (Account::Available, points)]);
    posting.reverses = Some(redeemed);
    posting.note = note.to_owned();
    posting.allocations = allocations;
    post_return(conn, wallet, posting).await
}

/// Takes points back. Returns the transaction, or none when the policy left nothing to take.
pub async fn claw_back(
    conn: &mut Conn,
    wallet: &mut Wallet,
    clawback: Clawback<'_>,
    now: DateTime<Utc>,
) -> Result<Option<TransactionId>, Problem> {
    let Clawback { earned_in, counted_at, points, policy, source, note } = clawback;
    check_points(points)?;
    // What expired unused is gone already, and is not asked for again.
    let (mut allocations, unexpired) = rules::count_expired(&store::find_expired_of(conn, earned_in).await?, points);
    let own: Vec<_> = store::find_lots_of(conn, earned_in).await?;
    let (pending, active): (Vec<_>, Vec<_>) = own.into_iter().partition(|lot| lot.activated_at.is_none());
    let (taken, mut missing) = rules::take(&pending, unexpired);
    allocations.extend(taken);
    let from_pending = unexpired - missing;
    if policy != ClawbackPolicy::OnlyPending {
        let (taken, left) = rules::take(&active, missing);
        allocations.extend(taken);
        missing = left;
        // The points themselves are spent or reserved: whatever else is there.
        let others = wallet.available - (unexpired - from_pending - missing);
        if missing > 0 && others > 0 {
            let mut lots = store::find_lots_to_spend(conn, wallet.member_id, wallet.available, now).await?;
            lots.retain(|lot| active.iter().all(|own| own.id != lot.id));
            let (taken, left) = rules::take(&lots, missing);
            allocations.extend(taken);
            missing = left;
        }
    }
    let (from_expired, from_available) = (points - unexpired, unexpired - from_pending - missing);
    let owed = if policy == ClawbackPolicy::Arrears { missing } else { 0 };
    let total = from_expired + from_pending + from_available + owed;
    if total == 0 {
        return Ok(None);
    }
    let entries = [
        (Account::Breakage, -from_expired),
        (Account::Pending, -from_pending),
        (Account::Available, -from_available),
        (Account::Arrears, -owed),
        (Account::Clawback, total),
    ];
    let mut posting = Posting::new(Kind::Clawback, source, now, &entries);
    posting.note = note;
    posting.counted_at = Some(counted_at);
    posting.allocations = rules::merged(allocations);
    let id = store::post(conn, wallet, &posting).await?;
    leave_nothing(conn, wallet, id, now).await?;
    Ok(Some(id))
}

/// Forgives a debt for points that had expired unused: the last `points` of what a clawback took. What was repaid
/// meanwhile comes back.
pub async fn forgive(
    conn: &mut Conn,
    wallet: &mut Wallet,
    clawback: TransactionId,
    expired: &[PastAllocation],
    points: i64,
    now: DateTime<Utc>,
) -> Result<TransactionId, Problem> {
    let (allocations, _) = rules::count_expired(expired, points);
    let points = -allocations.iter().map(|allocation| allocation.expired).sum::<i64>();
    let owed = points.min(-wallet.arrears);
    let entries = [(Account::Breakage, -points), (Account::Arrears, owed), (Account::Available, points - owed)];
    let mut posting = Posting::new(Kind::Adjust, Source::new("ledger_transaction", clawback), now, &entries);
    posting.reverses = Some(clawback);
    posting.note = "Points that had expired unused are not owed".to_owned();
    posting.allocations = allocations;
    if points > owed {
        posting.new_lot = Some(NewLot { granted: points - owed, available_at: now, activated_at: Some(now), expires_at: None });
    }
    store::post(conn, wallet, &posting).await
}

/// Adds (or, negative, takes) points by decision of staff. What is taken must be there.
pub async fn adjust(
    conn: &mut Conn,
    wallet: &mut Wallet,
    points: i64,
    source: Source,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    note: &str,
) -> Result<TransactionId, Problem> {
    if points > 0 {
        let earn = Earn { points, source, effective_at: now, available_at: now, expires_at, note: note.to_owned() };
        return grant(conn, wallet, Kind::Adjust, Account::Adjustment, earn, now).await;
    }
    check_points(points.saturating_neg())?;
    let mut posting = Posting::new(Kind::Adjust, source, now, &[(Account::Available, points), (Account::Adjustment, -points)]);
    posting.note = note.to_owned();
    posting.allocations = spend(conn, wallet, -points, now).await?;
    store::post(conn, wallet, &posting).await
}

/// Closes the wallet of a member who is gone: what they had becomes breakage, what they owed is forgiven. Reserved
/// points stay until their redemption ends.
pub async fn erase(conn: &mut Conn, wallet: &mut Wallet, source: Source, now: DateTime<Utc>) -> Result<(), Problem> {
    store::close(conn, wallet).await?;
    empty(conn, wallet, source, now).await
}

/// Moves everything from one wallet to another: its lots are to follow, and then its debt to be paid
/// ([`pay_debt`]). `names` tell each side who the other is.
pub async fn transfer(
    conn: &mut Conn,
    (from, into): (&mut Wallet, &mut Wallet),
    merge: MergeId,
    names: (&str, &str),
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let sums = Sums::from(&*from);
    if sums == Sums::default() {
        return Ok(());
    }
    for (wallet, sign, leg, other) in [(from, -1, "from", names.1), (into, 1, "into", names.0)] {
        let source = Source::new(MERGE_SOURCE, merge).leg(leg);
        let mut posting = Posting::new(Kind::Transfer, source, now, &sums.entries(sign, 0));
        posting.note = other.to_owned();
        store::post(conn, wallet, &posting).await?;
    }
    Ok(())
}

/// Pays what one had owed from what the other had.
pub async fn pay_debt(conn: &mut Conn, wallet: &mut Wallet, merge: MergeId, now: DateTime<Utc>) -> Result<(), Problem> {
    let paid = wallet.available.min(-wallet.arrears);
    if paid == 0 {
        return Ok(());
    }
    let entries = [(Account::Available, -paid), (Account::Arrears, paid)];
    let mut posting = Posting::new(Kind::Repay, Source::new(MERGE_SOURCE, merge), now, &entries);
    posting.allocations = spend(conn, wallet, paid, now).await?;
    store::post(conn, wallet, &posting).await?;
    Ok(())
}

/// Moves back what a merge brought, debts as they were. Nothing has moved since; the lots are to follow.
pub async fn transfer_back(
    conn: &mut Conn,
    (from, into): (&mut Wallet, &mut Wallet),
    merge: MergeId,
    names: (&str, &str),
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let sums = store::find_transferred(conn, merge).await?;
    if sums == Sums::default() {
        return Ok(());
    }
    let owed_again = store::find_repaid(conn, merge).await?;
    let repaid = owed_again.iter().map(|allocation| allocation.remaining).sum();
    for (wallet, sign, leg, other) in [(into, -1, "into undone", names.0), (from, 1, "from undone", names.1)] {
        let source = Source::new(MERGE_SOURCE, merge).leg(leg);
        let entries = sums.entries(sign, if sign < 0 { repaid } else { 0 });
        let mut posting = Posting::new(Kind::Transfer, source, now, &entries);
        posting.note = other.to_owned();
        if sign < 0 {
            posting.allocations.clone_from(&owed_again);
        }
        store::post(conn, wallet, &posting).await?;
    }
    Ok(())
}

async fn empty(conn: &mut Conn, wallet: &mut Wallet, source: Source, now: DateTime<Utc>) -> Result<(), Problem> {
    let (available, pending, arrears) = (wallet.available, wallet.pending, wallet.arrears);
    if (available, pending, arrears) == (0, 0, 0) {
        return Ok(());
    }
    let lots = store::find_lots(conn, wallet.member_id).await?;
    let entries = [
        (Account::Available, -available),
        (Account::Pending, -pending),
        (Account::Arrears, -arrears),
        (Account::Breakage, available + pending + arrears),
    ];
    let mut posting = Posting::new(Kind::Erase, source, now, &entries);
    posting.allocations = rules::take(&lots, available + pending).0;
    store::post(conn, wallet, &posting).await?;
    Ok(())
}
