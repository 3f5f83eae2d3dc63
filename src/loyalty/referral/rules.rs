//! Which referrals count.

use chrono::{DateTime, Duration, Utc};
use diesel::sql_types::{BigInt, Text, Timestamptz};

use crate::{words, words::Currency};

/// The least that a first order must come to, in units of its currency, discounts taken off.
pub const ORDER_UNITS_MIN: i64 = 20;
/// After the order that qualifies: it may still be returned.
pub const RETURN_WINDOW: Duration = Duration::days(14);
/// For how many referrals in a calendar year an advocate earns.
pub const REWARDED_A_YEAR_MAX: i64 = 20;
pub const CODE_CHARS: usize = 10;
/// Without those that look alike.
const CODE_LETTERS: &[u8] = b"abcdefghjkmnpqrtuvwxyz2346789";

words! {
    /// Where a referral stands.
    pub enum ReferralState {
        /// The new member has not bought enough yet.
        Pending = "pending",
        /// They have; the return window is open.
        Qualified = "qualified",
        Rewarded = "rewarded",
        Rejected = "rejected",
        /// Rewarded, and taken back after a return.
        Reversed = "reversed",
    }
}

words! {
    /// Why a referral was rejected or reversed.
    pub enum ReferralReason {
        SameEmail = "same_email",
        PriorOrder = "prior_order",
        Returned = "returned",
        CapReached = "cap_reached",
        /// One of the two is gone.
        Erased = "erased",
    }
}

/// What is known of a new member and the one whose code they brought.
#[derive(Clone, Copy, Debug, Default)]
pub struct Acquaintance {
    /// Their addresses differ in dots, case or +tag only.
    pub same_email: bool,
    /// The new member had bought something before.
    pub prior_order: bool,
}

/// How a referral begins.
pub fn begin(of: Acquaintance) -> (ReferralState, Option<ReferralReason>) {
    match of {
        Acquaintance { same_email: true, .. } => (ReferralState::Rejected, Some(ReferralReason::SameEmail)),
        Acquaintance { prior_order: true, .. } => (ReferralState::Rejected, Some(ReferralReason::PriorOrder)),
        _ => (ReferralState::Pending, None),
    }
}

/// An order of a referred member.
#[derive(diesel::QueryableByName, Clone, Debug)]
pub struct Order {
    #[diesel(sql_type = Timestamptz)]
    pub purchased_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    pub net_minor: i64,
    /// Of that, what has not come back.
    #[diesel(sql_type = BigInt)]
    pub kept_minor: i64,
    #[diesel(sql_type = Text)]
    pub currency: String,
}

impl Order {
    fn min_minor(&self) -> i64 {
        ORDER_UNITS_MIN * Currency::parse(&self.currency).map_or(1, Currency::minor_per_unit)
    }

    /// Whether as much was kept as a referral takes.
    pub fn is_kept(&self) -> bool {
        self.kept_minor >= self.min_minor()
    }
}

/// What an order does to a pending referral that began at `since`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// Too small.
    Nothing,
    PriorOrder,
    /// Rewarded from then on.
    Qualified(DateTime<Utc>),
}

pub fn judge(order: &Order, since: DateTime<Utc>) -> Outcome {
    if order.purchased_at < since {
        Outcome::PriorOrder
    } else if order.net_minor >= order.min_minor() {
        Outcome::Qualified(order.purchased_at + RETURN_WINDOW)
    } else {
        Outcome::Nothing
    }
}

/// A code that is easy to say, of as many random bytes.
pub fn code_of(random: [u8; CODE_CHARS]) -> String {
    random.map(|byte| char::from(CODE_LETTERS[usize::from(byte) % CODE_LETTERS.len()])).iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_is_no_referral() {
        for (same_email, prior_order, expected) in [
            (false, false, (ReferralState::Pending, None)),
            (true, false, (ReferralState::Rejected, Some(ReferralReason::SameEmail))),
            (false, true, (ReferralState::Rejected, Some(ReferralReason::PriorOrder))),
        ] {
            assert_eq!(begin(Acquaintance { same_email, prior_order }), expected);
        }
    }

    #[test]
    fn an_order_qualifies_by_time_and_amount() {
        let since: DateTime<Utc> = "2026-05-01T12:00:00Z".parse().unwrap();
        let matures = |hours| Outcome::Qualified(since + Duration::hours(hours) + RETURN_WINDOW);
        for (hours, net_minor, currency, expected) in [
            (1, 1_999, "EUR", Outcome::Nothing),
            (1, 2_000, "EUR", matures(1)),
            (0, 2_000, "EUR", matures(0)),
            (-1, 2_000, "EUR", Outcome::PriorOrder),
            (1, 20, "JPY", matures(1)),
            (1, 19, "JPY", Outcome::Nothing),
        ] {
            let order =
                Order { purchased_at: since + Duration::hours(hours), net_minor, kept_minor: net_minor, currency: currency.to_owned() };
            assert_eq!(judge(&order, since), expected, "{order:?}");
        }
    }
}
