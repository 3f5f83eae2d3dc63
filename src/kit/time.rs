//! Times of requests and files.

use chrono::{DateTime, Datelike, FixedOffset, Utc};
use poem_openapi::{
    NewType,
    types::{ParseError, ParseFromJSON, ParseResult},
};
use serde_json::Value;

/// RFC 3339 has years of four digits, PostgreSQL begins in 4713 BC, chrono ends in 262142: these are years for all of them.
pub const YEARS: std::ops::RangeInclusive<i32> = 1..=9_999;
/// What to send.
pub const WANTED: &str = "a time with its zone, such as 2026-11-30T12:00:00Z, in the years 1 to 9999";

// A time that is sent to us. (No doc comment: it would become a schema title.)
#[derive(NewType, Clone, Copy, Debug, PartialEq, Eq)]
#[oai(from_json = false, from_parameter = false, from_multipart = false, to_header = false)]
pub struct Time(pub DateTime<Utc>);

/// The one reading of times.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let at = text.parse::<DateTime<FixedOffset>>().ok()?.to_utc();
    YEARS.contains(&at.year()).then_some(at)
}

/// The time that a cursor's microseconds mean; beyond all times for those of no cursor.
pub fn of_micros(key_us: i64) -> DateTime<Utc> {
    const LATEST_S: i64 = 253_402_300_799;
    DateTime::from_timestamp_micros(key_us.min(LATEST_S * 1_000_000)).unwrap_or_default()
}

impl ParseFromJSON for Time {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value {
            Some(Value::String(text)) => parse(&text).map(Self).ok_or_else(|| ParseError::custom(format!("must be {WANTED}"))),
            value => Err(ParseError::expected_type(value.unwrap_or_default())),
        }
    }
}

impl From<Time> for DateTime<Utc> {
    fn from(time: Time) -> Self {
        time.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_lie_where_everybody_can_keep_them() {
        for (text, expected) in [
            ("2026-11-30T12:00:00Z", Some("2026-11-30T12:00:00+00:00")),
            ("2026-11-30T12:00:00.123456+02:00", Some("2026-11-30T10:00:00.123456+00:00")),
            ("0001-01-01T00:00:00Z", Some("0001-01-01T00:00:00+00:00")),
            ("9999-12-31T23:59:59Z", Some("9999-12-31T23:59:59+00:00")),
            ("0001-01-01T00:00:00+01:00", None),
            ("9999-12-31T23:59:59-01:00", None),
            ("0000-12-31T00:00:00Z", None),
            ("-4713-11-23T00:00:00Z", None),
            ("-262143-01-01T00:00:00Z", None),
            ("+10000-01-01T00:00:00Z", None),
            ("+262142-12-31T23:59:59-23:59", None),
            ("+262143-01-01T00:00:00Z", None),
            ("2026-11-30T12:00:00", None),
            ("2026-11-30", None),
            ("", None),
        ] {
            assert_eq!(parse(text).map(|at| at.to_rfc3339()).as_deref(), expected, "{text}");
        }
    }
}
