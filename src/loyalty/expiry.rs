//! When points expire: the programme's policy, and the instant it gives for a lot.
//!
//! Points are good through the whole of their last day, which is counted in the programme's time
//! zone, and are gone at the midnight that ends it.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// Longest period that a policy may name.
const YEARS_MAX: u32 = 100;

/// The expiry policy of a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Points are kept for ever.
    None,
    /// Points last `count` times `unit` from their activation, and then to the end of `round_up`.
    Rolling { count: u32, unit: Unit, round_up: Round },
}

/// The unit of a rolling period, as ISO 8601 writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Day,
    Month,
    Year,
}

/// The calendar period whose end a lot's last day is moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    Day,
    Month,
    Quarter,
    Half,
    Year,
}

const UNITS: [(char, Unit, u32); 3] = [('D', Unit::Day, 366), ('M', Unit::Month, 12), ('Y', Unit::Year, 1)];

const ROUNDS: [(&str, Round); 5] =
    [("day", Round::Day), ("month", Round::Month), ("quarter", Round::Quarter), ("half", Round::Half), ("year", Round::Year)];

/// A policy that cannot be read; the sentence says what one looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "none, or an ISO 8601 period of at most {YEARS_MAX} years such as P90D, P12M or P1Y, which /day, \
     /month, /quarter, /half or /year may follow to round its end up"
)]
pub struct NotAPolicy;

impl FromStr for Expiry {
    type Err = NotAPolicy;

    fn from_str(text: &str) -> Result<Self, NotAPolicy> {
        if text == "none" {
            return Ok(Self::None);
        }
        let (period, round) = text.split_once('/').unwrap_or((text, "day"));
        let digits = period.strip_prefix('P').ok_or(NotAPolicy)?;
        let (_, unit, per_year) = UNITS.into_iter().find(|(letter, ..)| digits.ends_with(*letter)).ok_or(NotAPolicy)?;
        let digits = &digits[..digits.len() - 1];
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotAPolicy);
        }
        let count: u32 = digits.parse().map_err(|_| NotAPolicy)?;
        let (_, round_up) = ROUNDS.into_iter().find(|(name, _)| *name == round).ok_or(NotAPolicy)?;
        if !(1..=YEARS_MAX * per_year).contains(&count) {
            return Err(NotAPolicy);
        }
        Ok(Self::Rolling { count, unit, round_up })
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Rolling { count, unit, round_up } = self else {
            return f.write_str("none");
        };
        let letter = UNITS.iter().find(|(_, known, _)| known == unit).map_or('D', |(l, ..)| *l);
        write!(f, "P{count}{letter}")?;
        match ROUNDS.iter().find(|(_, known)| known == round_up) {
            Some((name, round)) if *round != Round::Day => write!(f, "/{name}"),
            _ => Ok(()),
        }
    }
}

impl Expiry {
    /// The first instant at which points activated at `activated_at` are gone, or `None` when they
    /// never go. Days, months and years are those of `tz`; a month that lacks the day ends on its
    /// last one (31 January and a month is 28 or 29 February).
    pub fn expires_at(self, activated_at: DateTime<Utc>, tz: Tz) -> Option<DateTime<Utc>> {
        let Self::Rolling { count, unit, round_up } = self else {
            return None;
        };
        let from = activated_at.with_timezone(&tz).date_naive();
        let last = match unit {
            Unit::Day => from.checked_add_days(Days::new(count.into())),
            Unit::Month => from.checked_add_months(Months::new(count)),
            Unit::Year => from.checked_add_months(Months::new(count * 12)),
        }?;
        Some(midnight(round_up.first_day_after(last)?, tz))
    }
}

impl Round {
    /// The first day after the period that `day` lies in.
    fn first_day_after(self, day: NaiveDate) -> Option<NaiveDate> {
        let months = match self {
            Self::Day => return day.succ_opt(),
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Half => 6,
            Self::Year => 12,
        };
        let first_month = day.month0() / months * months + 1;
        NaiveDate::from_ymd_opt(day.year(), first_month, 1)?.checked_add_months(Months::new(months))
    }
}

/// The instant at which `day` begins in `tz`. Where clocks are put forward over midnight, that is
/// the end of the gap; where they are put back over it, the earlier of the two midnights.
fn midnight(day: NaiveDate, tz: Tz) -> DateTime<Utc> {
    let local = day.and_time(NaiveTime::MIN);
    // No gap of any zone is longer than a day, and each begins and ends on a quarter of an hour.
    (0..=96)
        .find_map(|quarter| tz.from_local_datetime(&(local + TimeDelta::minutes(15 * quarter))).earliest())
        .map_or_else(|| local.and_utc(), |instant| instant.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap_or_else(|_| panic!("{text} is no instant"))
    }

    #[test]
    fn points_expire_at_the_end_of_their_last_day() {
        for (policy, activated_at, tz, expires_at) in [
            ("P1M", "2024-01-31T12:00:00Z", "UTC", "2024-03-01T00:00:00Z"),
            ("P1M", "2025-01-31T12:00:00Z", "UTC", "2025-03-01T00:00:00Z"),
            ("P1Y", "2024-02-29T00:00:00Z", "UTC", "2025-03-01T00:00:00Z"),
            ("P1D", "2025-05-10T23:59:59Z", "UTC", "2025-05-12T00:00:00Z"),
            ("P90D", "2025-01-01T00:00:00Z", "UTC", "2025-04-02T00:00:00Z"),
            ("P12M/quarter", "2025-05-10T09:00:00Z", "Europe/Berlin", "2026-06-30T22:00:00Z"),
            ("P12M/month", "2025-05-10T09:00:00Z", "Europe/Berlin", "2026-05-31T22:00:00Z"),
            ("P12M/half", "2025-05-10T09:00:00Z", "Europe/Berlin", "2026-06-30T22:00:00Z"),
            ("P12M/half", "2025-07-01T09:00:00Z", "Europe/Berlin", "2026-12-31T23:00:00Z"),
            ("P12M/year", "2025-05-10T09:00:00Z", "Europe/Berlin", "2026-12-31T23:00:00Z"),
            ("P3M/quarter", "2025-12-31T09:00:00Z", "UTC", "2026-04-01T00:00:00Z"),
            // The day is that of the programme: already 1 May in Auckland.
            ("P1M", "2025-04-30T13:00:00Z", "Pacific/Auckland", "2025-06-01T12:00:00Z"),
            // Beirut put its clocks forward at midnight on 26 March 2023.
            ("P1D", "2023-03-24T10:00:00Z", "Asia/Beirut", "2023-03-25T22:00:00Z"),
        ] {
            let (policy, tz): (Expiry, Tz) = (policy.parse().unwrap(), tz.parse().unwrap());
            let got = policy.expires_at(instant(activated_at), tz);
            assert_eq!(got, Some(instant(expires_at)), "{policy} from {activated_at} in {tz}");
        }
        assert_eq!(Expiry::None.expires_at(instant("2025-01-01T00:00:00Z"), Tz::UTC), None);
    }

    #[test]
    fn policies_are_read_and_written_alike() {
        for text in ["none", "P90D", "P12M", "P1Y", "P12M/month", "P12M/quarter", "P6M/half", "P2Y/year"] {
            assert_eq!(text.parse::<Expiry>().map(|policy| policy.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("P12M/day".parse::<Expiry>(), "P12M".parse());
        for text in ["", "P", "PM", "P0M", "P-1M", "P+1M", "12M", "P1W", "P1M2D", "P12M/", "P12M/week", "P101Y", "Pé", "P99999999999D"] {
            assert_eq!(text.parse::<Expiry>(), Err(NotAPolicy), "{text}");
        }
    }
}
