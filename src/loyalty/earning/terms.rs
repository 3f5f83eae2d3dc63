//! What a rule says: as it is kept with each of its versions, and as administrators write it.

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{Currency, Period},
    kit::{problem::Fields, text::Text},
    loyalty::expiry::Expiry,
};

/// Points that a rule may grant at once.
pub const POINTS_MAX: i64 = 1_000_000;
/// Minor units that a rule may want for its points each time.
pub const PER_MINOR_MAX: i64 = 1_000_000_000;
/// Per cent by which a rule may raise others' points.
pub const PERCENT_MAX: i64 = 10_000;
/// Days that points may be pending.
pub const HOLD_DAYS_MAX: i64 = 3_650;
/// Times a day that a rule may grant its points to one member.
pub const TIMES_PER_DAY_MAX: i64 = 1_000;
/// A return is possible that long.
pub const PURCHASE_HOLD_DAYS: i64 = 14;
/// Long enough for moderators to look at a post.
pub const POST_HOLD_DAYS: i64 = 7;
/// SKUs, categories or channels that a rule may name.
pub const LISTED_MAX: usize = 1_000;
/// Characters of each of them, and of an exclusive group.
pub const WORD_CHARS: std::ops::RangeInclusive<usize> = 1..=100;

crate::text_enum! {
    /// What a rule rewards.
    pub enum Trigger {
        Purchase = "purchase",
        AnswerAccepted = "answer_accepted",
        AnswerUpvoted = "answer_upvoted",
        ReferralAdvocate = "referral_advocate",
        ReferralReferee = "referral_referee",
    }
}

/// What a rule adds to an order's points.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// `points` for every `per_minor`. A line earns by one base rule: of the highest priority, then of the best rate.
    #[default]
    Base,
    /// `points` percent more of what base rules grant.
    PercentBonus,
    /// `points` once an order.
    FixedBonus,
}

/// What happens to a fraction of a point.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    #[default]
    Floor,
    HalfUp,
    HalfEven,
    Ceil,
}

/// What is rounded: the whole order, each line, or each unit of a line.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum RoundingScope {
    #[default]
    Order,
    Line,
    Unit,
}

/// How percentages of several bonuses come together.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    #[default]
    Sum,
    Product,
    Max,
}

/// What happens to points above a cap.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum OverCap {
    /// Grant what is left under the cap.
    #[default]
    Clip,
    /// Grant nothing.
    Reject,
}

/// The most that a member may earn by a rule in a period of the programme's calendar.
#[derive(Object, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[oai(deny_unknown_fields)]
pub struct Cap {
    pub points: i64,
    pub period: Period,
    #[oai(default)]
    #[serde(default)]
    pub over: OverCap,
}

/// Amounts that count besides the lines' prices, or although they were not paid with money.
#[derive(Object, Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq)]
#[oai(deny_unknown_fields)]
#[serde(default)]
pub struct Includes {
    #[oai(default)]
    pub tax: bool,
    #[oai(default)]
    pub shipping: bool,
    #[oai(default)]
    pub gift_card: bool,
    #[oai(default)]
    pub points_paid: bool,
}

/// Hours of the day in programme time: from the first, up to but without the second. May wrap around midnight.
#[derive(Object, Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
#[oai(deny_unknown_fields)]
pub struct Hours {
    pub from: u32,
    pub until: u32,
}

/// When a rule applies. All conditions that are given must hold; an empty list is no condition.
#[derive(Object, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none, skip_serializing_if_is_empty)]
#[serde(default)]
pub struct Conditions {
    /// Lines of these products only.
    #[oai(default)]
    pub skus: Vec<Text>,
    /// Lines of these categories only.
    #[oai(default)]
    pub categories: Vec<Text>,
    #[oai(default)]
    pub channels: Vec<Text>,
    /// Days of the week in programme time: 1 is Monday, 7 is Sunday.
    #[oai(default)]
    pub weekdays: Vec<u32>,
    pub hours: Option<Hours>,
    /// At least so much must count for the rule: after discounts, less what gift card and points paid, with what the rule
    /// includes besides.
    pub min_amount_minor: Option<i64>,
    pub tier_rank_min: Option<i16>,
    /// True: the member's first purchase only. False: all but the first.
    pub first_purchase: Option<bool>,
}

/// A rule's terms.
#[derive(Object, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
#[serde(default)]
pub struct Terms {
    #[oai(default)]
    pub kind: RuleKind,
    /// Points; for a percentage bonus, percent. A rule for purchases may earn 0: what it is for earns nothing, unless a rule of
    /// higher priority says otherwise.
    pub points: i64,
    /// The amount that earns `points`, in minor units; one unit of the currency (1.00 EUR, 1 JPY) by default.
    pub per_minor: Option<i64>,
    /// What the rule's amounts are in, by ISO 4217; for orders in this currency only. For purchases the site's currency by
    /// default. Only percentages without `min_amount_minor` go without one: they add to whatever rule earns.
    pub currency: Option<Text>,
    #[oai(default)]
    pub rounding: Rounding,
    #[oai(default)]
    pub scope: RoundingScope,
    /// Days until the points can be spent; 14 for purchases and 7 for the rest by default.
    pub hold_days: Option<i64>,
    /// When the points expire, counted from when they can be spent: `P12M`, `P1Y/quarter`; never by default.
    pub expires: Option<Text>,
    /// Whether the points count towards a tier. A percentage bonus follows the rule that it adds to.
    #[oai(default)]
    pub qualifies: bool,
    #[oai(default)]
    pub includes: Includes,
    #[oai(default)]
    pub conditions: Conditions,
    /// Of base rules, the one with the highest priority applies.
    #[oai(default)]
    pub priority: i32,
    /// Of the bonuses of one group, the best applies.
    pub exclusive_group: Option<Text>,
    /// Of a base rule: how percentage bonuses come together.
    #[oai(default)]
    pub combine: Combine,
    pub cap: Option<Cap>,
    /// For answers: how often a member may earn by this rule on one day of the programme.
    pub times_per_day: Option<i64>,
}

impl Terms {
    /// Days that the points are pending: the rule's own, or the trigger's default.
    pub fn hold_days(&self, trigger: Trigger) -> i64 {
        let default = if trigger == Trigger::Purchase { PURCHASE_HOLD_DAYS } else { POST_HOLD_DAYS };
        self.hold_days.unwrap_or(default)
    }

    /// Gives amounts that name no currency the one that is usual here.
    pub fn in_currency(mut self, trigger: Trigger, usual: &str) -> Self {
        let amounts = self.kind != RuleKind::PercentBonus || self.conditions.min_amount_minor.is_some();
        if trigger == Trigger::Purchase && amounts {
            self.currency.get_or_insert_with(|| Text(usual.to_owned()));
        }
        self
    }

    /// Wants terms that make sense for what they reward.
    pub fn check(&self, fields: &mut Fields, trigger: Trigger) {
        let percent = self.kind == RuleKind::PercentBonus;
        let least = i64::from(trigger != Trigger::Purchase);
        fields.range("/terms/points", self.points, least..=if percent { PERCENT_MAX } else { POINTS_MAX });
        if let Some(per_minor) = self.per_minor {
            fields.range("/terms/per_minor", per_minor, 1..=PER_MINOR_MAX);
        }
        if let Some(days) = self.hold_days {
            fields.range("/terms/hold_days", days, 0..=HOLD_DAYS_MAX);
        }
        if self.currency.as_deref().is_some_and(|code| Currency::parse(code).is_none()) {
            fields.refuse("/terms/currency", "This is not a currency of ISO 4217.");
        }
        if let Some(policy) = &self.expires
            && let Err(error) = policy.parse::<Expiry>()
        {
            fields.refuse("/terms/expires", error.to_string());
        }
        if let Some(group) = &self.exclusive_group {
            fields.chars("/terms/exclusive_group", group, WORD_CHARS);
        }
        if let Some(cap) = &self.cap {
            fields.range("/terms/cap/points", cap.points, 1..=i64::MAX);
            if percent {
                fields.refuse("/terms/cap", "Cap the base rule: its cap counts what percentages add.");
            }
        }
        if let Some(times) = self.times_per_day {
            fields.range("/terms/times_per_day", times, 1..=TIMES_PER_DAY_MAX);
        }
        self.conditions.check(fields);
        let for_answers = matches!(trigger, Trigger::AnswerAccepted | Trigger::AnswerUpvoted);
        if self.times_per_day.is_some() && !for_answers {
            fields.refuse("/terms/times_per_day", "This is for answers only.");
        }
        if trigger != Trigger::Purchase {
            if self.kind != RuleKind::Base || self.conditions != Conditions::default() || self.per_minor.is_some() {
                fields.refuse("/terms", "Bonuses, conditions and per_minor are for purchases only.");
            }
            if self.currency.is_some() {
                fields.refuse("/terms/currency", "This is for purchases only.");
            }
            if self.cap.is_some() {
                fields.refuse("/terms/cap", "This is for purchases only.");
            }
        }
    }
}

impl Conditions {
    fn check(&self, fields: &mut Fields) {
        for (pointer, list) in [
            ("/terms/conditions/skus", &self.skus),
            ("/terms/conditions/categories", &self.categories),
            ("/terms/conditions/channels", &self.channels),
        ] {
            if list.len() > LISTED_MAX || list.iter().any(|word| !WORD_CHARS.contains(&word.chars().count())) {
                fields.refuse(pointer, format!("At most {LISTED_MAX}, of 1 to {} characters each.", WORD_CHARS.end()));
            }
        }
        if self.weekdays.iter().any(|day| !(1..=7).contains(day)) {
            fields.refuse("/terms/conditions/weekdays", "1 is Monday, 7 is Sunday.");
        }
        if self.hours.is_some_and(|hours| hours.from > 23 || hours.until > 24 || hours.from == hours.until) {
            fields.refuse("/terms/conditions/hours", "From 0 to 23, until 1 to 24, and not the same.");
        }
        if let Some(amount) = self.min_amount_minor {
            fields.range("/terms/conditions/min_amount_minor", amount, 0..=i64::MAX);
        }
    }

    /// Whether the moment allows it.
    pub fn hold_at(&self, local: DateTime<Tz>) -> bool {
        let hour = local.hour();
        let in_hours = |Hours { from, until }| if from < until { (from..until).contains(&hour) } else { hour >= from || hour < until };
        (self.weekdays.is_empty() || self.weekdays.contains(&local.weekday().number_from_monday())) && self.hours.is_none_or(in_hours)
    }

    /// Whether a line is meant.
    pub fn hold_for(&self, sku: &str, category: Option<&str>) -> bool {
        let among = |list: &[Text], word: Option<&str>| list.is_empty() || word.is_some_and(|word| list.iter().any(|one| one.0 == word));
        among(&self.skus, Some(sku)) && among(&self.categories, category)
    }

    /// Whether the order came by a channel that is meant.
    pub fn hold_by(&self, channel: Option<&str>) -> bool {
        self.channels.is_empty() || channel.is_some_and(|channel| self.channels.iter().any(|one| one.0 == channel))
    }
}
