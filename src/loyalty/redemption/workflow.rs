//! The steps of a redemption, each within the caller's transaction: open the wallet, decide, move points, stock and code.

use chrono::{DateTime, Utc};

use super::{
    rules::{self, RedemptionState, Refusal},
    store::{self, NewRedemption, RedemptionChange, RedemptionRow},
    transitions::{self, Transition},
};
use crate::{
    domain::{MemberId, PartnerId, RedemptionId, RewardId, day_start, programme_day},
    events::{self, Event},
    kit::{Conn, Kit, Problem},
    loyalty::{
        ledger::{self, Source},
        reward::{
            rules::RewardKind,
            store::{self as rewards, RewardRow},
        },
    },
};

/// What somebody wants to have.
pub struct RedeemRequest<'a> {
    pub reward_id: RewardId,
    pub member_id: MemberId,
    /// Whose system asks; None: the member.
    pub partner_id: Option<PartnerId>,
    /// For a cart that is not paid yet.
    pub in_cart: bool,
    /// The address, for what is sent.
    pub ship_to: Option<&'a str>,
}

fn fresh_code() -> String {
    rules::code_of(rand::random())
}

fn source(id: RedemptionId) -> Source {
    Source::new("redemption", id)
}

/// Redeems: takes points, one of the stock, and a code.
pub async fn redeem(conn: &mut Conn, kit: &Kit, request: RedeemRequest<'_>, now: DateTime<Utc>) -> Result<RedemptionRow, Problem> {
    let reward = look_up(conn, &request).await?;
    let mut wallet = ledger::open_wallet(conn, request.member_id, now).await?;
    let request = RedeemRequest { member_id: wallet.member_id, ..request };
    let day = programme_day(now, kit.time_zone);
    let since = day_start(reward.per_member_period.period().start(day), kit.time_zone);
    let taken = match reward.per_member_max {
        Some(_) => store::count_for_limit(conn, reward.id, request.member_id, since).await?,
        None => 0,
    };
    let means = rewards::means(conn, request.member_id).await?;
    rules::decide(&reward, means, taken, now)?;

    let id = RedemptionId::new();
    let hold = ledger::hold(conn, &mut wallet, reward.price_points, source(id), now, &reward.name).await?;
    let stocked = reward.supplied.is_some();
    if stocked && !rewards::take_one(conn, reward.id).await? {
        return Err(Refusal::OutOfStock.into());
    }
    let held_until = rules::held_until(request.in_cart, reward.needs_approval, now);
    let new = NewRedemption {
        id,
        reward_id: reward.id,
        member_id: request.member_id,
        partner_id: request.partner_id,
        points: reward.price_points,
        state: if held_until.is_some() { RedemptionState::Held } else { RedemptionState::Issued },
        held_until,
        stocked,
        ship_to: request.ship_to,
        created_at: now,
    };
    store::insert(conn, &new).await?;
    if reward.kind == RewardKind::CodePool {
        let code = rewards::claim_code(conn, reward.id, id).await?.ok_or(Refusal::OutOfStock)?;
        store::set_code(conn, id, &code).await?;
    }
    if held_until.is_none() {
        if reward.kind.has_own_code() {
            store::set_code(conn, id, &fresh_code()).await?;
        }
        ledger::redeem(conn, &mut wallet, hold, reward.price_points, source(id), now, &reward.name).await?;
    }
    publish(conn, id, request.member_id, new.state, true, now).await?;
    found(conn, id).await
}

/// The reward, as far as it can be refused without a lock.
async fn look_up(conn: &mut Conn, request: &RedeemRequest<'_>) -> Result<RewardRow, Problem> {
    let reward = rewards::find(conn, request.reward_id).await?.ok_or_else(|| Problem::not_found("reward"))?;
    match request.ship_to {
        None if reward.kind.is_shipped() => return Err(Refusal::AddressWanted.into()),
        Some(_) if !reward.kind.is_shipped() => return Err(Problem::invalid_field("/ship_to", "This reward is not sent anywhere.")),
        _ => {}
    }
    if reward.stock_left == Some(0) {
        return Err(Refusal::OutOfStock.into());
    }
    Ok(reward)
}

/// One redemption; 404 where there is none.
pub async fn found(conn: &mut Conn, id: RedemptionId) -> Result<RedemptionRow, Problem> {
    store::find(conn, id).await?.ok_or_else(|| Problem::not_found("redemption"))
}

async fn publish(
    conn: &mut Conn,
    id: RedemptionId,
    member_id: MemberId,
    state: RedemptionState,
    by_member: bool,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let event = Event::RedemptionChanged { redemption_id: id, member_id, state: state.as_str().to_owned(), by_member };
    Ok(events::publish(conn, now, [event]).await?)
}

/// A step that somebody wants to take.
pub struct TransitionRequest<'a> {
    pub step: Transition,
    /// By staff or a partner, not by the member.
    pub by_operator: bool,
    /// How many of the held points to take; all by default.
    pub points: Option<i64>,
    pub reason: &'a str,
}

/// Takes a step with a redemption that the caller may touch.
pub async fn apply(
    conn: &mut Conn,
    row: &RedemptionRow,
    wanted: TransitionRequest<'_>,
    now: DateTime<Utc>,
) -> Result<RedemptionRow, Problem> {
    let mut wallet = ledger::open_wallet(conn, row.member_id, now).await?;
    // Again: it may have moved while we waited for the wallet.
    let row = found(conn, row.id).await?;
    ledger::still_of(&wallet, row.member_id)?;
    transitions::allow(wanted.step, row.state, row.held_until, wanted.by_operator, now)?;
    let held = row.state == RedemptionState::Held;
    let mut change = RedemptionChange {
        state: row.state,
        points: row.points,
        code: row.code.as_deref(),
        reason: if wanted.reason.is_empty() { &row.reason } else { wanted.reason },
        resolved_at: Some(now),
    };
    let own_code;
    match wanted.step {
        Transition::Issue | Transition::Fulfil => {
            if held {
                let hold = store::find_transaction(conn, row.id, "hold").await?;
                change.points = wanted.points.unwrap_or(row.points);
                ledger::redeem(conn, &mut wallet, hold, change.points, source(row.id), now, &row.reward_name).await?;
                if row.reward_kind.has_own_code() {
                    own_code = fresh_code();
                    change.code = Some(&own_code);
                }
            }
            let fulfilled = wanted.step == Transition::Fulfil;
            change.state = if fulfilled { RedemptionState::Fulfilled } else { RedemptionState::Issued };
            change.resolved_at = fulfilled.then_some(now);
        }
        Transition::Cancel if held => {
            let hold = store::find_transaction(conn, row.id, "hold").await?;
            ledger::release(conn, &mut wallet, hold, source(row.id), now, &row.reward_name).await?;
            give_back(conn, &row).await?;
            // A hold that is over has expired, whoever notices first.
            let over = row.held_until.is_some_and(|until| until <= now);
            change.state = if over { RedemptionState::Expired } else { RedemptionState::Cancelled };
            change.code = None;
        }
        Transition::Cancel => {
            let redeemed = store::find_transaction(conn, row.id, "redeem").await?;
            ledger::refund(conn, &mut wallet, redeemed, row.points, source(row.id), now, &row.reward_name).await?;
            // A pool's code has been seen, so it is spent; anything else can be had by somebody else.
            if row.reward_kind != RewardKind::CodePool {
                give_back(conn, &row).await?;
            }
            change.state = RedemptionState::Cancelled;
        }
        Transition::Refund => {
            if !row.refundable {
                return Err(Refusal::NotRefundable.into());
            }
            let redeemed = store::find_transaction(conn, row.id, "redeem").await?;
            ledger::refund(conn, &mut wallet, redeemed, row.points, source(row.id), now, &row.reward_name).await?;
            change.state = RedemptionState::Refunded;
        }
    }
    store::update(conn, row.id, &change).await?;
    let by_member = !wanted.by_operator && change.state != RedemptionState::Expired;
    publish(conn, row.id, row.member_id, change.state, by_member, now).await?;
    found(conn, row.id).await
}

/// Puts one back into the stock, with its code if nobody has seen it.
async fn give_back(conn: &mut Conn, row: &RedemptionRow) -> Result<(), Problem> {
    if row.stocked {
        rewards::put_back_one(conn, row.reward_id).await?;
    }
    if row.reward_kind == RewardKind::CodePool {
        rewards::release_code(conn, row.id).await?;
    }
    Ok(())
}
