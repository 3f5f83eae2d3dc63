//! What of the earning rules customers are told.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use crate::{
    domain::Currency,
    loyalty::{
        earning::{
            rules::{Rule, paying},
            terms::{RuleKind, Terms, Trigger},
        },
        referral::rules::{RETURN_WINDOW, REWARDED_A_YEAR_MAX},
    },
};

/// The order in which ways are told.
const TRIGGERS: [Trigger; 5] =
    [Trigger::Purchase, Trigger::AnswerAccepted, Trigger::AnswerUpvoted, Trigger::ReferralAdvocate, Trigger::ReferralReferee];

/// A rule in force, and when its terms end.
pub type InForce = (Rule, Option<DateTime<Utc>>);

/// The rules by which something is earned: all of those for purchases, and for the rest the one that pays.
pub fn earning(rules: Vec<InForce>) -> Vec<InForce> {
    let mut ways = Vec::new();
    for trigger in TRIGGERS {
        let mut mine: Vec<InForce> = rules.iter().filter(|(rule, _)| rule.trigger == trigger).cloned().collect();
        mine.sort_by_key(|(rule, _)| {
            (rule.terms.kind != RuleKind::Base, Reverse(rule.terms.priority), Reverse(rule.terms.points), rule.rule_id)
        });
        if trigger != Trigger::Purchase {
            let paying = paying(mine.iter().map(|(rule, _)| rule.clone()).collect());
            mine.retain(|(rule, _)| paying.as_ref().is_some_and(|paying| paying.rule_id == rule.rule_id));
        }
        ways.extend(mine);
    }
    ways
}

/// Days between what earns points and when they can be spent; a percentage follows the rule that it adds to.
pub fn hold_days(trigger: Trigger, terms: &Terms) -> Option<i64> {
    match trigger {
        Trigger::ReferralAdvocate | Trigger::ReferralReferee => Some(RETURN_WINDOW.num_days()),
        _ if terms.kind == RuleKind::PercentBonus => None,
        _ => Some(terms.hold_days(trigger)),
    }
}

/// The amount that earns a base rule's points, where it is the same for every order.
pub fn per_minor(trigger: Trigger, terms: &Terms) -> Option<i64> {
    let unit = || terms.currency.as_deref().and_then(Currency::parse).map(Currency::minor_per_unit);
    (trigger == Trigger::Purchase && terms.kind == RuleKind::Base).then(|| terms.per_minor.or_else(unit)).flatten()
}

/// How often a year somebody earns by a rule, where that has an end.
pub fn times_per_year(trigger: Trigger) -> Option<i64> {
    (trigger == Trigger::ReferralAdvocate).then_some(REWARDED_A_YEAR_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{RuleId, RuleVersionId},
        kit::text::Text,
    };

    fn rule(name: &str, trigger: Trigger, terms: Terms) -> InForce {
        (Rule { rule_id: RuleId::new(), version_id: RuleVersionId::new(), name: name.to_owned(), trigger, terms }, None)
    }

    #[test]
    fn only_what_pays_is_told() {
        let terms = |kind, points, priority| Terms { kind, points, priority, ..Terms::default() };
        let base = |points, priority| terms(RuleKind::Base, points, priority);
        let rules = vec![
            rule("friend", Trigger::ReferralReferee, base(50, 0)),
            rule("accepted, less", Trigger::AnswerAccepted, base(10, 0)),
            rule("accepted, first", Trigger::AnswerAccepted, base(5, 1)),
            rule("bonus", Trigger::Purchase, terms(RuleKind::PercentBonus, 50, 9)),
            rule("purchase", Trigger::Purchase, base(1, 0)),
            rule("coffee", Trigger::Purchase, base(2, 1)),
            rule("bringing, urgent", Trigger::ReferralAdvocate, base(80, 9)),
            rule("bringing", Trigger::ReferralAdvocate, base(100, 0)),
        ];
        let names: Vec<String> = earning(rules).into_iter().map(|(rule, _)| rule.name).collect();
        assert_eq!(names, ["coffee", "purchase", "bonus", "accepted, first", "bringing, urgent", "friend"]);
    }

    #[test]
    fn terms_as_customers_meet_them() {
        let currency = Some(Text("EUR".to_owned()));
        let percent = Terms { kind: RuleKind::PercentBonus, ..Terms::default() };
        for (trigger, terms, days, minor) in [
            (Trigger::Purchase, Terms::default(), Some(14), None),
            (Trigger::Purchase, Terms { per_minor: Some(500), ..Terms::default() }, Some(14), Some(500)),
            (Trigger::Purchase, Terms { currency, hold_days: Some(0), ..Terms::default() }, Some(0), Some(100)),
            (Trigger::Purchase, percent, None, None),
            (Trigger::AnswerAccepted, Terms::default(), Some(7), None),
            (Trigger::ReferralReferee, Terms { hold_days: Some(3), ..Terms::default() }, Some(14), None),
        ] {
            assert_eq!((hold_days(trigger, &terms), per_minor(trigger, &terms)), (days, minor), "{trigger:?} {terms:?}");
        }
    }
}
