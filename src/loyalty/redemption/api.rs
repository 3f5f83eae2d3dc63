//! Redeeming points, by members and by partners' systems for them.

use chrono::{DateTime, Utc};
use poem::http::StatusCode;
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
    types::ToJSON,
};
use serde_json::json;

use super::{
    rules::{self, Reach, RedemptionState},
    store::{self, Filter, RedemptionRow},
    transitions::Transition,
    workflow::{self, RedeemRequest, TransitionRequest},
};
use crate::{
    begin,
    domain::{ApiTag, MemberId, RedemptionId, RewardId},
    identity::{
        Actor, MemberOrPartner, Myself, PartnerActor,
        auth::{RedemptionsWrite, Scope, missing_scope},
    },
    kit::{
        Conn, Kit, Problem,
        etag::{Conditional, Tagged},
        idempotency::Answer,
        pagination::Page,
        problem::Fields,
        text::{Text, tidy},
    },
    loyalty::{operator::Operator, reward::rules::RewardKind},
};

/// Operations on redemptions: redeem for oneself or a partner's customer, list, read and cancel them.
pub struct RedemptionApi {
    pub kit: Kit,
}

/// What a redemption is of.
#[derive(Object)]
pub struct RedeemedReward {
    id: RewardId,
    name: String,
    kind: RewardKind,
    /// Whether staff may give the points back once it is issued.
    refundable: bool,
}

impl From<&RedemptionRow> for RedeemedReward {
    fn from(row: &RedemptionRow) -> Self {
        Self { id: row.reward_id, name: row.reward_name.clone(), kind: row.reward_kind, refundable: row.refundable }
    }
}

/// Points for a reward.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RedemptionView {
    id: RedemptionId,
    reward: RedeemedReward,
    member_id: MemberId,
    handle: String,
    points: i64,
    state: RedemptionState,
    /// Until when a held one holds.
    held_until: Option<DateTime<Utc>>,
    /// What the holder shows, while it is issued or fulfilled.
    code: Option<String>,
    /// Where it is sent to. Partners see it of what their own key redeemed; of others when they read it with a key that has
    /// the scope members:pii.
    ship_to: Option<String>,
    /// Why it ended, where somebody said so.
    reason: String,
    created_at: DateTime<Utc>,
    /// When it was fulfilled, or ended otherwise.
    resolved_at: Option<DateTime<Utc>>,
}

impl RedemptionView {
    /// The redemption, with the address that it is sent to only where `address` is true.
    pub fn of(row: RedemptionRow, address: bool) -> Self {
        let view = Self::from(row);
        Self { ship_to: view.ship_to.filter(|_| address), ..view }
    }
}

impl From<RedemptionRow> for RedemptionView {
    fn from(row: RedemptionRow) -> Self {
        Self {
            id: row.id,
            reward: RedeemedReward::from(&row),
            member_id: row.member_id,
            handle: row.handle,
            points: row.points,
            state: row.state,
            held_until: row.held_until,
            code: row.code.filter(|_| row.state.shows_code()),
            ship_to: row.ship_to,
            reason: row.reason,
            created_at: row.created_at,
            resolved_at: row.resolved_at,
        }
    }
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct RedeemReward {
    reward_id: RewardId,
    /// Where to send it, for rewards that are sent.
    ship_to: Option<Text>,
    /// For partners: their own id of the member.
    member_external_id: Option<Text>,
    /// For partners: hold the points for 15 minutes, until issue_redemption or cancel_redemption.
    #[oai(default)]
    hold: bool,
}

impl RedeemReward {
    fn check(&self, caller: &Viewer) -> Result<(), Problem> {
        let mut fields = Fields::default();
        if let Some(address) = &self.ship_to {
            fields.chars("/ship_to", address, rules::SHIP_TO_CHARS);
        }
        match (caller, &self.member_external_id) {
            (Viewer::Member(_), Some(_)) => fields.refuse("/member_external_id", "Members redeem for themselves."),
            (Viewer::Partner(_), None) => fields.refuse("/member_external_id", "Say for whom, by your own id of the member."),
            _ => {}
        }
        if self.hold && matches!(caller, Viewer::Member(_)) {
            fields.refuse("/hold", "Only partners hold.");
        }
        fields.done()
    }
}

/// Why a redemption is ended.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct Reason {
    /// Why; at most 500 characters.
    reason: Option<Text>,
}

impl Reason {
    /// The reason, tidied and perhaps empty; 422 where it is too long.
    pub fn checked(&self) -> Result<String, Problem> {
        let reason = self.reason.as_deref().unwrap_or_default();
        let mut fields = Fields::default();
        fields.chars("/reason", reason, 0..=rules::REASON_CHARS_MAX);
        fields.done()?;
        Ok(reason.trim().to_owned())
    }
}

/// Whose redemptions a caller may touch.
enum Viewer {
    Member(Actor),
    Partner(PartnerActor),
}

impl Viewer {
    fn of(who: MemberOrPartner<RedemptionsWrite>) -> Self {
        match who {
            MemberOrPartner::Member(actor) => Self::Member(actor),
            MemberOrPartner::Partner(partner, _) => Self::Partner(partner),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Member(actor) => actor.caller(),
            Self::Partner(partner) => partner.caller(),
        }
    }

    /// The programme's own hand, where it is that.
    fn operator(&self) -> Option<Operator> {
        match self {
            Self::Member(actor) => actor.is_staff().then(|| Operator::staff(actor)),
            Self::Partner(partner) => Some(Operator::partner(partner)),
        }
    }

    fn owns(&self, row: &RedemptionRow) -> bool {
        matches!(self, Self::Member(actor) if actor.member_id == row.member_id)
    }

    /// Members reach their own, staff all, and a partner what it made, or as far as its key is granted.
    fn reach(&self, row: &RedemptionRow) -> Reach {
        match self {
            Self::Member(actor) => {
                let reaches = actor.is_staff() || actor.member_id == row.member_id;
                Reach { reads: reaches, acts: reaches, address: reaches }
            }
            Self::Partner(partner) => rules::reach_of(&Operator::partner(partner), row.partner_id),
        }
    }
}

#[OpenApi(tag = "ApiTag::Loyalty")]
impl RedemptionApi {
    /// Redeem points for a reward
    ///
    /// Issued at once, unless somebody has to approve it (then its points are held for 7 days) or a partner's cart holds
    /// it for 15 minutes.
    #[oai(path = "/redemptions", method = "post", operation_id = "redeem_reward")]
    async fn redeem_reward(
        &self,
        caller: MemberOrPartner<RedemptionsWrite>,
        #[oai(name = "Idempotency-Key")] key: Header<String>,
        body: Json<RedeemReward>,
    ) -> Result<Answer<RedemptionView>, Problem> {
        let caller = Viewer::of(caller);
        body.0.check(&caller)?;
        let mut attempt = begin!(self.kit.attempt(caller.name(), "redeem_reward", &key.0, &body.0));
        let outcome = self.redeem(&mut attempt, &caller, body.0).await;
        self.finished(attempt.finish(StatusCode::CREATED, outcome).await)
    }

    /// List the caller's redemptions
    ///
    /// Newest first.
    #[oai(path = "/me/redemptions", method = "get", operation_id = "list_my_redemptions")]
    async fn list_my_redemptions(
        &self,
        myself: Myself,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<RedemptionView>>, Problem> {
        let filter = Filter { member_id: Some(myself.0.member_id), ..Filter::default() };
        let list = format!("list_my_redemptions?{}", myself.0.member_id);
        let request = self.kit.cursors.request::<()>(&list, cursor.0.as_deref(), limit.0)?;
        let mut conn = self.kit.db.read().await?;
        let rows = store::list(&mut conn, &filter, &request).await?;
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| ((), row.id.0), RedemptionView::from)))
    }

    /// Get a redemption
    ///
    /// One's own; staff see all. Partners see what their own keys redeemed, and with the scope redemptions:read_any all.
    #[oai(path = "/redemptions/:redemption_id", method = "get", operation_id = "get_redemption")]
    async fn get_redemption(
        &self,
        caller: MemberOrPartner<RedemptionsWrite>,
        redemption_id: Path<RedemptionId>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Conditional<RedemptionView>, Problem> {
        let caller = Viewer::of(caller);
        let mut conn = self.kit.db.read().await?;
        let (row, reach) = visible(&mut conn, &caller, redemption_id.0).await?;
        let version = row.version;
        Ok(Tagged::of_view(version, &RedemptionView::of(row, reach.address)).read(if_none_match.0.as_deref()))
    }

    /// Cancel a redemption
    ///
    /// Gives back everything it took. Members can while it is held; staff and partners also once it is issued, when they
    /// have made sure that it was not used. Partners cancel what their own keys redeemed, and with the scope
    /// redemptions:write_any all.
    #[oai(path = "/redemptions/:redemption_id/cancel", method = "post", operation_id = "cancel_redemption")]
    async fn cancel_redemption(
        &self,
        caller: MemberOrPartner<RedemptionsWrite>,
        redemption_id: Path<RedemptionId>,
        #[oai(name = "Idempotency-Key")] key: Header<String>,
        body: Json<Reason>,
    ) -> Result<Answer<RedemptionView, 200>, Problem> {
        let caller = Viewer::of(caller);
        let reason = body.0.checked()?;
        let request = format!("{} {}", redemption_id.0, body.0.to_json_string());
        let mut attempt = begin!(self.kit.attempt(caller.name(), "cancel_redemption", &key.0, &request));
        let outcome = self.cancel(&mut attempt, &caller, redemption_id.0, &reason).await;
        self.finished(attempt.finish(StatusCode::OK, outcome).await)
    }
}

impl RedemptionApi {
    fn finished<const STATUS: u16>(
        &self,
        answer: Result<Answer<RedemptionView, STATUS>, Problem>,
    ) -> Result<Answer<RedemptionView, STATUS>, Problem> {
        if answer.is_ok() {
            self.kit.outbox.wake();
        }
        answer
    }

    async fn redeem(&self, conn: &mut Conn, caller: &Viewer, body: RedeemReward) -> Result<RedemptionView, Problem> {
        let ship_to = body.ship_to.as_deref().map(str::trim);
        let external_id = body.member_external_id.as_deref().map(tidy);
        let (member_id, partner_id) = match caller {
            Viewer::Member(actor) => (actor.member_id, None),
            Viewer::Partner(partner) => {
                let member = store::find_external(conn, partner.partner_id, external_id.as_deref().unwrap_or_default()).await?;
                (member.ok_or_else(|| Problem::not_found("member"))?, Some(partner.partner_id))
            }
        };
        let request = RedeemRequest { reward_id: body.reward_id, member_id, partner_id, in_cart: body.hold, ship_to };
        let redeemed = workflow::redeem(conn, &self.kit, request, self.kit.clock.now()).await?;
        // A merge may have been undone while the wallet was waited for; from here on, none is.
        if let (Some(partner_id), Some(external_id)) = (partner_id, &external_id)
            && store::find_external(conn, partner_id, external_id).await? != Some(redeemed.member_id)
        {
            return Err(Problem::unavailable());
        }
        Ok(redeemed.into())
    }

    async fn cancel(&self, conn: &mut Conn, caller: &Viewer, id: RedemptionId, reason: &str) -> Result<RedemptionView, Problem> {
        let now = self.kit.clock.now();
        let (row, reach) = visible(conn, caller, id).await?;
        if !reach.acts {
            return Err(missing_scope(Scope::RedemptionsWriteAny));
        }
        let address = caller.operator().is_none_or(|operator| operator.owns(row.partner_id));
        // Staff cancel their own as members do.
        let operator = caller.operator().filter(|_| !caller.owns(&row));
        let wanted = TransitionRequest { step: Transition::Cancel, by_operator: operator.is_some(), points: None, reason };
        let cancelled = workflow::apply(conn, &row, wanted, now).await?;
        if let Some(operator) = operator {
            let detail = json!({ "from": row.state });
            operator.sign(conn, "cancel_redemption", ("redemption", id.0), reason, detail, now).await?;
        }
        // Answers are kept, for all keys of a partner: what not each of them may read is not in them.
        Ok(RedemptionView::of(cancelled, address))
    }
}

async fn visible(conn: &mut Conn, caller: &Viewer, id: RedemptionId) -> Result<(RedemptionRow, Reach), Problem> {
    let found = store::find(conn, id).await?.map(|row| (caller.reach(&row), row)).filter(|(reach, _)| reach.reads);
    found.map(|(reach, row)| (row, reach)).ok_or_else(|| Problem::not_found("redemption"))
}
