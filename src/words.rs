//! Words that several features must both say.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use diesel::{
    deserialize::{FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    serialize::{Output, ToSql},
};
use poem_openapi::{Enum, NewType, Tags};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Declares ids that cannot be mistaken for each other: UUIDs of version 7, made in Rust.
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(NewType, AsExpression, FromSqlRow, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        pub struct $name(pub Uuid);

        impl $name {
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
        impl ToSql<diesel::sql_types::Uuid, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
                <Uuid as ToSql<diesel::sql_types::Uuid, Pg>>::to_sql(&self.0, out)
            }
        }
        impl FromSql<diesel::sql_types::Uuid, Pg> for $name {
            fn from_sql(bytes: PgValue<'_>) -> diesel::deserialize::Result<Self> {
                <Uuid as FromSql<diesel::sql_types::Uuid, Pg>>::from_sql(bytes).map(Self)
            }
        }
    )+ };
}

ids!(
    MemberId,
    SessionId,
    PartnerId,
    ApiKeyId,
    GroupId,
    PostId,
    CommentId,
    VoteId,
    TagId,
    ReviewItemId,
    FlagId,
    SanctionId,
    TransactionId,
    LotId,
    RuleId,
    RuleVersionId,
    PurchaseId,
    ReturnId,
    TierId,
    RewardId,
    RedemptionId,
    ReferralId,
    LeaderboardId,
    MergeId,
);

/// Declares an enum that is a word in JSON, in PostgreSQL (`text`) and in Rust.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$case_meta:meta])* $case:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            poem_openapi::Enum, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow, serde::Serialize, serde::Deserialize,
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$case_meta])* #[oai(rename = $word)] #[serde(rename = $word)] $case),+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$(Self::$case),+];
            pub fn word(self) -> &'static str {
                match self { $(Self::$case => $word),+ }
            }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text { $($word => Ok(Self::$case),)+ _ => Err(format!("`{text}` is none of: {}", [$($word),+].join(", "))) }
            }
        }
        impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg>>::to_sql(self.word(), out)
            }
        }
        impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(std::str::from_utf8(bytes.as_bytes())?.parse()?)
            }
        }
    };
}

words! {
    /// What a member may do to others' things. Later ones may do all that earlier ones may.
    pub enum Role {
        Member = "member",
        Moderator = "moderator",
        Administrator = "administrator",
    }
}

words! {
    /// A post is a question or an answer.
    pub enum PostKind {
        Question = "question",
        Answer = "answer",
    }
}

words! {
    /// Whether a post is there for everybody.
    pub enum PostState {
        Published = "published",
        /// By review, until it is decided or for good.
        Hidden = "hidden",
        Deleted = "deleted",
    }
}

words! {
    /// How one gets into a group.
    pub enum GroupKind {
        Open = "open",
        OnRequest = "on_request",
        InviteOnly = "invite_only",
    }
}

words! {
    /// What a member may do within a group. Later ones may do all that earlier ones may.
    pub enum GroupRole {
        Member = "member",
        Moderator = "moderator",
        Owner = "owner",
    }
}

words! {
    /// Where somebody stands with a group. Only the active are in it.
    pub enum MembershipState {
        Active = "active",
        Requested = "requested",
        Invited = "invited",
        Banned = "banned",
    }
}

words! {
    /// What a leaderboard counts.
    pub enum Metric {
        Points = "points",
        Reputation = "reputation",
        AcceptedAnswers = "accepted_answers",
    }
}

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
    pub const EVERY: [Period; 5] = [Self::All, Self::Year, Self::Month, Self::Week, Self::Day];

    pub fn word(self) -> &'static str {
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

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    pub fn parse(code: &str) -> Option<Self> {
        iso_currency::Currency::from_code(code).map(Self)
    }
    pub fn code(self) -> &'static str {
        self.0.code()
    }
    /// Minor units in one unit: 100 for euro cents, 1 for yen.
    pub fn minor_per_unit(self) -> i64 {
        10_i64.pow(self.0.exponent().unwrap_or(0).into())
    }
}

/// The tags by which the API's description groups its operations.
#[derive(Tags)]
pub enum ApiTag {
    /// Accounts, sessions, members and API keys.
    Identity,
    /// User groups and notifications.
    Community,
    /// Questions, answers, comments, votes, tags and search.
    Forum,
    /// Flags, reviews and sanctions.
    Moderation,
    /// Points, purchases, tiers, rewards, referrals and leaderboards.
    Loyalty,
    /// The programme's terms, and what staff do.
    Administration,
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

    #[test]
    fn currencies_are_those_of_iso_4217() {
        for (code, minor) in [("EUR", Some(100)), ("JPY", Some(1)), ("KWD", Some(1000)), ("XYZ", None), ("eur", None), ("", None)] {
            assert_eq!(Currency::parse(code).map(Currency::minor_per_unit), minor, "{code}");
        }
    }
}
