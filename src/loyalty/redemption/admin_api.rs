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
    api::{Reason, RedeemedReward, RedemptionView},
    rules::{self, RedemptionState},
    store::{self, Filter, RedemptionRow},
    transitions::Transition,
    workflow::{self, TransitionRequest},
};
use crate::{
    begin,
    domain::{ApiTag, RedemptionId, RewardId},
    identity::{
        Moderator, ModeratorOrPartner,
        auth::{RedemptionsWrite, Scope, missing_scope},
        handle::{Handle, find_wanted},
    },
    kit::{
        Conn, Kit, Problem,
        csv_list::{self, ListRequest, PageOrCsv},
        idempotency::Answer,
        problem::Fields,
        text::Text,
    },
    loyalty::{
        operator::Operator,
        reward::rules::{CODE_CHARS, tidy_code},
    },
};

/// Operations on redemptions for staff and partners: list, issue, fulfil (also by the code that is shown) and refund
/// them.
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

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct PresentCode {
    /// What the holder shows, in whichever case; 1 to 100 characters.
    code: Text,
}

/// What was fulfilled, without a word of whose it was.
#[derive(Object)]
struct PresentedRedemption {
    id: RedemptionId,
    reward: RedeemedReward,
    points: i64,
    state: RedemptionState,
}

#[OpenApi(tag = "ApiTag::Administration")]
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
    ) -> Result<PageOrCsv<RedemptionView>, Problem> {
        let member_id = find_wanted(&self.kit, member.0).await?;
        let filter = Filter { member_id, state: state.0, reward_id: reward.0 };
        let shown = filter.clone();
        let fetch = move |kit: Kit, request| {
            let filter = filter.clone();
            async move { Ok(store::list(&mut *kit.db.read().await?, &filter, &request).await?) }
        };
        let asked = ListRequest { cursor: cursor.0, limit: limit.0, accept };
        csv_list::answer(&self.kit, "list_redemptions", shown, asked, fetch, |row| ((), row.id.0), RedemptionView::from).await
    }

    /// Issue a held redemption
    ///
    /// Spends the held points, or a part of them and gives back the rest. Too late once the hold is over. Partners issue what
    /// their own keys redeemed, and with the scope redemptions:write_any all.
    #[oai(path = "/redemptions/:redemption_id/issue", method = "post", operation_id = "issue_redemption")]
    async fn issue_redemption(
        &self,
        caller: ModeratorOrPartner<RedemptionsWrite>,
        redemption_id: Path<RedemptionId>,
        #[oai(name = "Idempotency-Key")] key: Header<String>,
        body: Json<IssueRedemption>,
    ) -> Result<Answer<RedemptionView, 200>, Problem> {
        let operator = Operator::from(caller.0);
        let wanted = TransitionRequest { step: Transition::Issue, by_operator: true, points: body.0.points, reason: "" };
        self.act(operator, "issue_redemption", redemption_id.0, key, &body.0, wanted).await
    }

    /// Fulfil a redemption
    ///
    /// It was sent, used or done. A held one is issued first. Partners fulfil what their own keys redeemed, with the scope
    /// redemptions:write_any all, and what is used at their counter by its code: fulfil_presented_redemption.
    #[oai(path = "/redemptions/:redemption_id/fulfil", method = "post", operation_id = "fulfil_redemption")]
    async fn fulfil_redemption(
        &self,
        caller: ModeratorOrPartner<RedemptionsWrite>,
        redemption_id: Path<RedemptionId>,
        #[oai(name = "Idempotency-Key")] key: Header<String>,
        body: Json<Nothing>,
    ) -> Result<Answer<RedemptionView, 200>, Problem> {
        let operator = Operator::from(caller.0);
        let wanted = TransitionRequest { step: Transition::Fulfil, by_operator: true, points: None, reason: "" };
        self.act(operator, "fulfil_redemption", redemption_id.0, key, &body.0, wanted).await
    }

    /// Fulfil the redemption whose code is presented
    ///
    /// Whoever has the code has the reward: a partner fulfils it so, whoever redeemed it, and is told what it is of, not
    /// whose.
    #[oai(path = "/redemptions/fulfil", method = "post", operation_id = "fulfil_presented_redemption")]
    async fn fulfil_presented_redemption(
        &self,
        caller: ModeratorOrPartner<RedemptionsWrite>,
        /// Makes the request safe to send again.
        #[oai(name = "Idempotency-Key")]
        key: Header<String>,
        body: Json<PresentCode>,
    ) -> Result<Answer<PresentedRedemption, 200>, Problem> {
        let operator = Operator::from(caller.0);
        let code = tidy_code(&body.0.code);
        let mut fields = Fields::default();
        fields.chars_kept("/code", &body.0.code, &code, CODE_CHARS);
        fields.done()?;
        let mut attempt = begin!(self.kit.attempt(operator.caller.clone(), "fulfil_presented_redemption", &key.0, &body.0));
        let outcome = self.fulfil_presented(&mut attempt, &operator, &code).await;
        let answer = attempt.finish(StatusCode::OK, outcome).await?;
        self.kit.outbox.wake();
        Ok(answer)
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
        let wanted = TransitionRequest { step: Transition::Refund, by_operator: true, points: None, reason: &reason };
        self.act(Operator::staff(&moderator.0), "refund_redemption", redemption_id.0, key, &body.0, wanted).await
    }
}

impl RedemptionAdminApi {
    async fn act(
        &self,
        operator: Operator,
        operation: &'static str,
        id: RedemptionId,
        key: Header<String>,
        body: &impl ToJSON,
        wanted: TransitionRequest<'_>,
    ) -> Result<Answer<RedemptionView, 200>, Problem> {
        let request = format!("{id} {}", body.to_json_string());
        let mut attempt = begin!(self.kit.attempt(operator.caller.clone(), operation, &key.0, &request));
        let outcome = self.take_transition(&mut attempt, &operator, operation, id, wanted).await;
        let answer = attempt.finish(StatusCode::OK, outcome).await?;
        self.kit.outbox.wake();
        Ok(answer)
    }

    async fn take_transition(
        &self,
        conn: &mut Conn,
        operator: &Operator,
        action: &str,
        id: RedemptionId,
        wanted: TransitionRequest<'_>,
    ) -> Result<RedemptionView, Problem> {
        let row = store::find(conn, id).await?.ok_or_else(|| Problem::not_found("redemption"))?;
        let reach = rules::reach_of(operator, row.partner_id);
        if !reach.reads {
            return Err(Problem::not_found("redemption"));
        }
        if !reach.acts {
            return Err(missing_scope(Scope::RedemptionsWriteAny));
        }
        // Answers are kept, for all keys of a partner: what not each of them may read is not in them.
        let address = operator.owns(row.partner_id);
        let moved = self.step(conn, operator, action, row, wanted).await?;
        Ok(RedemptionView::of(moved, address))
    }

    async fn fulfil_presented(&self, conn: &mut Conn, operator: &Operator, code: &str) -> Result<PresentedRedemption, Problem> {
        let row = store::find_presented(conn, code).await?.ok_or_else(|| Problem::not_found("code"))?;
        let wanted = TransitionRequest { step: Transition::Fulfil, by_operator: true, points: None, reason: "" };
        let moved = self.step(conn, operator, "fulfil_redemption", row, wanted).await?;
        Ok(PresentedRedemption { id: moved.id, reward: RedeemedReward::from(&moved), points: moved.points, state: moved.state })
    }

    async fn step(
        &self,
        conn: &mut Conn,
        operator: &Operator,
        action: &str,
        row: RedemptionRow,
        wanted: TransitionRequest<'_>,
    ) -> Result<RedemptionRow, Problem> {
        let now = self.kit.clock.now();
        if operator.member_id == Some(row.member_id) {
            return Err(Problem::forbidden("Somebody else has to do this for you."));
        }
        let reason = wanted.reason.to_owned();
        let moved = workflow::apply(conn, &row, wanted, now).await?;
        let detail = json!({ "from": row.state, "to": moved.state, "points": moved.points });
        operator.sign(conn, action, ("redemption", row.id.0), &reason, detail, now).await?;
        Ok(moved)
    }
}
