//! A member's points, their statement, corrections by staff, and the book's own health.

use chrono::{DateTime, Utc};
use poem::{http::StatusCode, web::Accept};
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    rules::{Kind, POINTS_MAX, Source, Wallet},
    statement::{self, StatementRow},
    store,
};
use crate::{
    begin,
    domain::{ApiTag, MemberId, TransactionId},
    events::{self, Event},
    identity::{
        Admin, Handle, Moderator, Myself,
        audit::{self, AuditEntry},
    },
    kit::{
        Kit, Problem,
        csv_list::{self, ListRequest, PageOrCsv},
        idempotency::Answer,
        problem::Fields,
        text::Text,
        time::Time,
    },
};

/// Characters of a correction's reason.
pub const REASON_CHARS: std::ops::RangeInclusive<usize> = 3..=500;

/// Operations on points: read balances and statements, one's own or a member's, and correct them.
pub struct LedgerApi {
    pub kit: Kit,
}

/// A member's points.
#[derive(Object)]
struct PointsView {
    /// Can be spent now.
    available: i64,
    /// Earned, and available after a waiting time.
    pending: i64,
    /// Set aside for rewards that are not issued yet.
    reserved: i64,
    /// Debt from returns of what was spent already: 0 or less. The next points repay it.
    arrears: i64,
    /// When pending points become available, soonest first; 20 dates at most.
    becoming_available: Vec<DatedPoints>,
    /// When available points expire, soonest first; 20 dates at most.
    expiring: Vec<DatedPoints>,
}

#[derive(Object)]
struct DatedPoints {
    points: i64,
    at: DateTime<Utc>,
}

/// A line of a statement: one movement of points.
#[derive(Object)]
struct StatementLine {
    id: TransactionId,
    kind: Kind,
    /// The movement in a plain sentence.
    sentence: String,
    /// Added to the available points, or taken.
    available: i64,
    pending: i64,
    reserved: i64,
    arrears: i64,
    /// The available points after this movement.
    balance_after: i64,
    /// What the sentence adds after its colon: the order, the reward, the reason; empty where there is nothing to add.
    note: String,
    effective_at: DateTime<Utc>,
    /// The noun that caused it, such as `purchase`.
    source_type: String,
    source_id: String,
}

/// A correction of a member's points.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct AdjustPoints {
    /// The handle of whose points they are; 404 when nobody has it.
    handle: Handle,
    /// Added, or taken when negative; what is taken must be available.
    points: i64,
    /// Shown to the member, and kept in the audit log.
    reason: Text,
    /// When added points expire; never when absent.
    expires_at: Option<Time>,
}

#[derive(Object)]
struct Adjusted {
    transaction_id: TransactionId,
    available: i64,
    arrears: i64,
}

impl AdjustPoints {
    fn check(&self) -> Result<(), Problem> {
        let mut fields = Fields::default();
        fields.range("/points", self.points, -POINTS_MAX..=POINTS_MAX);
        if self.points == 0 {
            fields.refuse("/points", "An adjustment of 0 points changes nothing.");
        }
        fields.chars("/reason", &self.reason, REASON_CHARS);
        fields.done()
    }
}

#[OpenApi(tag = "ApiTag::Loyalty")]
impl LedgerApi {
    /// Get my points
    #[oai(path = "/me/points", method = "get", operation_id = "get_my_points")]
    async fn get_my_points(&self, myself: Myself) -> Result<Json<PointsView>, Problem> {
        self.points_of(myself.0.member_id).await
    }

    /// List my statement
    ///
    /// Every movement of my points, newest first.
    #[oai(path = "/me/points/statement", method = "get", operation_id = "list_my_statement")]
    async fn list_my_statement(
        &self,
        myself: Myself,
        /// From an earlier page.
        cursor: Query<Option<String>>,
        /// Lines a page, 1 to 100; 20 by default.
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<StatementLine>, Problem> {
        self.statement_of(myself.0.member_id, ListRequest { cursor: cursor.0, limit: limit.0, accept }).await
    }

    /// Get a member's points
    #[oai(path = "/admin/members/:handle/points", method = "get", operation_id = "get_member_points", tag = "ApiTag::Administration")]
    async fn get_member_points(&self, _staff: Moderator, handle: Path<Handle>) -> Result<Json<PointsView>, Problem> {
        let member = self.member(&handle.0).await?;
        self.points_of(member).await
    }

    /// List a member's statement
    #[oai(
        path = "/admin/members/:handle/points/statement",
        method = "get",
        operation_id = "list_member_statement",
        tag = "ApiTag::Administration"
    )]
    async fn list_member_statement(
        &self,
        _staff: Moderator,
        handle: Path<Handle>,
        /// From an earlier page.
        cursor: Query<Option<String>>,
        /// Lines a page, 1 to 100; 20 by default.
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<StatementLine>, Problem> {
        let member = self.member(&handle.0).await?;
        self.statement_of(member, ListRequest { cursor: cursor.0, limit: limit.0, accept }).await
    }

    /// Adjust a member's points
    ///
    /// A correction with a reason, as a ledger transaction of its own; nothing is overwritten. Not one's own points.
    #[oai(path = "/admin/adjustments", method = "post", operation_id = "adjust_points", tag = "ApiTag::Administration")]
    async fn adjust_points(
        &self,
        admin: Admin,
        #[oai(name = "Idempotency-Key")] key: Header<String>,
        body: Json<AdjustPoints>,
    ) -> Result<Answer<Adjusted>, Problem> {
        body.0.check()?;
        let mut attempt = begin!(self.kit.attempt(admin.0.caller(), "adjust_points", &key.0, &body.0));
        let outcome = self.adjust(&mut attempt, &admin, body.0).await;
        let answer = attempt.finish(StatusCode::CREATED, outcome).await?;
        self.kit.outbox.wake();
        Ok(answer)
    }
}

impl LedgerApi {
    async fn member(&self, handle: &Handle) -> Result<MemberId, Problem> {
        handle.find_itself(&mut *self.kit.db.read().await?).await
    }

    async fn points_of(&self, member: MemberId) -> Result<Json<PointsView>, Problem> {
        let mut conn = self.kit.db.read().await?;
        let Wallet { available, pending, reserved, arrears, .. } = store::find_wallet(&mut conn, member).await?;
        let dated = |days: Vec<statement::Dated>| days.into_iter().map(|day| DatedPoints { points: day.points, at: day.at }).collect();
        let becoming_available = dated(statement::find_pending_by_date(&mut conn, member).await?);
        let expiring = dated(statement::find_expiring_by_date(&mut conn, member).await?);
        Ok(Json(PointsView { available, pending, reserved, arrears, becoming_available, expiring }))
    }

    async fn statement_of(&self, member: MemberId, asked: ListRequest) -> Result<PageOrCsv<StatementLine>, Problem> {
        let fetch = move |kit: Kit, request| async move { Ok(statement::list(&mut *kit.db.read().await?, member, &request).await?) };
        csv_list::answer(&self.kit, "list_statement", member, asked, fetch, |line| (line.place(), line.id.0), view).await
    }

    async fn adjust(&self, conn: &mut crate::kit::Conn, admin: &Admin, body: AdjustPoints) -> Result<Adjusted, Problem> {
        let now = self.kit.clock.now();
        let expires_at = body.expires_at.map(DateTime::from);
        if expires_at.is_some_and(|at| at <= now) {
            return Err(Problem::invalid_field("/expires_at", "This time is past."));
        }
        if expires_at.is_some() && body.points < 0 {
            return Err(Problem::invalid_field("/expires_at", "Only points that are added expire."));
        }
        let member = body.handle.find(conn).await?;
        if member == admin.0.member_id {
            return Err(Problem::forbidden("Nobody adjusts their own points."));
        }
        let mut wallet = super::open_wallet(conn, member, now).await?;
        let member = wallet.member_id;
        let source = Source::new("adjustment", Uuid::now_v7());
        let transaction_id = super::adjust(conn, &mut wallet, body.points, source, expires_at, now, &body.reason).await?;
        let adjusted = Event::PointsAdjusted { member_id: member, transaction_id, points: body.points, reason: body.reason.to_string() };
        events::publish(conn, now, [adjusted]).await?;
        let detail = json!({ "points": body.points, "transaction_id": transaction_id });
        let entry = AuditEntry::new(Some(admin.0.member_id), "adjust_points", ("member", member.0), &body.reason, detail, now);
        audit::record(conn, entry).await?;
        Ok(Adjusted { transaction_id, available: wallet.available, arrears: wallet.arrears })
    }
}

fn view(line: StatementRow) -> StatementLine {
    StatementLine {
        sentence: line.sentence(),
        id: line.id,
        kind: line.kind,
        available: line.available,
        pending: line.pending,
        reserved: line.reserved,
        arrears: line.arrears,
        balance_after: line.balance_after,
        note: line.note,
        effective_at: line.effective_at,
        source_type: line.source_type,
        source_id: line.source_id,
    }
}
