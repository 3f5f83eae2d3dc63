//! A member as administrators see it, read and shown alike.

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_types};
use poem_openapi::Object;
use uuid::Uuid;

use super::rules::MemberSort;
use crate::domain::{MemberId, Role};

/// Where a row stands in a list: the number that it is ordered by, and its handle in lower case.
pub type MemberPosition = (i64, String);

/// A member with what only administrators see.
#[derive(Object, QueryableByName)]
#[oai(skip_serializing_if_is_none)]
pub struct MemberForAdmin {
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: MemberId,
    #[diesel(sql_type = sql_types::Text)]
    pub handle: String,
    #[diesel(sql_type = sql_types::Text)]
    pub display_name: String,
    /// Absent for a member without an account.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub email: Option<String>,
    #[diesel(sql_type = sql_types::Text)]
    pub role: Role,
    /// Trust level, 0 to 4.
    #[diesel(sql_type = sql_types::Int2)]
    pub trust: i16,
    #[diesel(sql_type = sql_types::Bool)]
    pub on_leaderboards: bool,
    /// When the member joined.
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub since: DateTime<Utc>,
    /// At least 1.
    #[diesel(sql_type = sql_types::Int4)]
    pub reputation: i32,
    /// Points that can be spent.
    #[diesel(sql_type = sql_types::BigInt)]
    pub points: i64,
    /// The tier's position; 0 is where everybody begins.
    #[diesel(sql_type = sql_types::Int2)]
    pub tier_rank: i16,
    /// When one of the member's sessions was last renewed; absent when there is none.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    pub last_seen_at: Option<DateTime<Utc>>,
    /// The handle of the member whom this one was merged into; absent when it was not.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub merged_into: Option<String>,
}

impl MemberForAdmin {
    /// The member's place in a list of this order.
    pub fn position(&self, sort: MemberSort) -> (MemberPosition, Uuid) {
        let number = match sort {
            MemberSort::Newest | MemberSort::Handle => 0,
            MemberSort::Points => self.points,
            MemberSort::Reputation => self.reputation.into(),
            MemberSort::LastSeen => self.last_seen_at.map_or(0, |at| at.timestamp_micros()),
        };
        ((number, self.handle.to_ascii_lowercase()), self.id.0)
    }
}
