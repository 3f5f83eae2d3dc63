//! A member as everybody sees it, and as administrators do.

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_types};
use poem_openapi::Object;
use uuid::Uuid;

use super::rules::MemberSort;
use crate::domain::{GroupRole, MemberId, Role};

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

/// What everybody sees of a member.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Profile {
    pub id: MemberId,
    pub handle: String,
    pub display_name: String,
    pub bio: String,
    pub role: Role,
    /// At least 1.
    pub reputation: i32,
    /// False for a member whom an import or a partner brought, and who has not registered yet.
    pub claimed: bool,
    /// The handle of the member whom this one was merged into; absent when it was not.
    pub merged_into: Option<String>,
    /// When the member joined.
    pub since: DateTime<Utc>,
    /// Questions that the caller may see.
    pub questions: i64,
    /// Answers that the caller may see.
    pub answers: i64,
    /// Of these answers, those that an asker accepted.
    pub accepted_answers: i64,
    /// The groups in which the caller may see them, the largest first, at most 100.
    pub groups: Vec<GroupOfMember>,
}

/// A group that somebody is in.
#[derive(Object)]
pub struct GroupOfMember {
    pub slug: String,
    pub name: String,
    /// The member's role in it.
    pub role: GroupRole,
}
