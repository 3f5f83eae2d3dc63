//! Recording purchases and returns: decide by rule, write, and move the points, in the caller's transaction.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::{
    cap::{self, CappedOrder},
    line::LineRow,
    rules::{self, NewReturn, Refusal, Returned},
    store::{self, PurchaseRow},
};
use crate::{
    domain::{MemberId, PartnerId, PurchaseId, ReturnId, RuleId, RuleVersionId, TransactionId},
    events::Event,
    kit::{Conn, Problem},
    loyalty::{
        award,
        earning::{
            rules::{self as earning, Context, Decision, Grant, Order, Rule},
            store as earning_store,
        },
        expiry::Expiry,
        ledger::{self, Clawback, ClawbackPolicy, Earn, Source, Wallet},
        tier::store::{self as tier_store, Qualifying},
    },
};

/// The noun of purchases in the ledger; the source's id is the purchase's.
pub const SOURCE: &str = "purchase";
/// The noun of returns in the ledger; the source's id is the return's.
pub const RETURN_SOURCE: &str = "purchase_return";

/// A purchase to record, its order checked.
pub struct NewPurchase {
    pub partner_id: PartnerId,
    pub member_id: MemberId,
    /// The partner's name for it: recorded once.
    pub order_id: String,
    pub order: Order,
}

/// What was recorded. Tell the events, and [`requalify`](crate::loyalty::tier::requalify) the member, in the same transaction:
/// imports do both for many purchases at once.
pub struct Recorded {
    pub purchase: PurchaseRow,
    pub lines: Vec<LineRow>,
    pub decision: Decision,
    pub events: Vec<(DateTime<Utc>, Event)>,
}

/// Records a purchase and grants its points, by the rules that were valid at its date.
///
/// # Errors
/// 409 `duplicate_source` when the partner's order is known already and was not returned whole; 422 when the amounts are out of reach.
pub async fn record(conn: &mut Conn, zone: Tz, rules: &[Rule], new: NewPurchase, now: DateTime<Utc>) -> Result<Recorded, Problem> {
    let NewPurchase { partner_id, member_id, order_id, order } = new;
    // The member's own lock, which nobody else waits for: two purchases at once must not both be the first, or both
    // have the last points of a cap.
    let mut wallet = ledger::open_wallet(conn, member_id, now).await?;
    let member_id = wallet.member_id;
    let context = find_context(conn, zone, rules, member_id, order.purchased_at).await?;
    let decision = earning::decide(&order, rules, &context)?;
    let available_at = (decision.points > 0).then(|| order.purchased_at + Duration::days(decision.hold_days));
    let (purchase, lines) = rows(partner_id, member_id, order_id, order, &decision, available_at, now)?;
    if !store::insert(conn, &purchase, &lines).await? {
        return Err(Refusal::DuplicateSource.into());
    }
    let at = purchase.purchased_at;
    let mut events = vec![(now, Event::PurchaseRecorded { purchase_id: purchase.id, member_id })];
    if let Some(available_at) = available_at {
        let earn = Earn {
            points: decision.points,
            source: Source::new(SOURCE, purchase.id),
            effective_at: at,
            available_at,
            expires_at: latest_expiry(&decision, available_at, zone),
            note: format!("Order {}", purchase.order_id),
        };
        let transaction_id = ledger::earn(conn, &mut wallet, earn, now).await?;
        count(conn, transaction_id, member_id, decision.qualifying, at).await?;
        events.push((at, Event::PointsEarned { member_id, points: decision.points, group_id: None }));
    }
    Ok(Recorded { purchase, lines, decision, events })
}

/// What the rules ask about a member; nothing is looked up that no rule asks.
async fn find_context(conn: &mut Conn, time_zone: Tz, rules: &[Rule], member_id: MemberId, at: DateTime<Utc>) -> Result<Context, Problem> {
    let asks = |rule: &Rule| rule.terms.conditions.tier_rank_min.is_some() || rule.terms.conditions.first_purchase.is_some();
    let (tier_rank, first_purchase) = if rules.iter().any(asks) { store::find_history(conn, member_id).await? } else { (0, false) };
    let capped = rules.iter().filter_map(|rule| Some((rule.rule_id, rule.terms.cap.as_ref()?.period)));
    let periods: Vec<_> = capped
        .map(|(rule_id, period)| {
            let (start, end) = earning::bounds(period, at, time_zone);
            (rule_id, start, end)
        })
        .collect();
    let orders = store::find_capped(conn, member_id, &periods).await?;
    let of_period = |(rule, start, end): &(RuleId, DateTime<Utc>, DateTime<Utc>)| {
        let within = |order: &&CappedOrder| (*start..*end).contains(&order.purchased_at);
        (*rule, cap::used(orders.iter().filter(within), *rule))
    };
    let used = periods.iter().map(of_period).collect();
    Ok(Context { time_zone, tier_rank, first_purchase, used })
}

/// One lot has one expiry: of several rules' the latest, and never if one of them never ends.
fn latest_expiry(decision: &Decision, available_at: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
    let expiry = |policy: &Option<String>| policy.as_deref()?.parse::<Expiry>().ok()?.expires_at(available_at, zone);
    let ends: Vec<_> = decision.grants.iter().filter(|grant| grant.points > 0).map(|grant| expiry(&grant.expires)).collect();
    if ends.contains(&None) { None } else { ends.into_iter().flatten().max() }
}

/// Counts points towards the member's tier, on the date of what earned them.
async fn count(conn: &mut Conn, transaction_id: TransactionId, member_id: MemberId, points: i64, at: DateTime<Utc>) -> Result<(), Problem> {
    if points != 0 {
        tier_store::insert_qualifying(conn, &[Qualifying { transaction_id, member_id, points, at }]).await?;
    }
    Ok(())
}

fn rows(
    partner_id: PartnerId,
    member_id: MemberId,
    order_id: String,
    order: Order,
    decision: &Decision,
    available_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(PurchaseRow, Vec<LineRow>), Problem> {
    let id = PurchaseId::new();
    let points = decision.line_net_minor.iter().zip(&decision.line_points);
    let lines = order.lines.into_iter().zip(points).zip(1..).map(|((line, (net_minor, points)), number)| LineRow {
        purchase_id: id,
        line: number,
        sku: line.sku,
        category: line.category,
        quantity: line.quantity,
        unit_minor: line.unit_minor,
        discount_minor: line.discount_minor,
        net_minor: *net_minor,
        points_granted: *points,
        returned_quantity: 0,
        points_clawed: 0,
    });
    let purchase = PurchaseRow {
        id,
        partner_id,
        order_id,
        member_id,
        currency: order.currency.code().to_owned(),
        purchased_at: order.purchased_at,
        channel: order.channel,
        order_discount_minor: order.order_discount_minor,
        shipping_minor: order.shipping_minor,
        tax_minor: order.tax_minor,
        gift_card_minor: order.gift_card_minor,
        points_paid_minor: order.points_paid_minor,
        net_minor: decision.net_minor(),
        points_granted: decision.points,
        no_points_reason: decision.no_points_reason,
        trace: serde_json::to_value(&decision.grants).map_err(Problem::internal)?,
        recorded_at: now,
        returned_whole_at: None,
        available_at,
    };
    Ok((purchase, lines.collect()))
}

/// A recorded return; tell and requalify as after [`record`].
pub struct RecordedReturn {
    pub id: ReturnId,
    pub member_id: MemberId,
    pub lines: Vec<Returned>,
    pub points_clawed: i64,
    /// What a cap had kept back and now had room for, by this purchase or others.
    pub points_granted: i64,
    pub whole: bool,
    pub events: Vec<(DateTime<Utc>, Event)>,
}

/// Records a return, and takes back the points that the returned things had earned. What caps had kept back and now have
/// room for is granted.
///
/// # Errors
/// 409 `duplicate_source` when this return is known already; 422 for lines or quantities that are not there to return.
pub async fn record_return(
    conn: &mut Conn,
    zone: Tz,
    purchase: PurchaseId,
    new: NewReturn,
    now: DateTime<Utc>,
) -> Result<RecordedReturn, Problem> {
    let buyer = found(conn, purchase).await?.member_id;
    let mut wallet = ledger::open_wallet(conn, buyer, now).await?;
    let member_id = wallet.member_id;
    // Looked at again: another return may just have granted it more.
    let purchase = found(conn, purchase).await?;
    ledger::still_of(&wallet, purchase.member_id)?;
    let at = purchase.purchased_at;
    if store::is_return_known(conn, purchase.id, &new.return_id).await? {
        return Err(Refusal::DuplicateReturn.into());
    }
    let grants: Vec<Grant> = serde_json::from_value(purchase.trace.clone()).map_err(Problem::internal)?;
    let before = store::find_lines(conn, &[purchase.id]).await?;
    let lines = rules::decide_return(&before, &grants, &new.lines)?;
    let points_clawed = lines.iter().map(|line| line.points_clawed).sum();
    let whole = rules::is_whole(&before, &lines);

    let id = ReturnId::new();
    store::insert_return(conn, id, purchase.id, &new, &lines, whole, now).await?;
    let mut events = vec![(now, Event::PurchaseReturned { purchase_id: purchase.id, member_id, whole })];
    if points_clawed > 0 {
        let counting = store::find_counting(conn, purchase.id).await?;
        let transaction_id = claw_back(conn, &mut wallet, &purchase, id, points_clawed, now).await?;
        let clawed_before = before.iter().map(|line| line.points_clawed).sum();
        let qualifying = rules::qualifying_points(&grants);
        let counted = rules::uncounted(qualifying, purchase.points_granted, clawed_before, points_clawed, counting);
        count(conn, transaction_id, member_id, -counted, at).await?;
        events.push((at, Event::PointsEarned { member_id, points: -points_clawed, group_id: None }));
    }
    let granted = refill(conn, zone, &mut wallet, &grants, at, id, now).await?;
    let points_granted = granted.iter().map(|(_, points)| points).sum();
    events.extend(granted.into_iter().map(|(at, points)| (at, Event::PointsEarned { member_id, points, group_id: None })));
    Ok(RecordedReturn { id, member_id, lines, points_clawed, points_granted, whole, events })
}

async fn found(conn: &mut Conn, id: PurchaseId) -> Result<PurchaseRow, Problem> {
    store::find(conn, id).await?.ok_or_else(|| Problem::not_found("purchase"))
}

/// Grants, in order, what the caps of these grants had kept back and have room for after a return. Says of which dates, and
/// how much.
async fn refill(
    conn: &mut Conn,
    zone: Tz,
    wallet: &mut Wallet,
    grants: &[Grant],
    purchased_at: DateTime<Utc>,
    return_id: ReturnId,
    now: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, i64)>, Problem> {
    let versions: Vec<RuleVersionId> = grants.iter().filter(|grant| grant.late.is_none()).map(|grant| grant.rule_version_id).collect();
    let caps = earning_store::find_caps(conn, &versions).await?;
    let mut granted = Vec::new();
    for first in grants.iter().filter(|grant| grant.late.is_none()) {
        let Some(period) = caps.get(&first.rule_version_id).map(|cap| cap.period) else { continue };
        let (start, end) = earning::bounds(period, purchased_at, zone);
        let orders = store::find_capped(conn, wallet.member_id, &[(first.rule_id, start, end)]).await?;
        let versions: Vec<RuleVersionId> = orders.iter().flat_map(|order| order.grants.iter().map(|grant| grant.rule_version_id)).collect();
        let caps = earning_store::find_caps(conn, &versions).await?;
        // A version that counts by another period has its own room.
        let cap_of = |version| caps.get(&version).filter(|cap| cap.period == period).cloned();
        let late = cap::refill(&orders, first.rule_id, cap_of, now);
        if late.is_empty() || award::store::find_living(conn, &[wallet.member_id]).await?.is_empty() {
            continue;
        }
        for (order, grant) in late {
            let order = &orders[order];
            let at = order.purchased_at;
            let available_at = now.max(at + Duration::days(grant.hold_days));
            let earn = Earn {
                points: grant.points,
                source: Source::new(SOURCE, order.id).leg(format!("{return_id} {}", grant.rule_id)),
                effective_at: at,
                available_at,
                expires_at: grant.expires.as_deref().and_then(|policy| policy.parse::<Expiry>().ok()?.expires_at(available_at, zone)),
                note: String::new(),
            };
            let transaction_id = ledger::earn(conn, wallet, earn, now).await?;
            store::grant_late(conn, order.id, &grant).await?;
            count(conn, transaction_id, wallet.member_id, if grant.qualifies { grant.points } else { 0 }, at).await?;
            granted.push((at, grant.points));
        }
    }
    Ok(granted)
}

async fn claw_back(
    conn: &mut Conn,
    wallet: &mut Wallet,
    purchase: &PurchaseRow,
    id: ReturnId,
    points: i64,
    now: DateTime<Utc>,
) -> Result<TransactionId, Problem> {
    let earned_in = store::find_earned_in(conn, purchase.id).await?;
    let clawback = Clawback {
        earned_in: &earned_in,
        counted_at: purchase.purchased_at,
        points,
        policy: ClawbackPolicy::Arrears,
        source: Source::new(RETURN_SOURCE, id),
        note: format!("Order {}", purchase.order_id),
    };
    let taken = ledger::claw_back(conn, wallet, clawback, now).await?;
    taken.ok_or_else(|| Problem::internal("a clawback into arrears took nothing"))
}
