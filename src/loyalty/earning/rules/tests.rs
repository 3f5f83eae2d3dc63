//! Vectors 1 and 2 of docs/loyalty-rules.md, and the edges around them.

use chrono::TimeZone;
use uuid::Uuid;

use super::*;
use crate::{
    domain::Period,
    kit::text::Text,
    loyalty::earning::terms::{Cap, Conditions, Hours},
};

fn order(lines: &[(&str, i64, i64)], order_discount_minor: i64) -> Order {
    let line = |(sku, unit_minor, quantity): &(&str, i64, i64)| OrderLine {
        sku: (*sku).to_owned(),
        category: None,
        quantity: *quantity,
        unit_minor: *unit_minor,
        discount_minor: 0,
    };
    Order {
        currency: Currency::parse("EUR").unwrap(),
        // A Wednesday.
        purchased_at: Utc.with_ymd_and_hms(2026, 11, 18, 22, 30, 0).unwrap(),
        channel: None,
        lines: lines.iter().map(line).collect(),
        order_discount_minor,
        shipping_minor: 495,
        tax_minor: 0,
        gift_card_minor: 0,
        points_paid_minor: 0,
    }
}

/// What vector 1 is about.
fn vector() -> Order {
    order(&[("A", 1_999, 1), ("B", 549, 3)], 1_000)
}

/// A rule named and ordered by its number.
fn rule(number: u128, terms: Terms) -> Rule {
    let id = Uuid::from_u128(number);
    Rule { rule_id: RuleId(id), version_id: RuleVersionId(id), name: number.to_string(), trigger: Trigger::Purchase, terms }
}

fn base() -> Terms {
    Terms { points: 1, qualifies: true, ..Terms::default() }
}

fn percent(points: i64) -> Terms {
    Terms { kind: RuleKind::PercentBonus, points, ..Terms::default() }
}

fn fixed(points: i64) -> Terms {
    Terms { kind: RuleKind::FixedBonus, points, ..Terms::default() }
}

fn words(list: &[&str]) -> Vec<Text> {
    list.iter().map(|word| Text((*word).to_owned())).collect()
}

fn decided(order: &Order, rules: &[Terms]) -> Decision {
    let rules: Vec<_> = rules.iter().enumerate().map(|(number, terms)| rule(number as u128, terms.clone())).collect();
    decide(order, &rules, &Context::default()).unwrap()
}

#[test]
fn vector_1() {
    for (scope, points, lines) in
        [(RoundingScope::Order, 26, [14, 12]), (RoundingScope::Line, 25, [14, 11]), (RoundingScope::Unit, 23, [14, 9])]
    {
        let decision = decided(&vector(), &[Terms { scope, ..base() }]);
        assert_eq!(decision.line_net_minor, [1_999 - 548, 1_647 - 452]);
        assert_eq!(
            (decision.net_minor(), decision.points, decision.line_points.as_slice()),
            (2_646, points, lines.as_slice()),
            "{scope:?}"
        );
        assert_eq!((decision.qualifying, decision.hold_days), (points, 14));
    }
}

#[test]
fn vector_2() {
    let with = |base: Terms| [base, percent(50), percent(100)];
    for (combine, points) in [(Combine::Sum, 65), (Combine::Product, 78), (Combine::Max, 52)] {
        assert_eq!(decided(&vector(), &with(Terms { combine, ..base() })).points, points, "{combine:?}");
    }
    for (over, points) in [(OverCap::Clip, 60), (OverCap::Reject, 0)] {
        let decision = decided(&vector(), &with(Terms { cap: Some(Cap { points: 60, period: Period::Day, over }), ..base() }));
        assert_eq!((decision.requested, decision.points, decision.line_points.iter().sum()), (65, points, points));
        assert_eq!(decision.limited_by.as_deref(), Some("0: 60 points, period day"));
    }
}

#[test]
fn a_cap_counts_what_was_earned_before() {
    let terms = Terms { cap: Some(Cap { points: 60, period: Period::Day, over: OverCap::Clip }), ..base() };
    for (used, points) in [(0, 26), (34, 26), (40, 20), (60, 0), (70, 0)] {
        let context = Context { used: HashMap::from([(RuleId(Uuid::from_u128(1)), used)]), ..Context::default() };
        let decision = decide(&vector(), &[rule(1, terms.clone())], &context).unwrap();
        assert_eq!((decision.points, decision.limited_by.is_some()), (points, points < 26), "{used} used");
    }
}

#[test]
fn fractions_are_rounded_as_the_rule_says() {
    for (unit_minor, floor, half_up, half_even, ceil) in
        [(149, 1, 1, 1, 2), (150, 1, 2, 2, 2), (250, 2, 3, 2, 3), (251, 2, 3, 3, 3), (200, 2, 2, 2, 2), (0, 0, 0, 0, 0)]
    {
        for (rounding, points) in
            [(Rounding::Floor, floor), (Rounding::HalfUp, half_up), (Rounding::HalfEven, half_even), (Rounding::Ceil, ceil)]
        {
            let decision = decided(&order(&[("A", unit_minor, 1)], 0), &[Terms { rounding, ..base() }]);
            assert_eq!(decision.points, points, "{unit_minor} {rounding:?}");
        }
    }
}

#[test]
fn what_counts_besides_prices() {
    let order = Order { tax_minor: 400, gift_card_minor: 1_000, points_paid_minor: 500, ..order(&[("A", 10_000, 1)], 0) };
    let none = Includes::default();
    for (includes, points) in [
        (none, 85),
        (Includes { gift_card: true, ..none }, 95),
        (Includes { points_paid: true, ..none }, 90),
        (Includes { shipping: true, ..none }, 89),
        (Includes { tax: true, shipping: true, gift_card: true, points_paid: true }, 108),
    ] {
        assert_eq!(decided(&order, &[Terms { includes, ..base() }]).points, points, "{includes:?}");
    }
    let paid_with_points = Order { points_paid_minor: 99_999, ..order.clone() };
    assert_eq!(decided(&paid_with_points, &[base()]).points, 0);
    let given_away = Order { order_discount_minor: 99_999, ..order };
    assert_eq!(decided(&given_away, &[base()]).points, 0);
}

/// An order over 100.00, what was shipped for and taxed, and what gift card and points paid.
fn paid(shipping_minor: i64, tax_minor: i64, gift_card_minor: i64, points_paid_minor: i64) -> Order {
    Order { shipping_minor, tax_minor, gift_card_minor, points_paid_minor, ..order(&[("A", 10_000, 1)], 0) }
}

#[test]
fn what_money_did_not_pay_earns_nothing() {
    let none = Includes::default();
    let (shipping, both) = (Includes { shipping: true, ..none }, Includes { shipping: true, tax: true, ..none });
    for (includes, order, points) in [
        (both, paid(1_000, 1_900, 12_900, 0), 0),
        (both, paid(1_000, 1_900, 0, 12_900), 0),
        (both, paid(1_000, 1_900, 6_450, 6_450), 0),
        (both, paid(1_000, 1_900, 12_800, 0), 1),
        (shipping, paid(1_000, 0, 10_500, 0), 5),
        (shipping, paid(1_000, 0, 10_000, 500), 5),
        (none, paid(1_000, 0, 10_500, 0), 0),
        (none, paid(0, 0, 9_900, 0), 1),
        (Includes { gift_card: true, ..shipping }, paid(1_000, 0, 10_500, 0), 110),
        (Includes { gift_card: true, ..none }, paid(0, 0, 4_000, 6_000), 40),
    ] {
        assert_eq!(decided(&order, &[Terms { includes, ..base() }]).points, points, "{includes:?} {order:?}");
    }
}

#[test]
fn bonuses_and_minimums_count_what_money_paid() {
    let most = Terms { conditions: Conditions { min_amount_minor: Some(5_000), ..Conditions::default() }, ..fixed(7) };
    let with_gift_cards = Terms { includes: Includes { gift_card: true, ..Includes::default() }, ..most.clone() };
    let dear = Terms { conditions: most.conditions.clone(), ..percent(100) };
    for (gift_card, points_paid, flat, above, cards_too, doubled) in [
        (0, 0, 7, 7, 7, 200),
        (5_000, 0, 7, 7, 7, 100),
        (5_001, 0, 7, 0, 7, 49),
        (2_000, 3_001, 7, 0, 7, 49),
        (0, 10_000, 0, 0, 0, 0),
        (10_000, 0, 0, 0, 7, 0),
    ] {
        let order = paid(1_000, 1_900, gift_card, points_paid);
        let of = |rules: &[Terms]| decided(&order, rules).points;
        assert_eq!(
            [of(&[fixed(7)]), of(std::slice::from_ref(&most)), of(std::slice::from_ref(&with_gift_cards))],
            [flat, above, cards_too]
        );
        assert_eq!(of(&[base(), dear.clone()]), doubled, "{gift_card} {points_paid}");
    }
}

#[test]
fn a_rule_may_earn_nothing() {
    let sold = order(&[("A", 10_000, 1), ("gift card", 5_000, 1)], 0);
    let none = Terms { points: 0, priority: 1, conditions: Conditions { skus: words(&["gift card"]), ..Conditions::default() }, ..base() };
    let decision = decided(&sold, &[base(), none.clone()]);
    assert_eq!((decision.points, decision.line_points), (100, vec![100, 0]));
    let alone = decided(&order(&[("gift card", 5_000, 1)], 0), &[base(), none]);
    assert_eq!((alone.points, alone.no_points_reason), (0, None), "the rule itself says so");
}

#[test]
fn why_an_order_earns_nothing() {
    let dollars = |terms: Terms| Terms { currency: Some(Text("USD".to_owned())), ..terms };
    let yen = Order { currency: Currency::parse("JPY").unwrap(), ..vector() };
    let only_tea = Terms { conditions: Conditions { categories: words(&["tea"]), ..Conditions::default() }, ..base() };
    for (order, rules, points, reason) in [
        (vector(), vec![base()], 26, None),
        (vector(), vec![dollars(base())], 0, Some(NoPoints::NoRuleForCurrency)),
        (yen.clone(), vec![dollars(base()), fixed(7)], 7, None),
        (yen, vec![dollars(base()), dollars(fixed(7)), percent(50)], 0, Some(NoPoints::NoRuleForCurrency)),
        (vector(), vec![], 0, Some(NoPoints::NoRule)),
        (vector(), vec![only_tea], 0, Some(NoPoints::NoRule)),
        (paid(0, 0, 10_000, 0), vec![base()], 0, Some(NoPoints::NothingPaid)),
        (paid(0, 0, 9_950, 0), vec![base()], 0, None),
        (vector(), vec![Terms { cap: Some(Cap { points: 1, period: Period::Day, over: OverCap::Reject }), ..base() }], 0, None),
    ] {
        let decision = decided(&order, &rules);
        assert_eq!((decision.points, decision.no_points_reason), (points, reason), "{rules:?}");
    }
}

#[test]
fn amounts_name_a_currency() {
    let least = Conditions { min_amount_minor: Some(1), ..Conditions::default() };
    let named = Terms { currency: Some(Text("USD".to_owned())), ..base() };
    for (trigger, terms, currency) in [
        (Trigger::Purchase, base(), Some("CHF")),
        (Trigger::Purchase, fixed(7), Some("CHF")),
        (Trigger::Purchase, percent(50), None),
        (Trigger::Purchase, Terms { conditions: least, ..percent(50) }, Some("CHF")),
        (Trigger::Purchase, named, Some("USD")),
        (Trigger::AnswerAccepted, base(), None),
        (Trigger::ReferralAdvocate, base(), None),
    ] {
        let given = terms.in_currency(trigger, "CHF").currency.map(|code| code.0);
        assert_eq!(given.as_deref(), currency, "{trigger:?}");
    }
}

#[test]
fn a_unit_is_what_the_currency_says() {
    for (code, points) in [("EUR", 12), ("JPY", 1_200), ("KWD", 1)] {
        let order = Order { currency: Currency::parse(code).unwrap(), ..order(&[("A", 1_200, 1)], 0) };
        assert_eq!(decided(&order, &[base()]).points, points, "{code}");
    }
}

#[test]
fn a_line_earns_by_one_base_rule() {
    let only = |skus: &[&str], points, priority| Terms {
        points,
        priority,
        conditions: Conditions { skus: words(skus), ..Conditions::default() },
        ..base()
    };
    for (rules, lines) in [
        (vec![base(), only(&["B"], 3, 1)], [14, 35]),
        (vec![base(), only(&["B"], 3, 0)], [14, 35]),
        (vec![Terms { priority: 1, ..base() }, only(&["B"], 3, 0)], [14, 12]),
        (vec![only(&["B"], 3, 0)], [0, 35]),
        (vec![only(&["C"], 3, 0)], [0, 0]),
        (vec![], [0, 0]),
    ] {
        assert_eq!(decided(&vector(), &rules).line_points, lines, "{rules:?}");
    }
}

#[test]
fn of_an_exclusive_group_the_best_bonus_applies() {
    let grouped = |terms: Terms| Terms { exclusive_group: Some(Text("summer".to_owned())), ..terms };
    assert_eq!(decided(&vector(), &[base(), grouped(percent(50)), grouped(percent(100))]).points, 52);
    assert_eq!(decided(&vector(), &[base(), grouped(fixed(5)), grouped(fixed(5)), fixed(1)]).points, 32);
}

#[test]
fn conditions() {
    let none = Conditions::default;
    for (conditions, holds) in [
        (Conditions { weekdays: vec![3], ..none() }, true),
        (Conditions { weekdays: vec![4, 5], ..none() }, false),
        (Conditions { hours: Some(Hours { from: 22, until: 23 }), ..none() }, true),
        (Conditions { hours: Some(Hours { from: 21, until: 6 }), ..none() }, true),
        (Conditions { hours: Some(Hours { from: 0, until: 22 }), ..none() }, false),
        (Conditions { min_amount_minor: Some(2_646), ..none() }, true),
        (Conditions { min_amount_minor: Some(2_647), ..none() }, false),
        (Conditions { tier_rank_min: Some(1), ..none() }, false),
        (Conditions { first_purchase: Some(true), ..none() }, false),
        (Conditions { first_purchase: Some(false), ..none() }, true),
        (Conditions { channels: words(&["app"]), ..none() }, false),
        (Conditions { categories: words(&["coffee"]), ..none() }, false),
        (Conditions { skus: words(&["A"]), ..none() }, true),
    ] {
        let decision = decided(&vector(), &[Terms { conditions: conditions.clone(), ..fixed(7) }]);
        assert_eq!(decision.points, if holds { 7 } else { 0 }, "{conditions:?}");
    }
}

#[test]
fn hours_are_those_of_the_programme() {
    let terms = Terms { conditions: Conditions { weekdays: vec![3], ..Conditions::default() }, ..fixed(7) };
    let context = |time_zone| Context { time_zone, ..Context::default() };
    let points = |time_zone| decide(&vector(), &[rule(1, terms.clone())], &context(time_zone)).unwrap().points;
    assert_eq!((points(Tz::UTC), points(Tz::Europe__Moscow)), (7, 0));
}

#[test]
fn amounts_out_of_reach_are_refused() {
    for lines in [[("A", i64::MAX, 1)], [("A", AMOUNT_MINOR_MAX, 2)], [("A", -1, 1)], [("A", 1, -1)], [("A", 1, i64::MAX)]] {
        assert_eq!(net_minor(&order(&lines, 0)), Err(Refusal::OutOfReach), "{lines:?}");
    }
    let most = order(&vec![("A", AMOUNT_MINOR_MAX, 1); 100], 0);
    let dear = Terms { points: 1_000_000, per_minor: Some(1), ..base() };
    assert_eq!(decide(&most, &[rule(1, dear)], &Context::default()), Err(Refusal::OutOfReach));
    let bonuses: Vec<_> = [Terms { combine: Combine::Product, ..base() }].into_iter().chain(vec![percent(10_000); 30]).collect();
    let rules: Vec<_> = bonuses.into_iter().enumerate().map(|(number, terms)| rule(number as u128, terms)).collect();
    assert_eq!(decide(&most, &rules, &Context::default()), Err(Refusal::OutOfReach));
}

#[test]
fn the_order_of_rules_does_not_matter() {
    let rules: Vec<_> = [base(), percent(30), fixed(11), percent(7)].into_iter().enumerate().map(|(n, t)| rule(n as u128, t)).collect();
    let reversed: Vec<_> = rules.iter().rev().cloned().collect();
    assert_eq!(decide(&vector(), &rules, &Context::default()), decide(&vector(), &reversed, &Context::default()));
}
