//! The ladder, one's own place on it, and how administrators change it.

use chrono::{DateTime, Utc};
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};
use serde_json::json;

use super::{
    jobs::MEMBERS_A_BATCH,
    ladder::{self, Move, Tier},
    requalify,
    rules::{self, Refusal, TierCause, TierLevel},
    store,
};
use crate::{
    domain::{ApiTag, TierId},
    identity::{
        Admin, Handle, Moderator, Myself, Visitor,
        audit::{self, AuditEntry},
    },
    kit::{
        Conn, Kit, Problem,
        etag::{self, Edited, Tagged},
        json_text::JsonText,
        pagination::{self, Page},
        problem::Fields,
        text::Text,
    },
    loyalty::ledger,
};

/// Moves that a member is shown.
const HISTORY_MOST: usize = 20;

/// Operations on tiers: read the ladder, one's own tier and its history, and change the ladder.
pub struct TierApi {
    pub kit: Kit,
}

/// A step of the ladder.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct TierView {
    tier_id: TierId,
    /// Position; 0 is where everybody begins.
    rank: i16,
    name: String,
    /// Qualifying points within 12 months that reach it.
    threshold: i64,
    /// What it is good for.
    benefits: String,
    /// Members who have it now; for administrators, and above the ground only.
    members: Option<i64>,
    version: i32,
}

/// Where I stand.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct MyTier {
    rank: i16,
    name: String,
    benefits: String,
    /// Points of the last 12 months that count; spending does not lower them.
    qualifying_points: i64,
    reached_at: Option<DateTime<Utc>>,
    /// Held at least until then; absent for the tier that everybody has.
    valid_until: Option<DateTime<Utc>>,
    /// Absent at the top.
    next: Option<NextTier>,
    /// The last 20 moves, newest first.
    history: Vec<MoveView>,
}

#[derive(Object)]
struct NextTier {
    rank: i16,
    name: String,
    threshold: i64,
    /// Qualifying points that are missing.
    missing: i64,
}

#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct MoveView {
    from_rank: i16,
    /// Absent when the tier exists no longer.
    from_name: Option<String>,
    to_rank: i16,
    /// Absent when the tier exists no longer.
    to_name: Option<String>,
    qualifying_points: i64,
    reason: TierCause,
    changed_at: DateTime<Utc>,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct CreateTier {
    /// Position, 1 or more; higher ranks need more points.
    rank: i16,
    name: Text,
    threshold: i64,
    benefits: Option<Text>,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct EditTier {
    name: Option<Text>,
    threshold: Option<i64>,
    benefits: Option<Text>,
}

#[derive(ApiResponse)]
enum CreateAnswer {
    /// Created, and everybody who has reached it is in it.
    #[oai(status = 201)]
    Created(JsonText<TierView>, #[oai(header = "ETag")] String),
}

#[derive(ApiResponse)]
enum DeleteAnswer {
    /// Gone; its members are where their points put them.
    #[oai(status = 204)]
    Gone,
}

/// Who would move.
#[derive(Object)]
struct TierPreview {
    moves: Vec<MovesView>,
}

#[derive(Object)]
struct MovesView {
    from_rank: i16,
    to_rank: i16,
    members: u64,
    /// False for those who keep their tier until its time ends.
    at_once: bool,
}

#[OpenApi(tag = "ApiTag::Loyalty")]
impl TierApi {
    /// List tiers
    ///
    /// The whole ladder, lowest first.
    #[oai(path = "/tiers", method = "get", operation_id = "list_tiers")]
    async fn list_tiers(&self, _visitor: Visitor) -> Result<Json<Page<TierView>>, Problem> {
        let mut conn = self.kit.db.read().await?;
        Ok(Json(whole(ladder::list(&mut conn).await?.into_iter().map(view).collect())))
    }

    /// Get my tier
    #[oai(path = "/me/tier", method = "get", operation_id = "get_my_tier")]
    async fn get_my_tier(&self, myself: Myself) -> Result<Json<MyTier>, Problem> {
        let member_id = myself.0.member_id;
        let mut conn = self.kit.db.read().await?;
        let tiers = ladder::list(&mut conn).await?;
        let window_start = rules::window_start(self.kit.clock.now());
        let placements = store::find_placements(&mut conn, &[member_id], window_start).await?;
        let status = placements.into_iter().next().ok_or_else(|| Problem::not_found("member"))?.status;
        let latest = pagination::Request { seek: None, limit: HISTORY_MOST };
        let mut history = ladder::list_history(&mut conn, member_id, &latest).await?;
        history.truncate(HISTORY_MOST);
        let mine = tiers.iter().rfind(|tier| tier.rank <= status.rank);
        let next = tiers.iter().find(|tier| tier.rank > status.rank).map(|tier| NextTier {
            rank: tier.rank,
            name: tier.name.clone(),
            threshold: tier.threshold,
            missing: tier.threshold.saturating_sub(status.qualifying).max(0),
        });
        Ok(Json(MyTier {
            rank: status.rank,
            name: mine.map(|tier| tier.name.clone()).unwrap_or_default(),
            benefits: mine.map(|tier| tier.benefits.clone()).unwrap_or_default(),
            qualifying_points: status.qualifying,
            reached_at: status.reached_at,
            valid_until: status.valid_until,
            next,
            history: history.into_iter().map(move_view).collect(),
        }))
    }

    /// List a member's moves on the ladder
    ///
    /// Newest first.
    #[oai(
        path = "/admin/members/:handle/tier-history",
        method = "get",
        operation_id = "list_member_tier_history",
        tag = "ApiTag::Administration"
    )]
    async fn list_member_tier_history(
        &self,
        _staff: Moderator,
        handle: Path<Handle>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<MoveView>>, Problem> {
        let mut conn = self.kit.db.read().await?;
        let member_id = handle.0.find(&mut conn).await?;
        let list = format!("tier history of {member_id}");
        let request = self.kit.cursors.request(&list, cursor.0.as_deref(), limit.0)?;
        let rows = ladder::list_history(&mut conn, member_id, &request).await?;
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| (row.changed_at, row.id), move_view)))
    }

    /// List tiers with their members
    #[oai(path = "/admin/tiers", method = "get", operation_id = "list_all_tiers", tag = "ApiTag::Administration")]
    async fn list_all_tiers(&self, _admin: Admin) -> Result<Json<Page<TierView>>, Problem> {
        let mut conn = self.kit.db.read().await?;
        let counts = ladder::count_members(&mut conn).await?;
        let members = |rank| (rank > 0).then(|| counts.iter().find(|count| count.rank == rank).map_or(0, |count| count.members));
        let tiers = ladder::list(&mut conn).await?;
        Ok(Json(whole(tiers.into_iter().map(|tier| TierView { members: members(tier.rank), ..view(tier) }).collect())))
    }

    /// Create a tier
    ///
    /// Members who have reached it move at once.
    #[oai(path = "/admin/tiers", method = "post", operation_id = "create_tier", tag = "ApiTag::Administration")]
    async fn create_tier(&self, admin: Admin, body: Json<CreateTier>) -> Result<CreateAnswer, Problem> {
        let Json(CreateTier { rank, name, threshold, benefits }) = body;
        let now = self.kit.clock.now();
        let benefits = benefits.map(|text| text.0).unwrap_or_default();
        let mut new = Tier { id: TierId::new(), rank, name: name.0, threshold, benefits, created_at: now, version: 1 };
        let mut fields = Fields::default();
        fields.range("/rank", rank.into(), 1..=i16::MAX.into());
        check(&mut fields, &mut new);
        fields.done()?;

        let mut tx = self.kit.db.begin().await?;
        let tiers = ladder::lock(&mut tx).await?;
        if tiers.len() >= rules::TIERS_MAX {
            return Err(Refusal::TooMany.into());
        }
        if tiers.iter().any(|tier| tier.rank == rank) {
            return Err(Refusal::RankTaken.into());
        }
        check_beside(&tiers, &new)?;
        ladder::insert(&mut tx, &new).await?;
        let detail = json!({ "rank": rank, "name": new.name, "threshold": threshold });
        audit::record(&mut tx, AuditEntry::new(Some(admin.0.member_id), "create_tier", ("tier", new.id.0), "", detail, now)).await?;
        tx.commit().await?;
        self.recompute(now).await?;
        let Tagged { body, etag } = Tagged::of_version(1, &view(new));
        Ok(CreateAnswer::Created(body, etag))
    }

    /// Edit a tier
    ///
    /// Members who have reached it now move at once; those who no longer do keep it until its time ends.
    #[oai(path = "/admin/tiers/:tier_id", method = "patch", operation_id = "edit_tier", tag = "ApiTag::Administration")]
    async fn edit_tier(
        &self,
        admin: Admin,
        tier_id: Path<TierId>,
        /// Edit only this version.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: Json<EditTier>,
    ) -> Result<Edited<TierView>, Problem> {
        let Json(EditTier { name, threshold, benefits }) = body;
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let tiers = ladder::lock(&mut tx).await?;
        let old = tiers.iter().find(|tier| tier.id == tier_id.0).ok_or_else(|| Problem::not_found("tier"))?;
        etag::guard(if_match.0.as_deref(), old.version)?;
        let mut new = Tier {
            name: name.map_or_else(|| old.name.clone(), |name| name.0),
            threshold: threshold.unwrap_or(old.threshold),
            benefits: benefits.map_or_else(|| old.benefits.clone(), |text| text.0),
            version: old.version + 1,
            ..old.clone()
        };
        if old.rank == 0 && new.threshold != 0 {
            return Err(Refusal::Ground.into());
        }
        let mut fields = Fields::default();
        check(&mut fields, &mut new);
        fields.done()?;
        let others: Vec<Tier> = tiers.iter().filter(|tier| tier.id != new.id).cloned().collect();
        check_beside(&others, &new)?;
        ladder::update(&mut tx, &new).await?;
        let detail = json!({ "name": new.name, "threshold": [old.threshold, new.threshold] });
        audit::record(&mut tx, AuditEntry::new(Some(admin.0.member_id), "edit_tier", ("tier", new.id.0), "", detail, now)).await?;
        tx.commit().await?;
        self.recompute(now).await?;
        Ok(Tagged::of_version(new.version, &view(new)).edited())
    }

    /// Delete a tier
    #[oai(path = "/admin/tiers/:tier_id", method = "delete", operation_id = "delete_tier", tag = "ApiTag::Administration")]
    async fn delete_tier(
        &self,
        admin: Admin,
        tier_id: Path<TierId>,
        /// Delete only this version.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
    ) -> Result<DeleteAnswer, Problem> {
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let tiers = ladder::lock(&mut tx).await?;
        let old = tiers.iter().find(|tier| tier.id == tier_id.0).ok_or_else(|| Problem::not_found("tier"))?;
        etag::guard(if_match.0.as_deref(), old.version)?;
        if old.rank == 0 {
            return Err(Refusal::Ground.into());
        }
        ladder::delete(&mut tx, old.id).await?;
        let detail = json!({ "rank": old.rank, "name": old.name, "threshold": old.threshold });
        audit::record(&mut tx, AuditEntry::new(Some(admin.0.member_id), "delete_tier", ("tier", old.id.0), "", detail, now)).await?;
        tx.commit().await?;
        self.recompute(now).await?;
        Ok(DeleteAnswer::Gone)
    }

    /// Preview a ladder
    ///
    /// Who would move if the ladder had a tier of `rank` at `threshold` (a new one, or the one of that rank changed), or
    /// were without the tier of rank `without`.
    #[oai(path = "/admin/tiers/preview", method = "get", operation_id = "preview_tiers", tag = "ApiTag::Administration")]
    async fn preview_tiers(
        &self,
        _admin: Admin,
        /// With `threshold`: the tier to add or change.
        rank: Query<Option<i16>>,
        /// With `rank`.
        threshold: Query<Option<i64>>,
        /// The rank of a tier to leave out.
        without: Query<Option<i16>>,
    ) -> Result<Json<TierPreview>, Problem> {
        let mut tx = self.kit.db.begin().await?;
        let mut ladder = store::find_ladder(&mut tx).await?;
        ladder.retain(|step| step.rank == 0 || (Some(step.rank) != without.0 && Some(step.rank) != rank.0));
        if let (Some(rank), Some(threshold)) = (rank.0, threshold.0) {
            ladder.retain(|step| step.rank != rank);
            ladder.push(TierLevel { rank, threshold });
            let mut fields = Fields::default();
            rules::check_ladder(&mut fields, &mut ladder);
            fields.done()?;
        }
        let movers = store::find_movers(&mut tx, &ladder, rules::window_start(self.kit.clock.now())).await?;
        let moves = movers.into_iter().map(|mover| MovesView {
            from_rank: mover.from_rank,
            to_rank: mover.to_rank,
            members: mover.members.len() as u64,
            at_once: mover.at_once,
        });
        Ok(Json(TierPreview { moves: moves.collect() }))
    }
}

impl TierApi {
    /// Moves everybody whom the ladder as it is now moves at once, some members a transaction. Should it be interrupted,
    /// the rest move with their next points.
    async fn recompute(&self, now: DateTime<Utc>) -> Result<(), Problem> {
        let movers = {
            let mut tx = self.kit.db.begin().await?;
            let ladder = store::find_ladder(&mut tx).await?;
            store::find_movers(&mut tx, &ladder, rules::window_start(now)).await?
        };
        for mover in movers.into_iter().filter(|mover| mover.at_once) {
            for members in mover.members.chunks(MEMBERS_A_BATCH as usize) {
                let mut tx = self.kit.db.begin().await?;
                move_some(&mut tx, members, now).await?;
                tx.commit().await?;
                self.kit.outbox.wake();
            }
        }
        Ok(())
    }
}

async fn move_some(conn: &mut Conn, members: &[crate::domain::MemberId], now: DateTime<Utc>) -> Result<(), Problem> {
    ledger::queue_for_several(conn).await?;
    store::lock_wallets(conn, members).await?;
    requalify(conn, members, TierCause::LadderChanged, now).await?;
    Ok(())
}

fn check(fields: &mut Fields, tier: &mut Tier) {
    fields.chars("/name", &tier.name, rules::NAME_CHARS);
    tier.name = tier.name.trim().to_owned();
    fields.chars("/benefits", &tier.benefits, 0..=rules::BENEFITS_CHARS_MAX);
    fields.range("/threshold", tier.threshold, if tier.rank == 0 { 0..=0 } else { 1..=i64::MAX });
}

/// Wants a tier that fits in beside the others.
fn check_beside(others: &[Tier], new: &Tier) -> Result<(), Problem> {
    if others.iter().any(|tier| tier.name == new.name) {
        return Err(Refusal::NameTaken.into());
    }
    let steps = others.iter().chain([new]).map(|tier| TierLevel { rank: tier.rank, threshold: tier.threshold });
    let mut fields = Fields::default();
    rules::check_ladder(&mut fields, &mut steps.collect::<Vec<_>>());
    fields.done()
}

fn whole(items: Vec<TierView>) -> Page<TierView> {
    Page { items, next_cursor: None, prev_cursor: None }
}

fn view(tier: Tier) -> TierView {
    TierView {
        tier_id: tier.id,
        rank: tier.rank,
        name: tier.name,
        threshold: tier.threshold,
        benefits: tier.benefits,
        members: None,
        version: tier.version,
    }
}

fn move_view(change: Move) -> MoveView {
    MoveView {
        from_rank: change.from_rank,
        from_name: change.from_name,
        to_rank: change.to_rank,
        to_name: change.to_name,
        qualifying_points: change.qualifying_points,
        reason: change.reason,
        changed_at: change.changed_at,
    }
}
