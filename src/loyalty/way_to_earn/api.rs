//! Ways to earn, for everybody to read.

use chrono::{DateTime, Utc};
use poem_openapi::{Object, OpenApi, payload::Json};

use super::rules::{self, InForce};
use crate::{
    domain::{ApiTag, Period},
    identity::{
        Visitor,
        site_settings::{self, SiteSettings},
    },
    kit::{Kit, Problem, pagination::Page},
    loyalty::{
        earning::{
            self,
            terms::{Conditions, Hours, Rounding, RuleKind, Trigger},
        },
        tier::ladder::{self, Tier},
    },
};

/// The operation that lists the ways to earn points.
pub struct WayApi {
    pub kit: Kit,
}

/// A rule by which something is earned now.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct WayToEarn {
    /// The rule's name.
    name: String,
    trigger: Trigger,
    /// For purchases; the rest is `base`.
    kind: RuleKind,
    /// Points; for a percentage bonus, percent.
    points: i64,
    /// The amount that earns `points`, in minor units. For base rules for purchases only.
    per_minor: Option<i64>,
    /// Orders in this currency only, which is that of the amounts; when absent in any.
    currency: Option<String>,
    /// What happens to a fraction of a point.
    rounding: Rounding,
    /// Days until the points can be spent, from what earned them. Absent for percentages, which follow what they add to.
    hold_days: Option<i64>,
    /// When the points expire, counted from when they can be spent: `P12M`, `P1Y/quarter`; never when absent.
    expires: Option<String>,
    /// Whether the points count towards a tier.
    qualifies: bool,
    /// How often one may earn by this on one day of the programme.
    times_per_day: Option<i64>,
    /// How often one may earn by this in a year of the programme.
    times_per_year: Option<i64>,
    /// The most points that one may earn by this in a period.
    cap: Option<CapOfWay>,
    /// The tier that one must have at least.
    tier: Option<TierOfWay>,
    /// At least so much of the order, in minor units, must be paid with money; for referrals, of the friend's order.
    min_amount_minor: Option<i64>,
    /// True: the first purchase only. False: all but the first.
    first_purchase: Option<bool>,
    /// Some products only.
    selected_products: bool,
    /// Products of these categories only.
    categories: Vec<String>,
    /// Orders that came by these channels only.
    channels: Vec<String>,
    /// Days of the week in programme time: 1 is Monday, 7 is Sunday.
    weekdays: Vec<u32>,
    hours: Option<Hours>,
    /// When these terms end; without an end when absent.
    valid_until: Option<DateTime<Utc>>,
}

#[derive(Object)]
struct CapOfWay {
    points: i64,
    period: Period,
}

#[derive(Object)]
struct TierOfWay {
    rank: i16,
    name: String,
}

#[OpenApi(tag = "ApiTag::Loyalty")]
impl WayApi {
    /// List ways to earn
    ///
    /// The earning rules in force now, all of them: for purchases, for answers that help, for friends brought along. Where
    /// several rules reward the same answer or friend, the one that pays.
    #[oai(path = "/ways-to-earn", method = "get", operation_id = "list_ways_to_earn")]
    async fn list_ways_to_earn(&self, _visitor: Visitor) -> Result<Json<Page<WayToEarn>>, Problem> {
        let site = site_settings::current(&self.kit).await?;
        let mut conn = self.kit.db.read().await?;
        let rules = earning::store::find_in_force(&mut conn, self.kit.clock.now()).await?;
        let tiers = ladder::list(&mut conn).await?;
        let items = rules::earning(rules).into_iter().map(|way| view(way, &tiers, &site)).collect();
        Ok(Json(Page { items, next_cursor: None, prev_cursor: None }))
    }
}

fn view((rule, valid_until): InForce, tiers: &[Tier], site: &SiteSettings) -> WayToEarn {
    let (trigger, terms) = (rule.trigger, rule.terms);
    let (hold_days, per_minor) = (rules::hold_days(trigger, &terms), rules::per_minor(trigger, &terms));
    let Conditions { skus, categories, channels, weekdays, hours, min_amount_minor, tier_rank_min, first_purchase } = terms.conditions;
    let referral = matches!(trigger, Trigger::ReferralAdvocate | Trigger::ReferralReferee);
    let currency = if referral { Some(site.referral_min_currency.clone()) } else { terms.currency.map(|code| code.to_string()) };
    // A rank without a tier of its own begins with the next tier above.
    let tier = tier_rank_min.filter(|rank| *rank > 0).map(|rank| {
        let named = tiers.iter().find(|tier| tier.rank >= rank);
        TierOfWay { rank, name: named.map(|tier| tier.name.clone()).unwrap_or_default() }
    });
    let words = |list: Vec<crate::kit::text::Text>| list.into_iter().map(|word| word.to_string()).collect();
    WayToEarn {
        name: rule.name,
        trigger,
        kind: terms.kind,
        points: terms.points,
        per_minor,
        currency,
        rounding: terms.rounding,
        hold_days,
        expires: terms.expires.map(|policy| policy.to_string()).filter(|policy| policy != "none"),
        qualifies: terms.qualifies,
        times_per_day: terms.times_per_day,
        times_per_year: rules::times_per_year(trigger),
        cap: terms.cap.map(|cap| CapOfWay { points: cap.points, period: cap.period }),
        tier,
        min_amount_minor: if referral { Some(site.referral_min_minor) } else { min_amount_minor },
        first_purchase,
        selected_products: !skus.is_empty(),
        categories: words(categories),
        channels: words(channels),
        weekdays,
        hours,
        valid_until,
    }
}
