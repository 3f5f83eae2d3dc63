//! Which referrals count.

use chrono::{DateTime, Duration, Utc};
use diesel::sql_types::{BigInt, Bool, Text, Timestamptz};

use crate::{domain::ReferralId, loyalty::ledger::Source, text_enum};

/// The noun of referrals in the ledger; the source's id is the referral's, its leg whose points they are.
pub const SOURCE: &str = "referral";

/// After the order that qualifies: it may still be returned.
pub const RETURN_WINDOW: Duration = Duration::days(14);
/// For how many referrals in a calendar year an advocate earns.
pub const REWARDED_A_YEAR_MAX: i64 = 20;
/// Letters and digits of a referral code.
pub const CODE_CHARS: usize = 10;
/// Without those that look alike.
const CODE_LETTERS: &[u8] = b"abcdefghjkmnpqrtuvwxyz2346789";

text_enum! {
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

text_enum! {
    /// Why a referral was rejected or reversed.
    pub enum ReferralReason {
        SameEmail = "same_email",
        PriorOrder = "prior_order",
        Returned = "returned",
        CapReached = "cap_reached",
        /// One of the two is gone.
        Erased = "erased",
        /// The two became one, or the new member became one with somebody who had been referred before.
        Merged = "merged",
    }
}

/// What points are for that a referral brings; `leg` is `advocate` or `referee`.
pub fn source(id: ReferralId, leg: &str) -> Source {
    Source::new(SOURCE, id).leg(leg)
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
pub struct ReferredOrder {
    #[diesel(sql_type = Timestamptz)]
    pub purchased_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    pub net_minor: i64,
    /// Of that, what has not come back.
    #[diesel(sql_type = BigInt)]
    pub kept_minor: i64,
    /// Of the order, what gift card and points paid.
    #[diesel(sql_type = BigInt)]
    pub unpaid_minor: i64,
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// It was none, then.
    #[diesel(sql_type = Bool)]
    pub returned_whole: bool,
}

impl ReferredOrder {
    /// What money paid for what counts.
    fn paid_minor(&self) -> i64 {
        (self.net_minor - self.unpaid_minor).max(0)
    }

    /// Whether money paid at least so much for what was kept.
    pub fn is_kept(&self, min_minor: i64) -> bool {
        // In proportion; whoever paid something has bought something.
        let paid_for_kept = i128::from(self.paid_minor()) * i128::from(self.kept_minor) / i128::from(self.net_minor.max(1));
        paid_for_kept >= i128::from(min_minor)
    }
}

/// The least that money must have paid for an order. Orders in other currencies are not meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// Minor units of `currency`.
    pub minor: i64,
    pub currency: String,
}

/// What an order does to a pending referral that began at `since`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ReferralOutcome {
    /// Too small, in another currency, or none any more.
    Nothing,
    PriorOrder,
    /// Rewarded from then on.
    Qualified(DateTime<Utc>),
}

/// What an order does to a pending referral that began at `since`.
pub fn judge(order: &ReferredOrder, since: DateTime<Utc>, min: &Minimum) -> ReferralOutcome {
    if order.returned_whole {
        ReferralOutcome::Nothing
    } else if order.purchased_at < since {
        ReferralOutcome::PriorOrder
    } else if order.currency == min.currency && order.is_kept(min.minor) {
        ReferralOutcome::Qualified(order.purchased_at + RETURN_WINDOW)
    } else {
        ReferralOutcome::Nothing
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
        let matures = |hours| ReferralOutcome::Qualified(since + Duration::hours(hours) + RETURN_WINDOW);
        let (euro, yen) = ((2_000, "EUR"), (3_000, "JPY"));
        for (hours, net_minor, unpaid_minor, currency, (minor, min_currency), expected) in [
            (1, 1_999, 0, "EUR", euro, ReferralOutcome::Nothing),
            (1, 2_000, 0, "EUR", euro, matures(1)),
            (0, 2_000, 0, "EUR", euro, matures(0)),
            (-1, 2_000, 0, "EUR", euro, ReferralOutcome::PriorOrder),
            // 20 yen are not 20 euro, nor are 2,000.
            (1, 20, 0, "JPY", euro, ReferralOutcome::Nothing),
            (1, 2_000, 0, "JPY", euro, ReferralOutcome::Nothing),
            (1, 3_000, 0, "JPY", yen, matures(1)),
            (1, 2_999, 0, "JPY", yen, ReferralOutcome::Nothing),
            (1, 20_000, 0, "KWD", euro, ReferralOutcome::Nothing),
            // What money did not pay.
            (1, 5_000, 3_000, "EUR", euro, matures(1)),
            (1, 5_000, 3_001, "EUR", euro, ReferralOutcome::Nothing),
            (1, 5_000, 9_000, "EUR", euro, ReferralOutcome::Nothing),
        ] {
            let (purchased_at, currency) = (since + Duration::hours(hours), currency.to_owned());
            let order = ReferredOrder { purchased_at, net_minor, kept_minor: net_minor, unpaid_minor, currency, returned_whole: false };
            let min = Minimum { minor, currency: min_currency.to_owned() };
            assert_eq!(judge(&order, since, &min), expected, "{order:?}");
            assert_eq!(judge(&ReferredOrder { returned_whole: true, ..order }, since, &min), ReferralOutcome::Nothing);
        }
    }

    #[test]
    fn what_was_kept_counts_as_far_as_money_paid_it() {
        let purchased_at = DateTime::UNIX_EPOCH;
        for (net_minor, kept_minor, unpaid_minor, kept) in [
            (5_000, 2_000, 0, true),
            (5_000, 1_999, 0, false),
            (5_000, 4_000, 2_500, true),
            (5_000, 3_999, 2_500, false),
            (5_000, 5_000, 5_000, false),
            (0, 0, 0, false),
        ] {
            let order =
                ReferredOrder { purchased_at, net_minor, kept_minor, unpaid_minor, currency: "EUR".to_owned(), returned_whole: false };
            assert_eq!(order.is_kept(2_000), kept, "{order:?}");
        }
    }
}
