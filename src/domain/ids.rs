//! Identifiers.

use diesel::{
    deserialize::{FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    serialize::{Output, ToSql},
};
use poem_openapi::NewType;
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
            /// A new id, later than those that this process made before.
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
