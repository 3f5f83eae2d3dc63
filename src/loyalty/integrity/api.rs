//! Asking whether the books add up.

use chrono::{DateTime, Utc};
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use super::store::{self, Ended};
use crate::{
    domain::ApiTag,
    identity::Admin,
    kit::{
        Conn, Kit, Problem,
        verify::{Finding, Outcome},
    },
};

/// Operations on checks of integrity: ask for one, and read the latest.
pub struct IntegrityApi {
    pub kit: Kit,
    /// How many invariants there are.
    pub total: usize,
}

/// What the latest check found, and how far the next one is.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct Integrity {
    /// Whether every invariant held. Absent before the first check has ended, as is what follows.
    sound: Option<bool>,
    findings: Vec<Finding>,
    /// What the company owed: available, pending and reserved points of all members.
    liability_points: Option<i64>,
    /// When that check ended.
    checked_at: Option<DateTime<Utc>>,
    /// The check that waits or runs, if any.
    running: Option<Running>,
}

#[derive(Object)]
struct Running {
    requested_at: DateTime<Utc>,
    /// Invariants that have been checked; 0 while it waits.
    checked: i32,
    total: i32,
}

#[derive(ApiResponse)]
enum Requested {
    /// The check will begin within seconds.
    #[oai(status = 202)]
    Accepted(Json<Integrity>),
}

#[OpenApi(tag = "ApiTag::Administration")]
impl IntegrityApi {
    /// Read the ledger's integrity
    ///
    /// What the latest check of every invariant found: that balances are what was booked, and that posts, boards, groups
    /// and reputation count what is there. A check is started by `start_integrity_check`.
    #[oai(path = "/admin/ledger/integrity", method = "get", operation_id = "check_ledger_integrity")]
    async fn check_ledger_integrity(&self, _admin: Admin) -> Result<Json<Integrity>, Problem> {
        Ok(Json(read(&mut *self.kit.db.read().await?).await?))
    }

    /// Check the ledger's integrity
    ///
    /// Has every invariant checked in one snapshot, in the background. While a check waits or runs, asking again changes
    /// nothing.
    #[oai(path = "/admin/ledger/integrity", method = "post", operation_id = "start_integrity_check")]
    async fn start_integrity_check(&self, admin: Admin) -> Result<Requested, Problem> {
        let mut conn = self.kit.db.read().await?;
        store::request(&mut conn, admin.0.member_id, self.total as i32, self.kit.clock.now()).await?;
        Ok(Requested::Accepted(Json(read(&mut conn).await?)))
    }
}

async fn read(conn: &mut Conn) -> Result<Integrity, Problem> {
    let running = store::find_running(conn).await?;
    let running = running.map(|store::Running { requested_at, checked, total }| Running { requested_at, checked, total });
    let Some(Ended { at, findings, liability_points }) = store::find_ended(conn).await? else {
        return Ok(Integrity { sound: None, findings: vec![], liability_points: None, checked_at: None, running });
    };
    let findings: Vec<Finding> = findings.map(serde_json::from_value).transpose().map_err(Problem::internal)?.unwrap_or_default();
    let sound = findings.iter().all(|finding| finding.outcome == Outcome::Holds);
    Ok(Integrity { sound: Some(sound), findings, liability_points, checked_at: at, running })
}
