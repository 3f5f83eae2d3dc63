//! What may be returned, and what a return takes back (acceptance vector 3).

use serde_json::Value;

use super::store::LineRow;
use crate::{
    kit::{Problem, problem::Fields},
    refusals,
};

refusals! {
    pub enum Refusal {
        UnknownMember = UNPROCESSABLE_ENTITY "unknown_member" "Nobody here has this e-mail address.",
        DuplicateSource = CONFLICT "duplicate_source" "This order was recorded before.",
        DuplicateReturn = CONFLICT "duplicate_source" "This return was recorded before.",
    }
}

pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=200;

/// Wants a partner's name for an order, a return or a customer that can be written down and found again.
pub fn check_name(fields: &mut Fields, pointer: &str, name: &str) {
    fields.chars(pointer, name, NAME_CHARS);
    if name.contains(char::is_control) {
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

/// Points to have been taken back for a line that earned `points`, once `returned` of `quantity` came back.
pub fn clawed_in_all(points: i64, returned: i64, quantity: i64) -> i64 {
    let exact = i128::from(points) * i128::from(returned);
    // Never above `points`, as `returned` is never above `quantity`.
    ((exact + i128::from(quantity) - 1) / i128::from(quantity)) as i64
}

/// Decides what to take back for the lines (number and quantity) of a return.
///
/// # Errors
/// 422 for lines that there are not, that come twice, or of which less is left.
pub fn decide_return(lines: &[LineRow], wanted: &[(i16, i64)]) -> Result<Vec<Returned>, Problem> {
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
        let clawed = clawed_in_all(line.points_granted, line.returned_quantity + quantity, line.quantity);
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

/// The points of a purchase that count towards a tier, by its trace.
pub fn qualifying_points(trace: &Value) -> i64 {
    let grants = trace.as_array().into_iter().flatten().filter(|grant| grant["qualifies"] == true);
    grants.filter_map(|grant| grant["points"].as_i64()).sum()
}

/// Of `qualifying` out of `points`, how many stop counting when `clawed` more are taken back, after `before`.
pub fn uncounted(qualifying: i64, points: i64, before: i64, clawed: i64) -> i64 {
    clawed_in_all(qualifying, before + clawed, points) - clawed_in_all(qualifying, before, points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::PurchaseId;

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
            decide_return(&lines, wanted)
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
        assert!(is_whole(&lines, &decide_return(&lines, &[(1, 1), (2, 2)]).unwrap()));
        assert!(!is_whole(&lines, &decide_return(&lines, &[(2, 2)]).unwrap()));
    }

    #[test]
    fn what_counted_stops_counting_in_proportion() {
        for (qualifying, points, before, clawed, uncounted_points) in
            [(26, 26, 0, 14, 14), (26, 26, 14, 12, 12), (20, 30, 0, 10, 7), (20, 30, 10, 20, 13), (0, 30, 0, 30, 0)]
        {
            assert_eq!(uncounted(qualifying, points, before, clawed), uncounted_points);
        }
    }
}
