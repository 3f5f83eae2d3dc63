//! What stands of a capped rule's points after returns, and what the cap has room for then.

use chrono::{DateTime, Utc};

use crate::{
    domain::{PurchaseId, RuleId, RuleVersionId},
    loyalty::earning::{
        apportion::apportion,
        rules::{Grant, Late},
        terms::{Cap, OverCap},
    },
};

/// A purchase as caps see it.
#[derive(Clone, Debug)]
pub struct CappedOrder {
    pub id: PurchaseId,
    pub purchased_at: DateTime<Utc>,
    pub grants: Vec<Grant>,
    /// Quantity of each line.
    pub quantities: Vec<i64>,
    /// Of that, what came back.
    pub returned: Vec<i64>,
}

/// Points that were granted for a line after some of it had come back, and how much that was.
pub type LateLine = (i64, i64);

/// What was granted late for a line, counted from 0.
pub fn late_lines(grants: &[Grant], line: usize) -> Vec<LateLine> {
    let late = |grant: &Grant| Some((*grant.line_points.get(line)?, *grant.late.as_ref()?.line_returned.get(line)?));
    grants.iter().filter_map(late).collect()
}

/// Points to have been taken back for a line that earned `points`, once `returned` of `quantity` came back.
pub fn clawed_in_all(points: i64, returned: i64, quantity: i64) -> i64 {
    let exact = i128::from(points) * i128::from(returned);
    // Never above `points`, as `returned` is never above `quantity`.
    ((exact + i128::from(quantity) - 1) / i128::from(quantity)) as i64
}

/// Points to have been taken back for a line that earned `points`, of them some late, once `returned` of `quantity` came
/// back. What was granted late is for what had been kept.
pub fn clawed_for(points: i64, late: &[LateLine], returned: i64, quantity: i64) -> i64 {
    let at_once = points - late.iter().map(|(points, _)| points).sum::<i64>();
    let of_late = late.iter().filter(|(points, _)| *points > 0);
    clawed_in_all(at_once, returned, quantity)
        + of_late.map(|(points, before)| clawed_in_all(*points, returned - before, quantity - before)).sum::<i64>()
}

impl CappedOrder {
    /// A rule's points that stand, line by line. What was taken back of a line is shared by the rules that had granted it.
    fn granted(&self, rule: RuleId) -> Vec<i64> {
        let of_line = |line: usize| {
            let (returned, quantity) = (self.returned[line], self.quantities[line]);
            let at_once: Vec<&Grant> = self.grants.iter().filter(|grant| grant.late.is_none()).collect();
            let points: Vec<i128> = at_once.iter().map(|grant| grant.line_points[line].into()).collect();
            let clawed = clawed_in_all(points.iter().sum::<i128>() as i64, returned, quantity);
            let shares = if clawed > 0 { apportion(clawed, &points).unwrap_or_default() } else { vec![0; points.len()] };
            let mine = at_once.iter().zip(shares).filter(|(grant, _)| grant.rule_id == rule);
            let late: Vec<Grant> = self.grants.iter().filter(|grant| grant.rule_id == rule).cloned().collect();
            let late = late_lines(&late, line);
            let granted_late = late.iter().map(|(points, _)| points).sum::<i64>();
            mine.map(|(grant, share)| grant.line_points[line] - share).sum::<i64>() + granted_late
                - clawed_for(granted_late, &late, returned, quantity)
        };
        (0..self.quantities.len()).map(of_line).collect()
    }

    /// What a rule would have granted for what was kept, line by line, had there been no cap, less what stands.
    fn suppressed(&self, grant: &Grant) -> Vec<i64> {
        let requested = match grant.line_requested.is_empty() {
            // It was not written down in the beginning.
            true => apportion(grant.requested, &grant.line_points.iter().map(|points| (*points).into()).collect::<Vec<_>>()),
            false => Some(grant.line_requested.clone()),
        };
        let stands = self.granted(grant.rule_id);
        let kept = |line: usize, requested: i64| requested - clawed_in_all(requested, self.returned[line], self.quantities[line]);
        requested
            .unwrap_or_default()
            .into_iter()
            .enumerate()
            .map(|(line, requested)| (kept(line, requested) - stands[line]).max(0))
            .collect()
    }
}

/// A rule's points that stand, of all these orders.
pub fn used<'a>(orders: impl IntoIterator<Item = &'a CappedOrder>, rule: RuleId) -> i64 {
    orders.into_iter().map(|order| order.granted(rule).iter().sum::<i64>()).sum()
}

/// What a rule's cap had suppressed and has room for now, in the order of the purchases: the grants to be added to each.
/// The orders are those of the cap's period, all of them.
pub fn refill(
    orders: &[CappedOrder],
    rule: RuleId,
    cap_of: impl Fn(RuleVersionId) -> Option<Cap>,
    now: DateTime<Utc>,
) -> Vec<(usize, Grant)> {
    let mut used = used(orders, rule);
    let mut grants = Vec::new();
    for (at, order) in orders.iter().enumerate() {
        let Some(first) = order.grants.iter().find(|grant| grant.rule_id == rule && grant.late.is_none()) else { continue };
        let Some(cap) = cap_of(first.rule_version_id) else { continue };
        let suppressed = order.suppressed(first);
        let (wanted, left) = (suppressed.iter().sum::<i64>(), (cap.points - used).max(0));
        let points = if cap.over == OverCap::Reject && wanted > left { 0 } else { wanted.min(left) };
        let weights: Vec<i128> = suppressed.iter().map(|points| (*points).into()).collect();
        if let Some(line_points) = (points > 0).then(|| apportion(points, &weights)).flatten() {
            used += points;
            let late = Some(Late { at: now, line_returned: order.returned.clone() });
            // What was requested stands with the first grant.
            let (bonuses, line_requested, limited_by) = (vec![], vec![], None);
            grants.push((
                at,
                Grant { points, line_points, requested: 0, base_points: 0, bonuses, line_requested, limited_by, late, ..first.clone() },
            ));
        }
    }
    grants
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng};

    use super::*;
    use crate::domain::Period;

    /// An order of lines (points requested, quantity), of which a cap let `granted` through.
    fn order(rule: RuleId, lines: &[(i64, i64)], granted: i64) -> CappedOrder {
        let line_requested: Vec<i64> = lines.iter().map(|(points, _)| *points).collect();
        let requested = line_requested.iter().sum();
        let grant = Grant {
            rule_id: rule,
            rule_version_id: RuleVersionId(rule.0),
            rule: "Coffee".to_owned(),
            basis_minor: 0,
            base_points: requested,
            bonuses: vec![],
            requested,
            points: granted,
            limited_by: None,
            line_points: apportion(granted, &line_requested.iter().map(|points| (*points).into()).collect::<Vec<_>>()).unwrap(),
            line_requested,
            qualifies: true,
            hold_days: 14,
            expires: None,
            late: None,
        };
        CappedOrder {
            id: PurchaseId::new(),
            purchased_at: DateTime::UNIX_EPOCH,
            grants: vec![grant],
            quantities: lines.iter().map(|(_, quantity)| *quantity).collect(),
            returned: vec![0; lines.len()],
        }
    }

    fn refilled(orders: &[CappedOrder], rule: RuleId, cap: i64, over: OverCap) -> Vec<(usize, Vec<i64>)> {
        let cap = Cap { points: cap, period: Period::Day, over };
        let grants = refill(orders, rule, |_| Some(cap.clone()), DateTime::UNIX_EPOCH);
        grants.into_iter().map(|(at, grant)| (at, grant.line_points)).collect()
    }

    #[test]
    fn what_a_cap_suppressed_is_granted_in_order() {
        let rule = RuleId::new();
        let orders = |returned: i64| {
            let mut first = order(rule, &[(70, 7)], 70);
            first.returned = vec![returned];
            vec![first, order(rule, &[(40, 1), (10, 1)], 20), order(rule, &[(30, 1)], 0)]
        };
        for (returned, clip, reject) in [
            (0, vec![], vec![]),
            (1, vec![(1, vec![8, 2])], vec![]),
            (3, vec![(1, vec![24, 6])], vec![(1, vec![24, 6])]),
            (4, vec![(1, vec![24, 6]), (2, vec![10])], vec![(1, vec![24, 6])]),
            (7, vec![(1, vec![24, 6]), (2, vec![30])], vec![(1, vec![24, 6]), (2, vec![30])]),
        ] {
            assert_eq!(refilled(&orders(returned), rule, 90, OverCap::Clip), clip, "{returned}");
            assert_eq!(refilled(&orders(returned), rule, 90, OverCap::Reject), reject, "{returned}");
        }
        assert_eq!(used(&orders(4), rule), 30 + 20);
        assert_eq!(used(&orders(4), RuleId::new()), 0);
    }

    #[test]
    fn an_order_fills_the_room_that_its_own_return_makes() {
        let rule = RuleId::new();
        let mut alone = order(rule, &[(100, 2)], 60);
        alone.returned = vec![1];
        assert_eq!(used([&alone], rule), 30);
        assert_eq!(refilled(&[alone], rule, 60, OverCap::Clip), [(0, vec![20])]);
    }

    #[test]
    fn late_points_are_taken_back_with_what_they_were_for() {
        // 30 points for 3, and 12 more when 1 had come back: 6 for each of the 2 that were kept.
        for (returned, clawed) in [(0, 0), (1, 10), (2, 26), (3, 42)] {
            let late: &[LateLine] = if returned == 0 { &[] } else { &[(12, 1)] };
            assert_eq!(clawed_for(30 + late.iter().map(|(points, _)| points).sum::<i64>(), late, returned, 3), clawed, "{returned}");
        }
        assert_eq!(clawed_for(5, &[(0, 3)], 3, 3), 5, "none for what had come back");
    }

    /// Whatever is bought and returned, a cap is never exceeded, and leaves no room while it suppresses something.
    #[test]
    fn a_cap_is_filled_and_not_exceeded() {
        let mut dice = StdRng::seed_from_u64(14);
        for _ in 0..300 {
            let (rule, most) = (RuleId::new(), dice.random_range(1..150));
            let cap = Cap { points: most, period: Period::Day, over: OverCap::Clip };
            let mut orders: Vec<CappedOrder> = Vec::new();
            for _ in 0..dice.random_range(1..12) {
                if orders.is_empty() || dice.random_bool(0.5) {
                    let lines: Vec<(i64, i64)> =
                        (0..dice.random_range(1..4)).map(|_| (dice.random_range(0..60), dice.random_range(1..5))).collect();
                    let requested: i64 = lines.iter().map(|(points, _)| points).sum();
                    orders.push(order(rule, &lines, requested.min(most - used(&orders, rule))));
                } else {
                    let at = dice.random_range(0..orders.len());
                    let line = dice.random_range(0..orders[at].quantities.len());
                    let left = orders[at].quantities[line] - orders[at].returned[line];
                    orders[at].returned[line] += dice.random_range(0..=left);
                    for (at, grant) in refill(&orders, rule, |_| Some(cap.clone()), DateTime::UNIX_EPOCH) {
                        orders[at].grants.push(grant);
                    }
                }
                let used = used(&orders, rule);
                assert!((0..=most).contains(&used), "{used} of {most}: {orders:#?}");
                let suppressed: i64 = orders.iter().flat_map(|order| order.suppressed(&order.grants[0])).sum();
                assert!(used == most || suppressed == 0, "{used} of {most}, and {suppressed} suppressed: {orders:#?}");
                for order in &orders {
                    for line in 0..order.quantities.len() {
                        let points: i64 = order.grants.iter().map(|grant| grant.line_points[line]).sum();
                        let clawed = clawed_for(points, &late_lines(&order.grants, line), order.returned[line], order.quantities[line]);
                        assert_eq!(points - clawed, order.granted(rule)[line], "{order:#?}");
                    }
                }
            }
        }
    }
}
