//! What there are several of on the page of one customer, each as it is read and shown.

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_types};
use poem_openapi::Object;

use crate::domain::{GroupRole, MembershipState, PartnerId, SanctionId};

/// What the member bought in one currency.
#[derive(Object, QueryableByName)]
pub struct Spend {
    /// ISO 4217.
    #[diesel(sql_type = sql_types::Text)]
    currency: String,
    #[diesel(sql_type = sql_types::BigInt)]
    orders: i64,
    /// After discounts and returns, in minor units.
    #[diesel(sql_type = sql_types::BigInt)]
    net_minor: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    returns: i64,
}

/// A member's redemptions in one state.
#[derive(Object, QueryableByName)]
pub struct RedemptionsOfState {
    /// As in list_redemptions.
    #[diesel(sql_type = sql_types::Text)]
    state: String,
    #[diesel(sql_type = sql_types::BigInt)]
    redemptions: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    points: i64,
}

/// Whom a member referred, in one state.
#[derive(Object, QueryableByName)]
pub struct ReferralsOfState {
    /// As in list_referrals.
    #[diesel(sql_type = sql_types::Text)]
    state: String,
    #[diesel(sql_type = sql_types::BigInt)]
    referrals: i64,
}

/// A group that a member is in, asked to be in or is invited to.
#[derive(Object, QueryableByName)]
pub struct GroupOfCustomer {
    #[diesel(sql_type = sql_types::Text)]
    slug: String,
    #[diesel(sql_type = sql_types::Text)]
    name: String,
    #[diesel(sql_type = sql_types::Bool)]
    private: bool,
    #[diesel(sql_type = sql_types::Text)]
    role: GroupRole,
    #[diesel(sql_type = sql_types::Text)]
    state: MembershipState,
    #[diesel(sql_type = sql_types::Timestamptz)]
    since: DateTime<Utc>,
}

/// What a partner calls a member.
#[derive(Object, QueryableByName)]
pub struct ExternalId {
    #[diesel(sql_type = sql_types::Uuid)]
    partner_id: PartnerId,
    /// The partner's name.
    #[diesel(sql_type = sql_types::Text)]
    partner: String,
    #[diesel(sql_type = sql_types::Text)]
    external_id: String,
    #[diesel(sql_type = sql_types::Timestamptz)]
    linked_at: DateTime<Utc>,
}

/// A silence or suspension that a member is under.
#[derive(Object, QueryableByName)]
#[oai(skip_serializing_if_is_none)]
pub struct ActiveSanction {
    #[diesel(sql_type = sql_types::Uuid)]
    id: SanctionId,
    /// `silence` or `suspension`.
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::Text)]
    reason: String,
    #[diesel(sql_type = sql_types::Timestamptz)]
    starts_at: DateTime<Utc>,
    /// Absent for what holds for good.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    ends_at: Option<DateTime<Utc>>,
}
