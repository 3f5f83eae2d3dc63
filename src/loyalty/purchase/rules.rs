//! What may be returned, and what a return takes back (docs/loyalty-rules.md, Returns, and vector 3).

use chrono::{DateTime, Utc};

use super::{
    cap::{self, clawed_in_all},
    line::LineRow,
};
use crate::{
    kit::{Problem, problem::Fields, text::tidy},
    loyalty::earning::rules::Grant,
    refusals,
};

refusals! {
    /// Why a purchase or return is refused.
    pub enum Refusal {
        UnknownMember = UNPROCESSABLE_ENTITY "unknown_member" "Nobody here has this e-mail address.",
        DuplicateSource = CONFLICT "duplicate_source" "This order was recorded before." on "purchase_of_order",
        DuplicateReturn = CONFLICT "duplicate_source" "This return was recorded before." on "purchase_return_purchase_id_return_id_key",
    }
}

/// Characters of an order's or return's name.
pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=200;

/// Wants a partner's name for an order, a return or a customer that can be written down and found again.
pub fn check_name(fields: &mut Fields, pointer: &str, name: &str) {
    let kept = tidy(name);
    fields.chars_kept(pointer, name, &kept, NAME_CHARS);
    if kept.contains(char::is_control) {
        fields.refuse(pointer, "This must not have control characters in it.");
    }
}

/// What a return takes of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Returned {
    pub line: i16,
    pub quantity: i64,
    pub points_clawed: i64,
}

/// A return to record.
pub struct NewReturn {
    /// The partner's name for it: recorded once for a purchase.
    pub return_id: String,
    pub returned_at: DateTime<Utc>,
    /// Line and quantity.
    pub lines: Vec<(i16, i64)>,
}

/// Decides what to take back for the lines (number and quantity) of a return. `grants` is the purchase's trace.
///
/// # Errors
/// 422 for lines that there are not, that come twice, or of which less is left.
pub fn decide_return(lines: &[LineRow], grants: &[Grant], wanted: &[(i16, i64)]) -> Result<Vec<Returned>, Problem> {
    let mut fields = Fields::default();
    let mut returned = Vec::new();
    for (at, (number, quantity)) in wanted.iter().copied().enumerate() {
        let Some(line) = lines.iter().find(|line| line.line == number) else {
            fields.refuse(&format!("/lines/{at}/line"), "The purchase has no such line.");
            continue;
        };
        if wanted[..at].iter().any(|(earlier, _)| *earlier == number) {
            fields.refuse(&format!("/lines/{at}/line"), "Each line comes once.");
            continue;
        }
        let left = line.quantity - line.returned_quantity;
        if !(1..=left).contains(&quantity) {
            fields.refuse(&format!("/lines/{at}/quantity"), format!("Of this line {left} can be returned, and at least 1 must be."));
            continue;
        }
        let late = cap::late_lines(grants, usize::from(number.unsigned_abs()).saturating_sub(1));
        let clawed = cap::clawed_for(line.points_granted, &late, line.returned_quantity + quantity, line.quantity);
        returned.push(Returned { line: number, quantity, points_clawed: clawed - line.points_clawed });
    }
    fields.done()?;
    Ok(returned)
}

/// Whether nothing of the purchase is left.
pub fn is_whole(lines: &[LineRow], returned: &[Returned]) -> bool {
    lines.iter().all(|line| {
        let now = returned.iter().find(|returned| returned.line == line.line).map_or(0, |returned| returned.quantity);
        line.returned_quantity + now == line.quantity
    })
}

/// The points of a purchase that counted towards a tier when they were granted.
pub fn qualifying_points(grants: &[Grant]) -> i64 {
    grants.iter().filter(|grant| grant.qualifies).map(|grant| grant.points).sum()
}

/// How many of the `counting` stop counting towards a tier when `clawed` more points are taken back, after `before`, of
/// `points` of which `qualifying` counted.
pub fn uncounted(qualifying: i64, points: i64, before: i64, clawed: i64, counting: i64) -> i64 {
    let left = qualifying - clawed_in_all(qualifying, before + clawed, points);
    (counting - left).clamp(0, clawed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::PurchaseId;

    fn line(number: i16, quantity: i64, points_granted: i64, returned_quantity: i64) -> LineRow {
        LineRow {
            purchase_id: PurchaseId::new(),
            line: number,
            sku: String::new(),
            category: None,
            quantity,
            unit_minor: 0,
            discount_minor: 0,
            net_minor: 0,
            points_granted,
            returned_quantity,
            points_clawed: clawed_in_all(points_granted, returned_quantity, quantity),
        }
    }

    #[test]
    fn vector_3() {
        for (points, in_all) in [(12, [4, 8, 12]), (13, [5, 9, 13]), (0, [0, 0, 0]), (1, [1, 1, 1])] {
            assert_eq!([1, 2, 3].map(|returned| clawed_in_all(points, returned, 3)), in_all, "{points}");
        }
        let most = 1_000_000_000_000_000;
        assert_eq!(clawed_in_all(most, most, most), most);
    }

    #[test]
    fn a_return_takes_what_is_left_and_no_more() {
        let lines = [line(1, 1, 14, 0), line(2, 3, 13, 1)];
        let points = |wanted: &[(i16, i64)]| {
            decide_return(&lines, &[], wanted)
                .map(|lines| lines.iter().map(|line| line.points_clawed).sum::<i64>())
                .map_err(|problem| problem.errors[0].pointer.clone())
        };
        for (wanted, expected) in [
            (vec![(1, 1)], Ok(14)),
            (vec![(2, 1)], Ok(4)),
            (vec![(1, 1), (2, 2)], Ok(22)),
            (vec![(2, 3)], Err("/lines/0/quantity")),
            (vec![(2, 0)], Err("/lines/0/quantity")),
            (vec![(2, -1)], Err("/lines/0/quantity")),
            (vec![(2, i64::MAX)], Err("/lines/0/quantity")),
            (vec![(3, 1)], Err("/lines/0/line")),
            (vec![(2, 1), (2, 1)], Err("/lines/1/line")),
        ] {
            assert_eq!(points(&wanted), expected.map_err(str::to_owned), "{wanted:?}");
        }
        assert!(is_whole(&lines, &decide_return(&lines, &[], &[(1, 1), (2, 2)]).unwrap()));
        assert!(!is_whole(&lines, &decide_return(&lines, &[], &[(2, 2)]).unwrap()));
    }

    #[test]
    fn what_counted_stops_counting_in_proportion() {
        for (qualifying, points, before, clawed, counting, uncounted_points) in [
            (26, 26, 0, 14, 26, 14),
            (26, 26, 14, 12, 12, 12),
            (20, 30, 0, 10, 20, 7),
            (20, 30, 10, 20, 13, 13),
            (0, 30, 0, 30, 0, 0),
            // 10 came later that do not count.
            (20, 40, 10, 10, 13, 3),
            (20, 40, 10, 30, 13, 13),
        ] {
            assert_eq!(uncounted(qualifying, points, before, clawed, counting), uncounted_points, "{qualifying} of {points}, {before}");
        }
    }
}
