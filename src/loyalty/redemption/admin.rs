//! The counter: issuing, fulfilling and refunding redemptions.

use poem::{http::StatusCode, web::Accept};
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
    types::ToJSON,
};
use serde_json::json;

use super::{
    api::{Reason, RedemptionView},
    moves::{self, Wanted},
    rules::{RedemptionState, Step},
    store::{self, Filter},
};
use crate::{
    app::Tag,
    begin,
    identity::{
        Moderator, ModeratorOrPartner,
        caller::RedemptionsWrite,
        member::{Handle, find_wanted},
    },
    kit::{
        Conn, Kit, Problem,
        idempotency::Answer,
        listing::{self, Asked, Listed},
    },
    loyalty::clerk::Clerk,
    words::{RedemptionId, RewardId},
};

pub struct RedemptionAdminApi {
    pub kit: Kit,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct IssueRedemption {
    /// Take only so many of the held points, and give back the rest; all by default.
    points: Option<i64>,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct Nothing {}

#[OpenApi(tag = "Tag::Administration")]
impl RedemptionAdminApi {
    /// List redemptions
    ///
    /// Of all members, newest first.
    #[oai(path = "/admin/redemptions", method = "get", operation_id = "list_redemptions")]
    #[allow(clippy::too_many_arguments)]
    async fn list_redemptions(
        &self,
        _moderator: Moderator,
        state: Query<Option<RedemptionState>>,
        reward: Query<Option<RewardId>>,
        /// A member's handle; 404 when nobody has it.
        member: Query<Option<Handle>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<Listed<RedemptionView>, Problem> {
        let member_id = find_wanted(&self.kit, member.0).await?;
        let filter = Filter { member_id, state: state.0, reward_id: reward.0 };
        let shown = filter.clone();
        let fetch = move |kit: Kit, request| {
            let filter = filter.clone();
            async move { Ok(store::list(&mut *kit.db.read().await?, &filter, &request).await?) }
        };
        let asked = Asked { cursor: cursor.0, limit: limit.0, accept };
        listing::answer(&self.kit, "list_redemptions", shown, asked, fetch, |row| ((), row.id.0), RedemptionView::from).await
    }

    /// Issue a held redemption
    ///
    /// Spends the held points, or a part of them and gives back the rest. Too late once the hold is over.
    #[oai(path = "/redemptions/:redemption_id/issue", method = "post", operation_id = "issue_redemption")]
    async fn issue_redemption(
        &self,
        caller: ModeratorOrPartner<RedemptionsWrite>,
        redemption_id: Path<RedemptionId>,
        #[oai(name = "Idempotency-Key")] key: Header<String>,
        body: Json<IssueRedemption>,
    ) -> Result<Answer<RedemptionView, 200>, Problem> {
        let clerk = Clerk::from(caller.0);
        let wanted = Wanted { step: Step::Issue, by_clerk: true, points: body.0.points, reason: "" };
        self.act(clerk, "issue_redemption", redemption_id.0, key, &body.0, wanted).await
    }

    /// Fulfil a redemption
    ///
    /// It was sent, used or done. A held one is issued first.
    #[oai(path = "/redemptions/:redemption_id/fulfil", method = "post", operation_id = "fulfil_redemption")]
    async fn fulfil_redemption(
        &self,
        caller: ModeratorOrPartner<RedemptionsWrite>,
        redemption_id: Path<RedemptionId>,
        #[oai(name = "Idempotency-Key")] key: Header<String>,
        body: Json<Nothing>,
    ) -> Result<Answer<RedemptionView, 200>, Problem> {
        let clerk = Clerk::from(caller.0);
        let wanted = Wanted { step: Step::Fulfil, by_clerk: true, points: None, reason: "" };
        self.act(clerk, "fulfil_redemption", redemption_id.0, key, &body.0, wanted).await
    }

    /// Refund a redemption
    ///
    /// Gives all its points back, where the reward is refundable. What was taken from the stock stays taken.
    #[oai(path = "/redemptions/:redemption_id/refund", method = "post", operation_id = "refund_redemption")]
    async fn refund_redemption(
        &self,
        moderator: Moderator,
        redemption_id: Path<RedemptionId>,
        #[oai(name = "Idempotency-Key")] key: Header<String>,
        body: Json<Reason>,
    ) -> Result<Answer<RedemptionView, 200>, Problem> {
        let reason = body.0.checked()?;
        let wanted = Wanted { step: Step::Refund, by_clerk: true, points: None, reason: &reason };
        self.act(Clerk::staff(&moderator.0), "refund_redemption", redemption_id.0, key, &body.0, wanted).await
    }
}

impl RedemptionAdminApi {
    async fn act(
        &self,
        clerk: Clerk,
        operation: &'static str,
        id: RedemptionId,
        key: Header<String>,
        body: &impl ToJSON,
        wanted: Wanted<'_>,
    ) -> Result<Answer<RedemptionView, 200>, Problem> {
        let request = format!("{id} {}", body.to_json_string());
        let mut attempt = begin!(self.kit.attempt(clerk.caller.clone(), operation, &key.0, &request));
        let outcome = self.take_step(&mut attempt, &clerk, operation, id, wanted).await;
        let answer = attempt.finish(StatusCode::OK, outcome).await?;
        self.kit.outbox.ring();
        Ok(answer)
    }

    async fn take_step(
        &self,
        conn: &mut Conn,
        clerk: &Clerk,
        action: &str,
        id: RedemptionId,
        wanted: Wanted<'_>,
    ) -> Result<RedemptionView, Problem> {
        let now = self.kit.clock.now();
        let ours = |partner| clerk.partner_id.is_none_or(|own| own == partner);
        let row = store::find(conn, id).await?.filter(|row| row.partner_id.is_none_or(ours));
        let row = row.ok_or_else(|| Problem::not_found("redemption"))?;
        if clerk.member_id == Some(row.member_id) {
            return Err(Problem::forbidden("Somebody else has to do this for you."));
        }
        let reason = wanted.reason.to_owned();
        let moved = moves::step(conn, &row, wanted, now).await?;
        let detail = json!({ "from": row.state, "to": moved.state, "points": moved.points });
        clerk.sign(conn, action, ("redemption", id.0), &reason, detail, now).await?;
        Ok(moved.into())
    }
}
