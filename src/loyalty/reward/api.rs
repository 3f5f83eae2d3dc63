//! What everybody sees of the catalogue.

use chrono::{DateTime, Utc};
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};

use super::{
    rules::{self, LimitPeriod, RewardKind},
    store::{self, MemberMeans, RewardRow},
};
use crate::{
    domain::{ApiTag, RewardId},
    identity::{Actor, Visitor},
    kit::{
        Conn, Kit, Problem,
        etag::{Conditional, Tagged},
        pagination::Page,
    },
};

/// Operations on rewards: list and read them.
pub struct RewardApi {
    pub kit: Kit,
}

/// Something that points buy.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RewardView {
    id: RewardId,
    name: String,
    description: String,
    kind: RewardKind,
    price_points: i64,
    /// Percent for a percentage coupon; minor units of `currency` for coupons, gift cards and donations of an amount.
    face_value: Option<i64>,
    /// ISO 4217.
    currency: Option<String>,
    /// The rank of the lowest tier that can have it; 0 for everybody.
    tier_rank_min: i16,
    available_from: Option<DateTime<Utc>>,
    /// It cannot be had from this instant on.
    available_until: Option<DateTime<Utc>>,
    /// How many one member can have in each `per_member_period`; absent without a limit.
    per_member_max: Option<i32>,
    per_member_period: LimitPeriod,
    /// A person has to approve each one; until then the points are held.
    needs_approval: bool,
    refundable: bool,
    /// How many are left; absent without a limit.
    stock_left: Option<i32>,
    /// Whether the caller has the points. Absent for visitors.
    affordable: Option<bool>,
    /// Whether the caller's tier is high enough. Absent for visitors.
    tier_reached: Option<bool>,
}

/// A reward, and whether a member with these means can have it. None: nobody is signed in.
pub fn view(row: RewardRow, means: Option<MemberMeans>) -> RewardView {
    RewardView {
        affordable: means.map(|means| means.available >= row.price_points),
        tier_reached: means.map(|means| means.tier_rank >= row.tier_rank_min),
        id: row.id,
        name: row.name,
        description: row.description,
        kind: row.kind,
        price_points: row.price_points,
        face_value: row.face_value,
        currency: row.currency,
        tier_rank_min: row.tier_rank_min,
        available_from: row.available_from,
        available_until: row.available_until,
        per_member_max: row.per_member_max,
        per_member_period: row.per_member_period,
        needs_approval: row.needs_approval,
        refundable: row.refundable,
        stock_left: row.stock_left,
    }
}

/// Whether everybody may know of it now.
pub fn is_on_offer(row: &RewardRow, now: DateTime<Utc>) -> bool {
    row.archived_at.is_none() && rules::is_open(row.available_from, row.available_until, now)
}

async fn means_of(conn: &mut Conn, caller: Option<&Actor>) -> Result<Option<MemberMeans>, Problem> {
    match caller {
        Some(actor) => Ok(Some(store::means(conn, actor.member_id).await?)),
        None => Ok(None),
    }
}

#[OpenApi(tag = "ApiTag::Loyalty")]
impl RewardApi {
    /// List rewards
    ///
    /// Those on offer now, cheapest first.
    #[oai(path = "/rewards", method = "get", operation_id = "list_rewards")]
    async fn list_rewards(
        &self,
        visitor: Visitor,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<RewardView>>, Problem> {
        const LIST: &str = "list_rewards";
        let request = self.kit.cursors.request::<i64>(LIST, cursor.0.as_deref(), limit.0)?;
        let mut conn = self.kit.db.read().await?;
        let means = means_of(&mut conn, visitor.0.as_ref()).await?;
        let rows = store::list(&mut conn, Some(self.kit.clock.now()), None, &request).await?;
        Ok(Json(self.kit.cursors.page(LIST, &request, rows, |row| (row.price_points, row.id.0), |row| view(row, means))))
    }

    /// Get a reward
    #[oai(path = "/rewards/:reward_id", method = "get", operation_id = "get_reward")]
    async fn get_reward(
        &self,
        visitor: Visitor,
        reward_id: Path<RewardId>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Conditional<RewardView>, Problem> {
        let mut conn = self.kit.db.read().await?;
        let now = self.kit.clock.now();
        let row = store::find(&mut conn, reward_id.0).await?;
        let row = row.filter(|row| is_on_offer(row, now)).ok_or_else(|| Problem::not_found("reward"))?;
        let (version, means) = (row.version, means_of(&mut conn, visitor.0.as_ref()).await?);
        Ok(Tagged::of_view(version, &view(row, means)).read(if_none_match.0.as_deref()))
    }
}
