//! The calendar of the programme: its days, and the periods that they make.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use poem_openapi::Enum;
use serde::{Deserialize, Serialize};

/// A stretch of the programme's calendar.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Period {
    All,
    Year,
    Month,
    Week,
    Day,
}

impl Period {
    /// Every period, the longest first.
    pub const EVERY: [Period; 5] = [Self::All, Self::Year, Self::Month, Self::Week, Self::Day];

    /// The period's word in URLs and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Year => "year",
            Self::Month => "month",
            Self::Week => "week",
            Self::Day => "day",
        }
    }

    /// First day of the period that `day` lies in; weeks begin on Monday (ISO 8601). All time begins in the year 1.
    pub fn start(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::All => NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default(),
            Self::Year => day.with_ordinal(1).unwrap_or(day),
            Self::Month => day.with_day(1).unwrap_or(day),
            Self::Week => day - Days::new(day.weekday().num_days_from_monday().into()),
            Self::Day => day,
        }
    }
}

/// The programme's day in which an instant lies.
pub fn programme_day(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// The instant at which a day begins in the programme's time zone; the first one where clocks jump over midnight.
pub fn day_start(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    (0..24 * 4)
        .find_map(|quarters| zone.from_local_datetime(&(midnight + chrono::Duration::minutes(15 * quarters))).earliest())
        .map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_where_the_calendar_says() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        for (period, at, start) in [
            (Period::All, day(2026, 5, 17), day(1, 1, 1)),
            (Period::Year, day(2026, 5, 17), day(2026, 1, 1)),
            (Period::Month, day(2026, 5, 17), day(2026, 5, 1)),
            (Period::Week, day(2026, 5, 17), day(2026, 5, 11)),
            (Period::Week, day(2026, 1, 1), day(2025, 12, 29)),
            (Period::Day, day(2026, 5, 17), day(2026, 5, 17)),
        ] {
            assert_eq!(period.start(at), start, "{period:?} of {at}");
        }
    }

    #[test]
    fn a_day_begins_in_its_own_zone() {
        let start = |zone: Tz, y, m, d| day_start(NaiveDate::from_ymd_opt(y, m, d).unwrap(), zone).to_rfc3339();
        assert_eq!(start(chrono_tz::Europe::Berlin, 2026, 7, 1), "2026-06-30T22:00:00+00:00");
        // Midnight did not exist there on that day.
        assert_eq!(start(chrono_tz::America::Sao_Paulo, 2018, 11, 4), "2018-11-04T03:00:00+00:00");
    }
}
