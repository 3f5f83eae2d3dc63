//! What a reward may be.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};

use crate::{
    domain::{Currency, Period},
    kit::{problem::Fields, text::tidy},
    refusals, text_enum,
};

/// Characters of a reward's name.
pub const NAME_CHARS: RangeInclusive<usize> = 1..=120;
/// Characters of its description.
pub const DESCRIPTION_CHARS: RangeInclusive<usize> = 0..=4_000;
/// Points that a reward may cost.
pub const PRICE_POINTS: RangeInclusive<i64> = 1..=1_000_000_000;
/// Minor units that a reward may cost the company, or have as its face value.
pub const MINOR_UNITS: RangeInclusive<i64> = 0..=1_000_000_000_000;
/// Tier ranks that a reward may want.
pub const TIER_RANK_MIN: RangeInclusive<i64> = 0..=100;
/// Redemptions to which a member may be limited.
pub const PER_MEMBER_MAX: RangeInclusive<i64> = 1..=1_000_000;
/// Pieces that a stock may ever have been supplied with.
pub const SUPPLIED_MAX: i64 = 1_000_000_000;
/// Codes that one request may add.
pub const CODES_A_REQUEST: RangeInclusive<usize> = 1..=1_000;
/// Characters of a code that somebody else made.
pub const CODE_CHARS: RangeInclusive<usize> = 1..=100;

/// A coupon's code as it is kept: without what cannot be seen of it.
pub fn tidy_code(code: &str) -> String {
    tidy(&code.chars().filter(|c| !c.is_control()).collect::<String>())
}

text_enum! {
    /// What kind of thing a reward is.
    pub enum RewardKind {
        PercentageCoupon = "percentage_coupon",
        FixedCoupon = "fixed_coupon",
        /// Coupons whose codes somebody else made.
        CodePool = "code_pool",
        GiftCard = "gift_card",
        FreeShipping = "free_shipping",
        Material = "material",
        Donation = "donation",
        Experience = "experience",
        EarlyAccess = "early_access",
        RaffleTicket = "raffle_ticket",
    }
}

impl RewardKind {
    /// Whether it is sent to an address.
    pub fn is_shipped(self) -> bool {
        self == Self::Material
    }
    /// Whether the holder shows a code that the programme makes up when it is issued.
    pub fn has_own_code(self) -> bool {
        matches!(
            self,
            Self::PercentageCoupon | Self::FixedCoupon | Self::GiftCard | Self::FreeShipping | Self::EarlyAccess | Self::RaffleTicket
        )
    }
    /// Whether its face value is an amount of money.
    fn has_amount(self) -> bool {
        matches!(self, Self::FixedCoupon | Self::GiftCard | Self::Donation)
    }
}

text_enum! {
    /// How long a member's limit counts.
    pub enum LimitPeriod {
        Lifetime = "lifetime",
        Year = "year",
        Month = "month",
        Week = "week",
        Day = "day",
    }
}

impl LimitPeriod {
    /// The period of the calendar in which redemptions are counted.
    pub fn period(self) -> Period {
        match self {
            Self::Lifetime => Period::All,
            Self::Year => Period::Year,
            Self::Month => Period::Month,
            Self::Week => Period::Week,
            Self::Day => Period::Day,
        }
    }
}

refusals! {
    /// Why a reward cannot be changed or supplied.
    pub enum Refusal {
        NameTaken = CONFLICT "reward_name_taken" "Another reward has this name." on "reward_name_key",
        DuplicateCodes = CONFLICT "duplicate_codes" "Some codes are there already." on "coupon_code_once",
        StockTaken = CONFLICT "stock_taken" "More than that are taken already.",
        StockIsCodes = CONFLICT "stock_is_codes" "The stock of a code pool is its codes: add codes.",
        NoCodePool = CONFLICT "no_code_pool" "Only a code pool takes codes.",
        Archived = CONFLICT "reward_archived" "This reward is archived.",
    }
}

/// What decides whether a reward can be had. Times are inclusive and exclusive.
#[derive(Clone, Debug)]
pub struct RewardTerms {
    pub price_points: i64,
    pub tier_rank_min: i16,
    pub available_from: Option<DateTime<Utc>>,
    pub available_until: Option<DateTime<Utc>>,
    pub per_member_max: Option<i32>,
    pub cost_minor: i64,
}

/// Whether a reward with this window is on offer at `now`.
pub fn is_open(from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    from.is_none_or(|from| from <= now) && until.is_none_or(|until| now < until)
}

/// Wants names that people can read.
pub fn check_words(fields: &mut Fields, name: &str, description: &str) {
    fields.chars("/name", name, NAME_CHARS);
    fields.chars("/description", description, DESCRIPTION_CHARS);
}

/// Wants terms within their bounds, and a window that ends after it begins.
pub fn check_terms(fields: &mut Fields, terms: &RewardTerms) {
    fields.range("/price_points", terms.price_points, PRICE_POINTS);
    fields.range("/tier_rank_min", terms.tier_rank_min.into(), TIER_RANK_MIN);
    fields.range("/cost_minor", terms.cost_minor, MINOR_UNITS);
    if let Some(most) = terms.per_member_max {
        fields.range("/per_member_max", most.into(), PER_MEMBER_MAX);
    }
    if let (Some(from), Some(until)) = (terms.available_from, terms.available_until)
        && until <= from
    {
        fields.refuse("/available_until", "This must come after available_from.");
    }
}

/// Wants the face value that the kind has, and none where it has none.
pub fn check_value(fields: &mut Fields, kind: RewardKind, face_value: Option<i64>, currency: Option<&str>) {
    match (kind, face_value) {
        (RewardKind::PercentageCoupon, Some(percent)) => fields.range("/face_value", percent, 1..=100),
        (kind, Some(minor)) if kind.has_amount() => fields.range("/face_value", minor, 1..=*MINOR_UNITS.end()),
        (RewardKind::PercentageCoupon, None) => fields.refuse("/face_value", "A percentage coupon needs its percentage."),
        (kind, None) if kind.has_amount() => fields.refuse("/face_value", "This kind needs its amount, in minor units."),
        (_, Some(_)) => fields.refuse("/face_value", "This kind has no face value."),
        (_, None) => {}
    }
    match currency {
        Some(code) if Currency::parse(code).is_none() => fields.refuse("/currency", "This is no currency of ISO 4217."),
        Some(_) if !kind.has_amount() => fields.refuse("/currency", "This kind has no amount of money."),
        None if kind.has_amount() => fields.refuse("/currency", "An amount needs its currency."),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_value_fits_its_kind() {
        use RewardKind::*;
        for (kind, value, currency, expected) in [
            (PercentageCoupon, Some(10), None, true),
            (PercentageCoupon, Some(101), None, false),
            (PercentageCoupon, None, None, false),
            (PercentageCoupon, Some(10), Some("EUR"), false),
            (FixedCoupon, Some(500), Some("EUR"), true),
            (FixedCoupon, Some(500), None, false),
            (GiftCard, Some(0), Some("EUR"), false),
            (GiftCard, Some(500), Some("XXY"), false),
            (CodePool, None, None, true),
            (Material, Some(1), None, false),
        ] {
            let mut fields = Fields::default();
            check_value(&mut fields, kind, value, currency);
            assert_eq!(fields.done().is_ok(), expected, "{kind:?} {value:?} {currency:?}");
        }
    }

    #[test]
    fn a_code_is_what_can_be_seen_of_it() {
        for code in
            ["SAVE-77", "\u{feff}SAVE-77", "SAVE\u{200b}-77", "\tSAVE-77", "SAVE-77\r\n", "SAVE\t-77", " SAVE-77\u{a0}", "SAVE\0-77"]
        {
            assert_eq!(tidy_code(code), "SAVE-77", "{code:?}");
        }
        assert_eq!(tidy_code("SAVE 77"), "SAVE 77");
    }

    #[test]
    fn a_window_opens_at_its_start_and_closes_at_its_end() {
        let at = |hour: u32| Some(format!("2026-05-01T{hour:02}:00:00Z").parse::<DateTime<Utc>>().unwrap());
        let now = at(12).unwrap();
        for (from, until, expected) in [
            (None, None, true),
            (at(12), None, true),
            (at(13), None, false),
            (None, at(12), false),
            (None, at(13), true),
            (at(11), at(13), true),
        ] {
            assert_eq!(is_open(from, until, now), expected, "{from:?} {until:?}");
        }
    }
}
