//! When points buy a reward, and how a redemption goes on from there.

use chrono::{DateTime, Duration, Utc};

use crate::{
    domain::PartnerId,
    identity::auth::Scope,
    kit::Problem,
    loyalty::{
        operator::Operator,
        reward::{
            rules::is_open,
            store::{MemberMeans, RewardRow},
        },
    },
    refusals, text_enum,
};

/// A partner's cart holds points for so long.
pub const CART_HOLD: Duration = Duration::minutes(15);
/// A person has so long to approve.
pub const APPROVAL_HOLD: Duration = Duration::days(7);
/// Characters of an address.
pub const SHIP_TO_CHARS: std::ops::RangeInclusive<usize> = 10..=500;
/// Characters of the reason for an end.
pub const REASON_CHARS_MAX: usize = 500;
/// Letters and digits of a code that the programme makes up.
pub const CODE_CHARS: usize = 16;
/// Without those that look alike.
const CODE_LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRTUVWXYZ2346789";

text_enum! {
    /// Where a redemption stands. From cancelled, expired and refunded nothing leads on.
    pub enum RedemptionState {
        /// Points and stock are set aside, until `held_until`.
        Held = "held",
        /// Paid; the member has the code, or waits for the thing.
        Issued = "issued",
        /// Used, sent or done.
        Fulfilled = "fulfilled",
        Cancelled = "cancelled",
        /// Held for too long.
        Expired = "expired",
        Refunded = "refunded",
    }
}

impl RedemptionState {
    /// Whether its code is the holder's to show: not yet while it is held, and no longer once its points are back.
    pub fn shows_code(self) -> bool {
        matches!(self, Self::Issued | Self::Fulfilled)
    }
}

refusals! {
    /// Why a reward cannot be redeemed, or a redemption not go on.
    pub enum Refusal {
        NotOnOffer = CONFLICT "reward_not_available" "This reward is not on offer now.",
        TierTooLow = CONFLICT "tier_too_low" "This reward is for a higher tier.",
        LimitReached = CONFLICT "limit_reached" "You have had as many of this as one member may.",
        OutOfStock = CONFLICT "out_of_stock" "None of these are left.",
        HoldExpired = CONFLICT "hold_expired" "The points were held for this, but not for so long.",
        NotRefundable = CONFLICT "not_refundable" "This reward is not refundable.",
        AddressWanted = UNPROCESSABLE_ENTITY "address_wanted" "This reward is sent: say where to.",
        Held = CONFLICT "redemption_held" "This redemption is held and not issued yet.",
        Issued = CONFLICT "redemption_issued" "This redemption is issued already.",
        Fulfilled = CONFLICT "redemption_fulfilled" "This redemption is fulfilled already.",
        Cancelled = CONFLICT "redemption_cancelled" "This redemption is cancelled.",
        Expired = CONFLICT "redemption_expired" "This redemption has expired.",
        Refunded = CONFLICT "redemption_refunded" "This redemption is refunded.",
    }
}

/// Whether a member may have one now. `taken` are those that count against the member's limit.
pub fn decide(reward: &RewardRow, means: MemberMeans, taken: i64, now: DateTime<Utc>) -> Result<(), Problem> {
    if reward.archived_at.is_some() || !is_open(reward.available_from, reward.available_until, now) {
        return Err(Refusal::NotOnOffer.into());
    }
    if means.tier_rank < reward.tier_rank_min {
        return Err(Problem::from(Refusal::TierTooLow).with("required", reward.tier_rank_min).with("rank", means.tier_rank));
    }
    if let Some(most) = reward.per_member_max
        && taken >= most.into()
    {
        return Err(Problem::from(Refusal::LimitReached).with("limit", most).with("period", reward.per_member_period.as_str()));
    }
    if reward.stock_left == Some(0) {
        return Err(Refusal::OutOfStock.into());
    }
    Ok(())
}

/// How a redemption starts: held until then, or (None) issued at once.
pub fn held_until(in_cart: bool, needs_approval: bool, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match (in_cart, needs_approval) {
        (true, _) => Some(now + CART_HOLD),
        (false, true) => Some(now + APPROVAL_HOLD),
        (false, false) => None,
    }
}

/// How far somebody reaches into a redemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    pub reads: bool,
    pub acts: bool,
    /// Sees where it is sent to.
    pub address: bool,
}

/// A partner reaches what its own keys made. More is a grant on the key; where others' things are sent to is personal data
/// beside.
pub fn reach_of(operator: &Operator, maker: Option<PartnerId>) -> Reach {
    let own = operator.owns(maker);
    let acts = own || operator.holds(Scope::RedemptionsWriteAny);
    let reads = acts || operator.holds(Scope::RedemptionsReadAny);
    Reach { reads, acts, address: own || reads && operator.holds(Scope::MembersPii) }
}

/// A code that nobody guesses, of as many random bytes.
pub fn code_of(random: [u8; CODE_CHARS]) -> String {
    random.map(|byte| char::from(CODE_LETTERS[usize::from(byte) % CODE_LETTERS.len()])).iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_lasts_as_long_as_it_is_for() {
        let now: DateTime<Utc> = "2026-05-01T12:00:00Z".parse().unwrap();
        for (in_cart, approval, expected) in
            [(true, true, Some(CART_HOLD)), (true, false, Some(CART_HOLD)), (false, true, Some(APPROVAL_HOLD)), (false, false, None)]
        {
            assert_eq!(held_until(in_cart, approval, now), expected.map(|time| now + time));
        }
    }
}
