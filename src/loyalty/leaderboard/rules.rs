//! What a board counts, and how it ranks.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::domain::{GroupId, MemberId, Metric, Period, programme_day};

crate::refusals! {
    /// Why a part of a board is not shown.
    pub enum Refusal {
        BadLimit = BAD_REQUEST "bad_limit" "limit is out of range.",
        BadAroundMe = BAD_REQUEST "bad_around_me" "around_me is out of range.",
    }
}

/// Places that are shown where the request names no `limit`.
pub const PLACES_DEFAULT: usize = 20;
/// Places that are shown at most.
pub const PLACES_MAX: usize = 100;
/// Places that are shown on either side of the caller's at most.
pub const AROUND_MAX: usize = 50;

/// What names a board: a metric in a period, on the whole site or in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BoardKey {
    pub metric: Metric,
    /// `Period::as_str`.
    pub period: &'static str,
    pub starts_on: NaiveDate,
    /// None: the whole site.
    pub group_id: Option<GroupId>,
}

/// Something that a member gained or lost.
#[derive(Clone, Copy, Debug)]
pub struct Gain {
    pub metric: Metric,
    pub member_id: MemberId,
    pub amount: i64,
    pub group_id: Option<GroupId>,
    pub at: DateTime<Utc>,
}

/// What several gains come to on one board.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sum {
    pub amount: i64,
    /// The last of them: it produced the score.
    pub reached_at: DateTime<Utc>,
}

/// Adds up gains for each board that they touch and each member, in a fixed order.
pub fn tally(gains: &[Gain], zone: Tz) -> BTreeMap<(BoardKey, MemberId), Sum> {
    let mut sums = BTreeMap::new();
    for gain in gains {
        let day = programme_day(gain.at, zone);
        let scopes = [Some(None), gain.group_id.map(Some)].into_iter().flatten();
        for (group_id, period) in scopes.flat_map(|group_id| Period::EVERY.map(|period| (group_id, period))) {
            let key = BoardKey { metric: gain.metric, period: period.as_str(), starts_on: period.start(day), group_id };
            let sum = sums.entry((key, gain.member_id)).or_insert(Sum { amount: 0, reached_at: gain.at });
            sum.amount += gain.amount;
            sum.reached_at = sum.reached_at.max(gain.at);
        }
    }
    sums
}

/// Neighbours on a board, best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stretch {
    pub places: Vec<(MemberId, i64)>,
    /// How many stand before the first of them.
    pub before: i64,
    /// How many have a higher score than the first of them.
    pub higher: i64,
    /// The caller's rank and score.
    pub me: Option<(i64, i64)>,
}

/// Competition ranks: equals share the best rank, and the next one counts everybody before (1, 2, 2, 4).
pub fn ranks(stretch: &Stretch) -> Vec<i64> {
    let mut ranks: Vec<i64> = Vec::with_capacity(stretch.places.len());
    for (n, (_, score)) in stretch.places.iter().enumerate() {
        let rank = match n.checked_sub(1).map(|above| (stretch.places[above].1, ranks[above])) {
            None => stretch.higher + 1,
            Some((above, rank)) if above == *score => rank,
            Some(_) => stretch.before + n as i64 + 1,
        };
        ranks.push(rank);
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(scores: &[i64], before: i64, higher: i64) -> Vec<i64> {
        let places = scores.iter().map(|score| (MemberId::new(), *score)).collect();
        ranks(&Stretch { places, before, higher, me: None })
    }

    #[test]
    fn equals_share_a_rank() {
        for (scores, before, higher, expected) in [
            (vec![], 0, 0, vec![]),
            (vec![500, 500, 400], 0, 0, vec![1, 1, 3]),
            (vec![9, 7, 7, 5], 0, 0, vec![1, 2, 2, 4]),
            // The first is the third of three equals.
            (vec![7, 5, 5, 4], 3, 1, vec![2, 5, 5, 7]),
        ] {
            assert_eq!(stretch(&scores, before, higher), expected, "{scores:?} after {before}");
        }
    }

    #[test]
    fn a_gain_counts_in_each_period_and_scope() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let member_id = MemberId::new();
        let gain = |amount, group_id, time| Gain { metric: Metric::Points, member_id, amount, group_id, at: at(time) };
        let group = Some(GroupId::new());
        // 23:30 in UTC is the next day, and the next year, in Berlin.
        let sums = tally(&[gain(10, group, "2025-12-31T23:30:00Z"), gain(-3, None, "2025-12-31T22:00:00Z")], chrono_tz::Europe::Berlin);
        let of = |period, group_id| sums.iter().filter(move |((key, _), _)| key.period == period && key.group_id == group_id);
        assert_eq!(of("all", None).map(|(_, sum)| sum.amount).collect::<Vec<_>>(), [7]);
        assert_eq!(of("all", None).map(|(_, sum)| sum.reached_at).collect::<Vec<_>>(), [at("2025-12-31T23:30:00Z")]);
        assert_eq!(
            of("year", None).map(|((key, _), sum)| (key.starts_on.to_string(), sum.amount)).collect::<Vec<_>>(),
            [("2025-01-01".to_owned(), -3), ("2026-01-01".to_owned(), 10)]
        );
        assert_eq!(of("week", None).map(|(_, sum)| sum.amount).collect::<Vec<_>>(), [7]);
        assert_eq!(of("day", group).map(|(_, sum)| sum.amount).collect::<Vec<_>>(), [10]);
    }
}
