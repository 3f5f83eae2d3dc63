//! Stretches of the programme's calendar, and balances as they were. Pure.

use chrono::{DateTime, Datelike, Days, Duration, Months, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::{
    domain::{Period, day_start},
    kit::{Problem, problem::Fields},
    text_enum,
};

/// The most steps that a series may have.
pub const STEPS_MAX: usize = 400;
/// Days shown when nobody says from when.
const DAYS_DEFAULT: i64 = 30;
/// The years that a date may lie in.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2200;

text_enum! {
    /// How finely a series is cut.
    pub enum Interval {
        Day = "day",
        /// From Monday.
        Week = "week",
        Month = "month",
    }
}

impl Interval {
    /// The first day of the step after the one that `day` lies in.
    fn next(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => day + Days::new(1),
            Self::Week => Period::Week.start(day) + Days::new(7),
            Self::Month => Period::Month.start(day) + Months::new(1),
        }
    }
}

/// The days from `from` until the one before `until`, cut into steps.
#[derive(Debug, PartialEq)]
pub struct Range {
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub step: Interval,
    /// The first day of each step. The first and the last step are as long as the range lets them be.
    pub days: Vec<NaiveDate>,
}

impl Range {
    /// The last 30 days with today, unless told otherwise.
    pub fn new(from: Option<NaiveDate>, until: Option<NaiveDate>, step: Option<Interval>, today: NaiveDate) -> Result<Self, Problem> {
        let mut fields = Fields::default();
        for (name, day) in [("from", from), ("until", until)] {
            if day.is_some_and(|day| !YEARS.contains(&day.year())) {
                fields.refuse(name, format!("This must lie in the years {} to {}.", YEARS.start(), YEARS.end()));
            }
        }
        fields.done()?;
        let until = until.unwrap_or(today + Days::new(1));
        let from = from.unwrap_or(until - Duration::days(DAYS_DEFAULT));
        let step = step.unwrap_or(Interval::Day);
        if from >= until {
            return Err(Problem::invalid_field("until", "This must lie after `from`."));
        }
        let days: Vec<_> =
            std::iter::successors(Some(from), |day| Some(step.next(*day)).filter(|next| *next < until)).take(STEPS_MAX + 1).collect();
        if days.len() > STEPS_MAX {
            return Err(Problem::invalid_field("step", format!("This cuts the range into more than {STEPS_MAX} steps.")));
        }
        Ok(Self { from, until, step, days })
    }

    /// When the equally long range before this one begins, when each step begins, and when the last one ends.
    pub fn bounds(&self, zone: Tz) -> Vec<DateTime<Utc>> {
        let before = self.from - (self.until - self.from);
        [before].iter().chain(&self.days).chain([&self.until]).map(|day| day_start(*day, zone)).collect()
    }
}

/// Points that members have at some instant.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Balance {
    pub pending: i64,
    /// Available, pending and reserved: what the company owes.
    pub liability: i64,
}

/// The balances at the end of each step, from those of now and what each step and all time after the last one changed.
pub fn balances(now: Balance, steps: &[Balance], after: Balance) -> Vec<Balance> {
    let mut balance = Balance { pending: now.pending - after.pending, liability: now.liability - after.liability };
    let mut ends: Vec<Balance> = steps
        .iter()
        .rev()
        .map(|change| {
            let end = balance;
            balance = Balance { pending: end.pending - change.pending, liability: end.liability - change.liability };
            end
        })
        .collect();
    ends.reverse();
    ends
}

/// `part` of `whole` with four decimals; none of nothing.
pub fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn range(from: &str, until: &str, step: Interval) -> Result<Range, Problem> {
        Range::new(Some(day(from)), Some(day(until)), Some(step), day("2026-05-17"))
    }

    #[test]
    fn a_range_is_cut_where_the_calendar_says() {
        for (from, until, step, days) in [
            ("2026-05-01", "2026-05-03", Interval::Day, vec!["2026-05-01", "2026-05-02"]),
            ("2026-05-13", "2026-05-26", Interval::Week, vec!["2026-05-13", "2026-05-18", "2026-05-25"]),
            ("2026-01-31", "2026-03-02", Interval::Month, vec!["2026-01-31", "2026-02-01", "2026-03-01"]),
            ("2026-05-01", "2026-06-01", Interval::Month, vec!["2026-05-01"]),
        ] {
            let days: Vec<_> = days.into_iter().map(day).collect();
            assert_eq!(range(from, until, step).unwrap().days, days, "{from} {until} {step:?}");
        }
        let usual = Range::new(None, None, None, day("2026-05-17")).unwrap();
        assert_eq!((usual.from, usual.until, usual.days.len()), (day("2026-04-18"), day("2026-05-18"), 30));
    }

    #[test]
    fn a_range_has_an_end_and_few_steps() {
        for (from, until, step, refused) in [
            ("2025-01-01", "2026-02-05", Interval::Day, None),
            ("2025-01-01", "2026-02-06", Interval::Day, Some("step")),
            ("1970-01-01", "2200-01-01", Interval::Month, Some("step")),
            ("2026-05-01", "2026-05-01", Interval::Day, Some("until")),
            ("2026-05-02", "2026-05-01", Interval::Day, Some("until")),
            ("1969-12-31", "2026-05-01", Interval::Month, Some("from")),
            ("2026-05-01", "2201-01-01", Interval::Month, Some("until")),
        ] {
            let problem = range(from, until, step).err();
            assert_eq!(problem.as_ref().map(|problem| problem.errors[0].pointer.as_str()), refused, "{from} {until}");
        }
    }

    #[test]
    fn the_range_before_is_as_long() {
        let bounds = range("2026-05-01", "2026-05-03", Interval::Day).unwrap().bounds(chrono_tz::Europe::Berlin);
        let times: Vec<_> = bounds.iter().map(|at| at.format("%m-%d %H").to_string()).collect();
        assert_eq!(times, ["04-28 22", "04-30 22", "05-01 22", "05-02 22"]);
    }

    #[test]
    fn balances_are_told_backwards() {
        let balance = |pending, liability| Balance { pending, liability };
        let ends = balances(balance(10, 100), &[balance(5, 30), balance(-2, 8)], balance(1, 2));
        assert_eq!(ends, [balance(11, 90), balance(9, 98)]);
        assert_eq!(balances(balance(1, 1), &[], Balance::default()), []);
    }
}
