//! How many points an order earns, and why (docs/loyalty-rules.md, Earning).

use std::collections::HashMap;

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use chrono_tz::Tz;
use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::{
    apportion::apportion,
    terms::{Combine, Includes, OverCap, Rounding, RoundingScope, RuleKind, Terms, Trigger},
};
use crate::{
    domain::{Currency, Period, RuleId, RuleVersionId, day_start, programme_day},
    loyalty::ledger,
    refusals, text_enum,
};

/// More than anything on sale costs, and little enough for every product to fit 128 bits.
pub const AMOUNT_MINOR_MAX: i64 = 1_000_000_000_000_000;
const ORDER_POINTS_MAX: i64 = ledger::rules::POINTS_MAX;

text_enum! {
    /// Why an order earned nothing.
    pub enum NoPoints {
        /// No earning rule is for orders in its currency.
        NoRuleForCurrency = "no_rule_for_currency",
        /// No earning rule fits it.
        NoRule = "no_rule",
        /// Nothing of what counts was paid with money.
        NothingPaid = "nothing_paid",
    }
}

refusals! {
    /// Why a rule, or an order's points, are refused.
    pub enum Refusal {
        OutOfReach = UNPROCESSABLE_ENTITY "amount_too_large" "These amounts earn more points than can be counted.",
        NameTaken = CONFLICT "rule_name_taken" "Another rule has this name." on "earning_rule_name_key",
        Archived = CONFLICT "rule_archived" "This rule has ended.",
        LaterVersion = CONFLICT "later_version_exists" "A version that begins at this time or later is scheduled already.",
    }
}

/// An order as rules see it. Amounts are in minor units of the currency and checked to lie within [`AMOUNT_MINOR_MAX`].
#[derive(Clone, Debug)]
pub struct Order {
    pub currency: Currency,
    pub purchased_at: DateTime<Utc>,
    pub channel: Option<String>,
    pub lines: Vec<OrderLine>,
    pub order_discount_minor: i64,
    pub shipping_minor: i64,
    pub tax_minor: i64,
    pub gift_card_minor: i64,
    pub points_paid_minor: i64,
}

/// One product of an order. Amounts are minor units; the discount is the whole line's.
#[derive(Clone, Debug)]
pub struct OrderLine {
    pub sku: String,
    pub category: Option<String>,
    pub quantity: i64,
    pub unit_minor: i64,
    pub discount_minor: i64,
}

/// A rule in the version that is valid for the order.
#[derive(Clone, Debug)]
pub struct Rule {
    pub rule_id: RuleId,
    pub version_id: RuleVersionId,
    pub name: String,
    pub trigger: Trigger,
    pub terms: Terms,
}

impl Rule {
    /// Whether orders in this currency are meant.
    fn is_for(&self, currency: Currency) -> bool {
        self.terms.currency.as_ref().is_none_or(|code| code.0 == currency.code())
    }
}

/// What rules ask about the member.
#[derive(Clone, Debug, Default)]
pub struct Context {
    pub time_zone: Tz,
    pub tier_rank: i16,
    pub first_purchase: bool,
    /// Points that the member has earned by each capped rule in its current period.
    pub used: HashMap<RuleId, i64>,
}

/// A percentage that was added.
#[derive(Object, Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Bonus {
    pub rule_version_id: RuleVersionId,
    pub rule: String,
    pub percent: i64,
}

/// What one rule granted.
#[derive(Object, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[oai(skip_serializing_if_is_none)]
pub struct Grant {
    pub rule_id: RuleId,
    pub rule_version_id: RuleVersionId,
    pub rule: String,
    /// The amount that counted, in minor units.
    pub basis_minor: i64,
    /// Points by the rule itself, before percentages and caps.
    pub base_points: i64,
    pub bonuses: Vec<Bonus>,
    /// Points before caps.
    pub requested: i64,
    /// Points granted.
    pub points: i64,
    /// The cap that granted less than requested.
    pub limited_by: Option<String>,
    /// The points of each line of the order.
    pub line_points: Vec<i64>,
    /// The points of each line before caps.
    #[serde(default)]
    pub line_requested: Vec<i64>,
    pub qualifies: bool,
    pub hold_days: i64,
    /// When the points expire, once they can be spent; never when absent.
    pub expires: Option<String>,
    /// Of points that a cap had kept back, until a return made room for them.
    pub late: Option<Late>,
}

/// When points were granted that a cap had kept back.
#[derive(Object, Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Late {
    pub at: DateTime<Utc>,
    /// How much of each line had come back by then. The points are for what was kept.
    pub line_returned: Vec<i64>,
}

/// An order's points, and where they come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What each line costs after its own and the order's discounts.
    pub line_net_minor: Vec<i64>,
    pub line_points: Vec<i64>,
    pub points: i64,
    /// Those that count towards a tier.
    pub qualifying: i64,
    /// Before caps.
    pub requested: i64,
    pub limited_by: Option<String>,
    /// Why nothing was requested, where a reason is known.
    pub no_points_reason: Option<NoPoints>,
    pub hold_days: i64,
    pub grants: Vec<Grant>,
}

impl Decision {
    /// What the lines cost in all, in minor units.
    pub fn net_minor(&self) -> i64 {
        self.line_net_minor.iter().sum()
    }
}

/// The period of the programme's calendar that an instant lies in: its beginning, and that of the next.
pub fn bounds(period: Period, at: DateTime<Utc>, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
    let first = period.start(programme_day(at, zone));
    let next = match period {
        Period::All => NaiveDate::from_ymd_opt(9_999, 12, 31),
        Period::Year => first.checked_add_months(Months::new(12)),
        Period::Month => first.checked_add_months(Months::new(1)),
        Period::Week => first.checked_add_days(Days::new(7)),
        Period::Day => first.succ_opt(),
    };
    (day_start(first, zone), day_start(next.unwrap_or(first), zone))
}

/// What each line costs after its own discount and its share of the order's, never below 0.
///
/// # Errors
/// [`Refusal::OutOfReach`] when an amount is negative or beyond [`AMOUNT_MINOR_MAX`].
pub fn net_minor(order: &Order) -> Result<Vec<i64>, Refusal> {
    let reach = |amount: i64| (0..=AMOUNT_MINOR_MAX).contains(&amount).then_some(amount);
    let line = |line: &OrderLine| {
        reach(reach(line.unit_minor)?.checked_mul(reach(line.quantity)?)?)?.checked_sub(line.discount_minor).and_then(reach)
    };
    let lines: Vec<i64> = order.lines.iter().map(line).collect::<Option<_>>().ok_or(Refusal::OutOfReach)?;
    less(&lines, order.order_discount_minor)
}

/// Takes `amount`, as far as it goes, from `lines` in proportion.
fn less(lines: &[i64], amount: i64) -> Result<Vec<i64>, Refusal> {
    let amount = amount.min(lines.iter().sum());
    Ok(lines.iter().zip(shares(amount, lines)?).map(|(line, share)| line - share).collect())
}

fn shares(total: i64, weights: &[i64]) -> Result<Vec<i64>, Refusal> {
    apportion(total, &weights.iter().map(|weight| (*weight).into()).collect::<Vec<_>>()).ok_or(Refusal::OutOfReach)
}

/// What of each line counts for a rule that includes these amounts. What gift card and points paid is taken last, from the
/// sum.
fn basis_minor(order: &Order, net: &[i64], includes: Includes) -> Result<Vec<i64>, Refusal> {
    let when = |wanted: bool, amount: i64| if wanted { amount } else { 0 };
    let unpaid = when(!includes.gift_card, order.gift_card_minor) + when(!includes.points_paid, order.points_paid_minor);
    let added = when(includes.shipping, order.shipping_minor) + when(includes.tax, order.tax_minor);
    let counted: Vec<i64> = net.iter().zip(shares(added, net)?).map(|(line, more)| line + more).collect();
    less(&counted, unpaid)
}

/// `numerator / denominator` as whole points. Both are positive, or the numerator is 0.
fn rounded(numerator: i128, denominator: i128, rounding: Rounding) -> Option<i64> {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    let up = match rounding {
        Rounding::Floor => false,
        Rounding::Ceil => rest > 0,
        Rounding::HalfUp => rest >= denominator - rest,
        Rounding::HalfEven => rest > denominator - rest || (rest == denominator - rest && whole % 2 == 1),
    };
    i64::try_from(whole + i128::from(up)).ok().filter(|points| *points <= ORDER_POINTS_MAX)
}

/// The points of lines whose exact points are `numerators / denominator`, rounded in `scope`.
fn points_of(numerators: &[i128], denominator: i128, weights: &[i128], scope: RoundingScope, rounding: Rounding) -> Option<Vec<i64>> {
    match scope {
        RoundingScope::Order => {
            let sum = numerators.iter().try_fold(0_i128, |sum, more| sum.checked_add(*more))?;
            apportion(rounded(sum, denominator, rounding)?, weights)
        }
        RoundingScope::Line | RoundingScope::Unit => {
            numerators.iter().map(|numerator| rounded(*numerator, denominator, rounding)).collect()
        }
    }
}

/// Decides what an order earns. Rules are taken in a fixed order, whatever order they come in.
///
/// # Errors
/// [`Refusal::OutOfReach`] when the points cannot be counted.
pub fn decide(order: &Order, rules: &[Rule], context: &Context) -> Result<Decision, Refusal> {
    let net = net_minor(order)?;
    let local = order.purchased_at.with_timezone(&context.time_zone);
    let applies = |rule: &Rule| {
        let Terms { conditions, includes, .. } = &rule.terms;
        let enough = match conditions.min_amount_minor {
            Some(amount) => basis_minor(order, &net, *includes)?.iter().sum::<i64>() >= amount,
            None => true,
        };
        Ok(enough
            && rule.is_for(order.currency)
            && conditions.hold_at(local)
            && conditions.hold_by(order.channel.as_deref())
            && conditions.tier_rank_min.is_none_or(|rank| context.tier_rank >= rank)
            && conditions.first_purchase.is_none_or(|first| first == context.first_purchase))
    };
    let all: Vec<&Rule> = rules.iter().filter(|rule| rule.trigger == Trigger::Purchase).collect();
    let mut rules = Vec::new();
    for rule in &all {
        if applies(rule)? {
            rules.push(*rule);
        }
    }
    rules.sort_by_key(|rule| (std::cmp::Reverse(rule.terms.priority), rule.rule_id));
    let of_kind = |kind| rules.iter().copied().filter(|rule| rule.terms.kind == kind).collect::<Vec<_>>();
    let (bases, percents) = (of_kind(RuleKind::Base), of_kind(RuleKind::PercentBonus));

    let covers = |rule: &Rule, line: usize| {
        let OrderLine { sku, category, .. } = &order.lines[line];
        rule.terms.conditions.hold_for(sku, category.as_deref())
    };
    let mut grants = Vec::new();
    for base in &bases {
        let mine = |line: &usize| {
            bases.iter().copied().filter(|rule| covers(rule, *line)).reduce(|a, b| better(a, b, order.currency)).map(|rule| rule.version_id)
                == Some(base.version_id)
        };
        let lines: Vec<usize> = (0..order.lines.len()).filter(mine).collect();
        if !lines.is_empty() {
            grants.push(grant_base(order, &net, base, &lines, &percents, &covers)?);
        }
    }
    for rule in best_of_groups(of_kind(RuleKind::FixedBonus)) {
        let counted = basis_minor(order, &net, rule.terms.includes)?;
        let weights: Vec<i64> = counted.iter().enumerate().map(|(line, amount)| if covers(rule, line) { *amount } else { 0 }).collect();
        let basis = weights.iter().sum();
        // Money must have paid some of it.
        if basis > 0 {
            grants.push(grant(rule, basis, rule.terms.points, vec![], shares(rule.terms.points, &weights)?));
        }
    }
    for granted in &mut grants {
        if let Some(rule) = rules.iter().find(|rule| rule.version_id == granted.rule_version_id) {
            limit(granted, &rule.terms, context.used.get(&rule.rule_id).copied().unwrap_or(0))?;
        }
    }
    let mut decision = add_up(net, grants)?;
    decision.no_points_reason = no_points_reason(order, &all, &decision);
    Ok(decision)
}

/// Why nothing was requested, where it is for more than small amounts or a rule that grants nothing.
fn no_points_reason(order: &Order, rules: &[&Rule], decision: &Decision) -> Option<NoPoints> {
    let mut bases = rules.iter().filter(|rule| rule.terms.kind == RuleKind::Base).peekable();
    match decision {
        _ if decision.requested > 0 => None,
        _ if bases.peek().is_some() && !bases.any(|rule| rule.is_for(order.currency)) => Some(NoPoints::NoRuleForCurrency),
        Decision { grants, .. } if grants.is_empty() => Some(NoPoints::NoRule),
        Decision { grants, .. } => grants.iter().all(|grant| grant.basis_minor == 0).then_some(NoPoints::NothingPaid),
    }
}

/// Of two base rules for a line, in order of priority: the first, unless the second has the same priority and a better rate.
fn better<'a>(first: &'a Rule, second: &'a Rule, currency: Currency) -> &'a Rule {
    let per = |rule: &Rule| i128::from(rule.terms.per_minor.unwrap_or_else(|| currency.minor_per_unit()));
    let second_pays_more = i128::from(second.terms.points) * per(first) > i128::from(first.terms.points) * per(second);
    if first.terms.priority == second.terms.priority && second_pays_more { second } else { first }
}

/// Leaves of each exclusive group the one with the most points; of equals the first.
fn best_of_groups(rules: Vec<&Rule>) -> Vec<&Rule> {
    let beaten = |at: usize| {
        rules[at].terms.exclusive_group.is_some()
            && rules.iter().enumerate().any(|(other, rule)| {
                let (mine, theirs) = (rules[at].terms.points, rule.terms.points);
                rule.terms.exclusive_group == rules[at].terms.exclusive_group && (theirs > mine || (theirs == mine && other < at))
            })
    };
    (0..rules.len()).filter(|at| !beaten(*at)).map(|at| rules[at]).collect()
}

fn grant(rule: &Rule, basis_minor: i64, base_points: i64, bonuses: Vec<Bonus>, line_points: Vec<i64>) -> Grant {
    let requested = line_points.iter().sum();
    Grant {
        rule_id: rule.rule_id,
        rule_version_id: rule.version_id,
        rule: rule.name.clone(),
        basis_minor,
        base_points,
        bonuses,
        requested,
        points: requested,
        limited_by: None,
        line_requested: line_points.clone(),
        line_points,
        qualifies: rule.terms.qualifies,
        hold_days: rule.terms.hold_days(Trigger::Purchase),
        expires: rule.terms.expires.as_ref().map(|policy| policy.0.clone()),
        late: None,
    }
}

/// What a base rule grants for its lines, percentages included.
fn grant_base(
    order: &Order,
    net: &[i64],
    base: &Rule,
    lines: &[usize],
    percents: &[&Rule],
    covers: &dyn Fn(&Rule, usize) -> bool,
) -> Result<Grant, Refusal> {
    let Terms { rounding, scope, combine, .. } = base.terms;
    let per_minor = i128::from(base.terms.per_minor.unwrap_or_else(|| order.currency.minor_per_unit()));
    let all = basis_minor(order, net, base.terms.includes)?;
    let basis: Vec<i128> = lines.iter().map(|line| all[*line].into()).collect();
    let exact: Vec<i128> = basis.iter().map(|amount| amount * i128::from(base.terms.points)).collect();
    let base_points = match scope {
        RoundingScope::Order | RoundingScope::Line => points_of(&exact, per_minor, &basis, scope, rounding),
        RoundingScope::Unit => lines
            .iter()
            .zip(&exact)
            .map(|(line, amount)| {
                let quantity = order.lines[*line].quantity;
                rounded(*amount, per_minor * i128::from(quantity), rounding)?.checked_mul(quantity)
            })
            .collect(),
    }
    .ok_or(Refusal::OutOfReach)?;

    // In hundredths to the power of as many bonuses as a product may have.
    let factors: Vec<Vec<&Rule>> =
        lines.iter().map(|line| best_of_groups(percents.iter().copied().filter(|rule| covers(rule, *line)).collect())).collect();
    let places = if combine == Combine::Product { factors.iter().map(Vec::len).max().unwrap_or(0).max(1) as u32 } else { 1 };
    let one = 100_i128.checked_pow(places).ok_or(Refusal::OutOfReach)?;
    let factor = |rules: &Vec<&Rule>| {
        let mut percents = rules.iter().map(|rule| i128::from(rule.terms.points));
        match combine {
            Combine::Sum => Some(one + percents.sum::<i128>()),
            Combine::Max => Some(one + percents.max().unwrap_or(0)),
            Combine::Product => percents.try_fold(one, |product, percent| product.checked_mul(100 + percent).map(|more| more / 100)),
        }
    };
    let raised: Vec<i128> = base_points
        .iter()
        .zip(&factors)
        .map(|(points, rules)| factor(rules)?.checked_mul((*points).into()))
        .collect::<Option<_>>()
        .ok_or(Refusal::OutOfReach)?;
    let points = points_of(&raised, one, &raised, scope, rounding).ok_or(Refusal::OutOfReach)?;

    let mut line_points = vec![0; net.len()];
    for (line, points) in lines.iter().zip(points) {
        line_points[*line] = points;
    }
    let used = |rule: &&&Rule| factors.iter().flatten().any(|other| other.version_id == rule.version_id);
    let bonus = |rule: &&Rule| Bonus { rule_version_id: rule.version_id, rule: rule.name.clone(), percent: rule.terms.points };
    let bonuses = percents.iter().filter(used).map(bonus).collect();
    let counted = basis.iter().sum::<i128>().try_into().map_err(|_| Refusal::OutOfReach)?;
    Ok(grant(base, counted, base_points.iter().sum(), bonuses, line_points))
}

/// Keeps a grant under its rule's cap, of which the member has `used` some.
fn limit(grant: &mut Grant, terms: &Terms, used: i64) -> Result<(), Refusal> {
    let Some(cap) = &terms.cap else { return Ok(()) };
    let left = cap.points.saturating_sub(used).max(0);
    if grant.requested > left {
        grant.points = if cap.over == OverCap::Clip { left } else { 0 };
        grant.limited_by = Some(format!("{}: {} points, period {}", grant.rule, cap.points, cap.period.as_str()));
        grant.line_points = shares(grant.points, &grant.line_points)?;
    }
    Ok(())
}

fn add_up(line_net_minor: Vec<i64>, grants: Vec<Grant>) -> Result<Decision, Refusal> {
    let sum = |number: fn(&Grant) -> i64| {
        grants
            .iter()
            .try_fold(0_i64, |sum, grant| sum.checked_add(number(grant)))
            .filter(|sum| *sum <= ORDER_POINTS_MAX)
            .ok_or(Refusal::OutOfReach)
    };
    Ok(Decision {
        line_points: (0..line_net_minor.len()).map(|line| grants.iter().map(|grant| grant.line_points[line]).sum()).collect(),
        points: sum(|grant| grant.points)?,
        qualifying: sum(|grant| if grant.qualifies { grant.points } else { 0 })?,
        requested: sum(|grant| grant.requested)?,
        limited_by: grants.iter().find_map(|grant| grant.limited_by.clone()),
        no_points_reason: None,
        hold_days: grants.iter().filter(|grant| grant.points > 0).map(|grant| grant.hold_days).max().unwrap_or(0),
        line_net_minor,
        grants,
    })
}

/// Of the rules for one thing that is not an order, the one that pays: by priority, then points, then age.
pub fn paying(rules: Vec<Rule>) -> Option<Rule> {
    rules.into_iter().min_by_key(|rule| (std::cmp::Reverse((rule.terms.priority, rule.terms.points)), rule.rule_id))
}

#[cfg(test)]
mod tests;
