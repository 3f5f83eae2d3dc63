//! One's own referrals, and everybody's for staff.

use chrono::{DateTime, Utc};
use poem::web::Accept;
use poem_openapi::{Object, OpenApi, param::Query, payload::Json};

use super::{
    rules::{self, ReferralReason, ReferralState},
    store::{self, ListedRow},
};
use crate::{
    domain::{ApiTag, MemberId, ReferralId},
    identity::{
        Moderator, Myself,
        handle::{Handle, find_wanted},
    },
    kit::{
        Kit, Problem,
        csv_list::{self, ListRequest, PageOrCsv},
    },
};

/// Codes that somebody else has are drawn again.
const DRAWS_MAX: usize = 5;

/// Operations on referrals: read one's own code and referrals, and list everybody's.
pub struct ReferralApi {
    pub kit: Kit,
}

/// How many of one's referrals stand where.
#[derive(Object, Default)]
struct ReferralCounts {
    pending: i64,
    qualified: i64,
    rewarded: i64,
    rejected: i64,
    reversed: i64,
}

/// Somebody whom one brought.
#[derive(Object)]
struct MyReferee {
    handle: String,
    state: ReferralState,
    since: DateTime<Utc>,
}

/// A member's code and what came of it.
#[derive(Object)]
struct MyReferral {
    /// To be given at registration.
    code: String,
    /// The code as a link, relative to this site.
    link: String,
    counts: ReferralCounts,
    /// The newest, 20 at most.
    referees: Vec<MyReferee>,
}

/// A referral as staff see it.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ReferralView {
    id: ReferralId,
    /// Handle of the member whose code it was.
    advocate: String,
    /// Handle of the member who brought it.
    referee: String,
    state: ReferralState,
    /// Why it was rejected or reversed.
    reason: Option<ReferralReason>,
    created_at: DateTime<Utc>,
    /// When the return window of the order that qualified ends.
    matures_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
}

impl From<ListedRow> for ReferralView {
    fn from(row: ListedRow) -> Self {
        let ListedRow { id, advocate, referee, state, reason, created_at, matures_at, resolved_at } = row;
        Self { id, advocate, referee, state, reason: reason.parse().ok(), created_at, matures_at, resolved_at }
    }
}

#[OpenApi]
impl ReferralApi {
    /// Get the caller's referral code
    ///
    /// With what came of it. Both sides earn when somebody who registered with it buys for as much as the
    /// settings say (`referral_min_minor`) and keeps it.
    #[oai(path = "/me/referral", method = "get", operation_id = "get_my_referral", tag = "ApiTag::Loyalty")]
    async fn get_my_referral(&self, myself: Myself) -> Result<Json<MyReferral>, Problem> {
        let member_id = myself.0.member_id;
        let code = self.code_of(member_id).await?;
        let request = self.kit.cursors.request::<()>("get_my_referral", None, None)?;
        let mut conn = self.kit.db.read().await?;
        let mut counts = ReferralCounts::default();
        for (state, count) in store::count_by_state(&mut conn, member_id).await? {
            match state {
                ReferralState::Pending => counts.pending = count,
                ReferralState::Qualified => counts.qualified = count,
                ReferralState::Rewarded => counts.rewarded = count,
                ReferralState::Rejected => counts.rejected = count,
                ReferralState::Reversed => counts.reversed = count,
            }
        }
        let mut rows = store::list(&mut conn, Some(member_id), None, &request).await?;
        rows.truncate(request.limit);
        let referees = rows.into_iter().map(|row| MyReferee { handle: row.referee, state: row.state, since: row.created_at }).collect();
        Ok(Json(MyReferral { link: format!("/?ref={code}"), code, counts, referees }))
    }

    /// List referrals
    ///
    /// Of all members, newest first.
    #[oai(path = "/admin/referrals", method = "get", operation_id = "list_referrals", tag = "ApiTag::Administration")]
    async fn list_referrals(
        &self,
        _moderator: Moderator,
        state: Query<Option<ReferralState>>,
        /// The handle of who brought them; 404 when nobody has it.
        advocate: Query<Option<Handle>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<ReferralView>, Problem> {
        let filter = (find_wanted(&self.kit, advocate.0).await?, state.0);
        let fetch =
            move |kit: Kit, request| async move { Ok(store::list(&mut *kit.db.read().await?, filter.0, filter.1, &request).await?) };
        let asked = ListRequest { cursor: cursor.0, limit: limit.0, accept };
        csv_list::answer(&self.kit, "list_referrals", filter, asked, fetch, |row| ((), row.id.0), ReferralView::from).await
    }
}

impl ReferralApi {
    /// The member's code, made when it is first asked for.
    async fn code_of(&self, member: MemberId) -> Result<String, Problem> {
        let mut conn = self.kit.db.read().await?;
        if let Some(code) = store::find_code(&mut conn, member).await? {
            return Ok(code);
        }
        for _ in 0..DRAWS_MAX {
            let fresh = rules::code_of(rand::random());
            if let Some(code) = store::code_of(&mut conn, member, &fresh, self.kit.clock.now()).await? {
                return Ok(code);
            }
        }
        Err(Problem::unavailable())
    }
}
