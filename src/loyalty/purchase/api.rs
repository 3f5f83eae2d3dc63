//! Reporting purchases and returns, and looking at them.

use chrono::{DateTime, Duration, Utc};
use poem::{http::StatusCode, web::Accept};
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
    types::ToJSON,
};
use serde_json::json;

use super::{
    NewPurchase, Recorded,
    line::LineRow,
    record, record_return,
    rules::{self, NewReturn, Refusal},
    store::{self, PurchaseRow},
};
use crate::{
    begin,
    domain::{ApiTag, MemberId, PartnerId, PurchaseId, ReturnId},
    events,
    identity::{Handle, MemberOrPartner, Moderator, Myself, Partner, PartnerActor, auth::PurchasesWrite, member},
    kit::{
        Conn, Kit, Problem,
        csv_list::{self, ListRequest, PageOrCsv},
        idempotency::Answer,
        problem::Fields,
        text::Text,
        time::Time,
    },
    loyalty::{
        earning::{
            order_form::{CLOCK_SKEW_S, LINES_MAX, LineForm, OrderForm, is_zero},
            rules::{Grant, NoPoints, Order},
            store as earning_store,
            terms::Trigger,
        },
        tier::{self, TierChange, rules::TierCause},
    },
};

/// Hexadecimal digits of an e-mail address's SHA-256.
pub const SHA256_HEX_CHARS: usize = 64;

/// Operations on purchases: report them and their returns, list and read them.
pub struct PurchaseApi {
    pub kit: Kit,
}

/// Whose purchase: by exactly one of these.
#[derive(Object, Clone, Debug)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
struct MemberRef {
    /// The partner's own name for the customer, 1 to 200 characters; space around it does not count. An unknown one
    /// becomes a member who has not registered yet.
    external_id: Option<Text>,
    /// SHA-256 of the lower-case e-mail address, in hexadecimal.
    email_sha256: Option<Text>,
}

/// A purchase. Amounts are in minor units of the currency: cents for EUR, yen for JPY.
#[derive(Object, Clone, Debug)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
struct RecordPurchase {
    member: MemberRef,
    /// The partner's number of the order, 1 to 200 characters; recorded once, unless all of it was returned. Space around it
    /// does not count.
    order_id: Text,
    purchased_at: Time,
    /// By ISO 4217.
    currency: Text,
    /// Where it was bought, such as `web` or `store`.
    channel: Option<Text>,
    /// 1 to 100 lines.
    lines: Vec<LineForm>,
    /// Off the whole order, spread over its lines; 0 by default.
    #[oai(default, skip_serializing_if = "is_zero")]
    order_discount_minor: i64,
    #[oai(default, skip_serializing_if = "is_zero")]
    shipping_minor: i64,
    /// On top of the lines' prices.
    #[oai(default, skip_serializing_if = "is_zero")]
    tax_minor: i64,
    /// Paid with a gift card.
    #[oai(default, skip_serializing_if = "is_zero")]
    gift_card_minor: i64,
    /// Paid with points.
    #[oai(default, skip_serializing_if = "is_zero")]
    points_paid_minor: i64,
}

impl RecordPurchase {
    /// With its names as they are kept.
    fn tidied(self) -> Self {
        let external_id = self.member.external_id.map(|id| id.tidied());
        Self { order_id: self.order_id.tidied(), member: MemberRef { external_id, ..self.member }, ..self }
    }

    /// Who bought what, when all of it can be accepted.
    fn checked(self, now: DateTime<Utc>) -> Result<(Who, String, Order), Problem> {
        let (member, order_id, order) = self.parts();
        let mut fields = Fields::default();
        rules::check_name(&mut fields, "/order_id", &order_id);
        let who = member.checked(&mut fields);
        let order = order.checked(&mut fields, "", Some(now));
        fields.done()?;
        let (Some(who), Some(order)) = (who, order) else { return Err(Problem::invalid_field("", "This cannot be read.")) };
        Ok((who, order_id.tidied().0, order))
    }

    fn parts(self) -> (MemberRef, Text, OrderForm) {
        let order = OrderForm {
            purchased_at: self.purchased_at.0,
            currency: self.currency,
            channel: self.channel,
            lines: self.lines,
            order_discount_minor: self.order_discount_minor,
            shipping_minor: self.shipping_minor,
            tax_minor: self.tax_minor,
            gift_card_minor: self.gift_card_minor,
            points_paid_minor: self.points_paid_minor,
        };
        (self.member, self.order_id, order)
    }
}

/// A purchase, its points, and why it earned them.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct PurchaseView {
    purchase_id: PurchaseId,
    partner_id: PartnerId,
    order_id: String,
    member_id: MemberId,
    purchased_at: DateTime<Utc>,
    currency: String,
    channel: Option<String>,
    lines: Vec<LineView>,
    order_discount_minor: i64,
    shipping_minor: i64,
    tax_minor: i64,
    gift_card_minor: i64,
    points_paid_minor: i64,
    /// Lines less discounts.
    net_minor: i64,
    /// Points granted.
    points: i64,
    /// Points before caps.
    points_requested: i64,
    /// The cap that granted less than requested.
    limited_by: Option<String>,
    /// Why the order earned nothing, where a reason is known.
    no_points_reason: Option<NoPoints>,
    /// Points taken back for returns.
    points_clawed: i64,
    /// When the last of it came back. It is none then, and its order may be reported again.
    returned_whole_at: Option<DateTime<Utc>>,
    /// When all of the points can be spent; absent when there are none.
    available_at: Option<DateTime<Utc>>,
    /// What each rule granted, and why.
    trace: Vec<Grant>,
    /// The tier that the member reached by this; in the answer to record_purchase only.
    tier_change: Option<TierChangeView>,
    recorded_at: DateTime<Utc>,
}

#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct LineView {
    /// Counts from 1.
    line: i16,
    sku: String,
    category: Option<String>,
    quantity: i64,
    unit_minor: i64,
    discount_minor: i64,
    /// After its own and its share of the order's discount.
    net_minor: i64,
    points: i64,
    returned_quantity: i64,
    points_clawed: i64,
}

#[derive(Object)]
struct TierChangeView {
    from_rank: i16,
    to_rank: i16,
}

#[derive(Object, Clone, Debug)]
#[oai(deny_unknown_fields)]
struct ReturnLineForm {
    /// Counts from 1.
    line: i16,
    quantity: i64,
}

/// A return.
#[derive(Object, Clone, Debug)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
struct RecordReturn {
    /// The partner's number of the return, 1 to 200 characters; recorded once for a purchase. Space around it does not count.
    return_id: Text,
    /// Now by default.
    returned_at: Option<Time>,
    lines: Vec<ReturnLineForm>,
}

impl RecordReturn {
    fn tidied(self) -> Self {
        Self { return_id: self.return_id.tidied(), ..self }
    }

    fn check(&self) -> Result<(), Problem> {
        let mut fields = Fields::default();
        rules::check_name(&mut fields, "/return_id", &self.return_id);
        if !(1..=LINES_MAX).contains(&self.lines.len()) {
            fields.refuse("/lines", format!("A return has 1 to {LINES_MAX} lines."));
        }
        fields.done()
    }
}

/// A return, and the points that it took back.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ReturnView {
    id: ReturnId,
    purchase_id: PurchaseId,
    return_id: String,
    returned_at: DateTime<Utc>,
    lines: Vec<ReturnLineView>,
    points_clawed: i64,
    /// Points that a cap had kept back, of this purchase or others, and that this return made room for.
    points_granted: i64,
    /// Whether nothing of the purchase is left.
    whole: bool,
    /// The tier that the member lost by this.
    tier_change: Option<TierChangeView>,
}

#[derive(Object)]
struct ReturnLineView {
    line: i16,
    quantity: i64,
    points_clawed: i64,
}

#[OpenApi(tag = "ApiTag::Loyalty")]
impl PurchaseApi {
    /// Record a purchase
    ///
    /// Grants its points at once, by the rules of its date; they can be spent from `available_at` on. An order that was
    /// returned whole may be reported again, and becomes another purchase with an id of its own; the first one stays what
    /// it was.
    #[oai(path = "/purchases", method = "post", operation_id = "record_purchase")]
    async fn record_purchase(
        &self,
        partner: Partner<PurchasesWrite>,
        #[oai(name = "Idempotency-Key")] key: Header<String>,
        body: Json<RecordPurchase>,
    ) -> Result<Answer<PurchaseView>, Problem> {
        let now = self.kit.clock.now();
        let order = body.0.clone().checked(now)?;
        let body = body.0.tidied();
        let mut attempt = begin!(self.kit.attempt(partner.0.caller(), "record_purchase", &key.0, &body));
        let outcome = self.record(&mut attempt, &partner.0, order, now).await;
        let answer = attempt.finish(StatusCode::CREATED, outcome).await?;
        self.kit.outbox.wake();
        Ok(answer)
    }

    /// Get a purchase
    ///
    /// For the partner that recorded it, the member, and staff.
    #[oai(path = "/purchases/:purchase_id", method = "get", operation_id = "get_purchase")]
    async fn get_purchase(
        &self,
        caller: MemberOrPartner<PurchasesWrite>,
        purchase_id: Path<PurchaseId>,
    ) -> Result<Json<PurchaseView>, Problem> {
        let mut conn = self.kit.db.read().await?;
        let purchase = store::find(&mut conn, purchase_id.0).await?.filter(|purchase| match &caller {
            MemberOrPartner::Member(actor) => actor.is_staff() || actor.member_id == purchase.member_id,
            MemberOrPartner::Partner(partner, _) => partner.partner_id == purchase.partner_id,
        });
        let purchase = purchase.ok_or_else(|| Problem::not_found("purchase"))?;
        let lines = store::find_lines(&mut conn, &[purchase.id]).await?;
        Ok(Json(view(purchase, lines)?))
    }

    /// List my purchases
    ///
    /// Latest first.
    #[oai(path = "/me/purchases", method = "get", operation_id = "list_my_purchases")]
    async fn list_my_purchases(
        &self,
        myself: Myself,
        /// From an earlier page.
        cursor: Query<Option<String>>,
        /// Purchases a page, 1 to 100; 20 by default.
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<PurchaseView>, Problem> {
        self.purchases_of(myself.0.member_id, ListRequest { cursor: cursor.0, limit: limit.0, accept }).await
    }

    /// List a member's purchases
    ///
    /// Latest first.
    #[oai(
        path = "/admin/members/:handle/purchases",
        method = "get",
        operation_id = "list_member_purchases",
        tag = "ApiTag::Administration"
    )]
    async fn list_member_purchases(
        &self,
        _staff: Moderator,
        handle: Path<Handle>,
        /// From an earlier page.
        cursor: Query<Option<String>>,
        /// Purchases a page, 1 to 100; 20 by default.
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<PurchaseView>, Problem> {
        let member = handle.0.find(&mut *self.kit.db.read().await?).await?;
        self.purchases_of(member, ListRequest { cursor: cursor.0, limit: limit.0, accept }).await
    }

    /// Record a return
    ///
    /// Takes back the points that the returned things had earned: from those that are pending, then from those that are
    /// not spent, then from others, and the rest becomes a debt that later points repay. What expired unused counts as
    /// taken back already. What a cap had kept back, and has room for now, is granted in the order of the purchases, to be
    /// spent from now on or after its waiting time. On leaderboards the points are missing in the period in which they had
    /// counted. A purchase that was returned whole was none: it fills no cap, and is nobody's first.
    #[oai(path = "/purchases/:purchase_id/returns", method = "post", operation_id = "record_return")]
    async fn record_return(
        &self,
        partner: Partner<PurchasesWrite>,
        purchase_id: Path<PurchaseId>,
        #[oai(name = "Idempotency-Key")] key: Header<String>,
        body: Json<RecordReturn>,
    ) -> Result<Answer<ReturnView>, Problem> {
        body.check()?;
        let body = body.0.tidied();
        let request = json!({ "purchase_id": purchase_id.0, "body": body.to_json() });
        let mut attempt = begin!(self.kit.attempt(partner.0.caller(), "record_return", &key.0, &request));
        let outcome = self.record_return_of(&mut attempt, &partner.0, purchase_id.0, body).await;
        let answer = attempt.finish(StatusCode::CREATED, outcome).await?;
        self.kit.outbox.wake();
        Ok(answer)
    }
}

impl PurchaseApi {
    async fn purchases_of(&self, member: MemberId, asked: ListRequest) -> Result<PageOrCsv<PurchaseView>, Problem> {
        let fetch = move |kit: Kit, request| async move {
            let mut conn = kit.db.read().await?;
            let purchases = store::list_of_member(&mut conn, member, &request).await?;
            let ids: Vec<PurchaseId> = purchases.iter().map(|purchase| purchase.id).collect();
            let lines = store::find_lines(&mut conn, &ids).await?;
            let views = purchases.into_iter().map(|purchase| {
                let mine = lines.iter().filter(|line| line.purchase_id == purchase.id).cloned().collect();
                view(purchase, mine)
            });
            views.collect::<Result<Vec<PurchaseView>, _>>()
        };
        let position = |view: &PurchaseView| (view.purchased_at, view.purchase_id.0);
        csv_list::answer(&self.kit, "list_purchases", member, asked, fetch, position, |view| view).await
    }

    async fn record(
        &self,
        conn: &mut Conn,
        partner: &PartnerActor,
        (who, order_id, order): (Who, String, Order),
        now: DateTime<Utc>,
    ) -> Result<PurchaseView, Problem> {
        let member_id = who.find(conn, partner.partner_id, now).await?;
        let rules = earning_store::find_valid(conn, Trigger::Purchase, order.purchased_at).await?;
        let new = NewPurchase { partner_id: partner.partner_id, member_id, order_id, order };
        let Recorded { purchase, lines, decision, events } = record(conn, self.kit.time_zone, &rules, new, now).await?;
        // A merge may have been undone while the wallet was waited for; from here on, none is.
        if who.find(conn, partner.partner_id, now).await? != purchase.member_id {
            return Err(Problem::unavailable());
        }
        events::publish_at(conn, &events).await?;
        let moved = if decision.qualifying > 0 { &[purchase.member_id][..] } else { &[] };
        let changes = tier::requalify(conn, moved, TierCause::Earned, now).await?;
        Ok(PurchaseView { tier_change: tier_change(changes), ..view(purchase, lines)? })
    }

    async fn record_return_of(
        &self,
        conn: &mut Conn,
        partner: &PartnerActor,
        purchase_id: PurchaseId,
        body: RecordReturn,
    ) -> Result<ReturnView, Problem> {
        let now = self.kit.clock.now();
        let purchase = store::find(conn, purchase_id).await?.filter(|purchase| purchase.partner_id == partner.partner_id);
        let purchase = purchase.ok_or_else(|| Problem::not_found("purchase"))?;
        let returned_at = body.returned_at.map_or(now, |at| at.0);
        if returned_at > now + Duration::seconds(CLOCK_SKEW_S) || returned_at < purchase.purchased_at {
            return Err(Problem::invalid_field("/returned_at", "This must lie between the purchase and now."));
        }
        let lines = body.lines.iter().map(|line| (line.line, line.quantity)).collect();
        let new = NewReturn { return_id: body.return_id.0.clone(), returned_at, lines };
        let recorded = record_return(conn, self.kit.time_zone, purchase_id, new, now).await?;
        events::publish_at(conn, &recorded.events).await?;
        let moved = if recorded.points_clawed + recorded.points_granted > 0 { &[recorded.member_id][..] } else { &[] };
        let changes = tier::requalify(conn, moved, TierCause::Returned, now).await?;
        let line =
            |line: &super::rules::Returned| ReturnLineView { line: line.line, quantity: line.quantity, points_clawed: line.points_clawed };
        Ok(ReturnView {
            id: recorded.id,
            purchase_id,
            return_id: body.return_id.0,
            returned_at,
            lines: recorded.lines.iter().map(line).collect(),
            points_clawed: recorded.points_clawed,
            points_granted: recorded.points_granted,
            whole: recorded.whole,
            tier_change: tier_change(changes),
        })
    }
}

enum Who {
    External(String),
    Email(Vec<u8>),
}

impl Who {
    /// Whose it is now. Whom the partner names for the first time is made.
    async fn find(&self, conn: &mut Conn, partner: PartnerId, now: DateTime<Utc>) -> Result<MemberId, Problem> {
        match self {
            Self::External(id) => Ok(member::find_or_create_external(conn, partner, id, now).await?),
            Self::Email(hash) => Ok(member::find_by_email_hash(conn, hash).await?.ok_or(Refusal::UnknownMember)?),
        }
    }
}

impl MemberRef {
    fn checked(self, fields: &mut Fields) -> Option<Who> {
        match (self.external_id, self.email_sha256) {
            (Some(id), None) => {
                rules::check_name(fields, "/member/external_id", &id);
                Some(Who::External(id.tidied().0))
            }
            (None, Some(hex)) => {
                let hash = from_hex(&hex);
                if hash.is_none() {
                    fields.refuse("/member/email_sha256", format!("This must be {SHA256_HEX_CHARS} hexadecimal digits."));
                }
                hash.map(Who::Email)
            }
            _ => {
                fields.refuse("/member", "Name the member by external_id or by email_sha256, and not by both.");
                None
            }
        }
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    (digits.len() == SHA256_HEX_CHARS).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

fn tier_change(changes: Vec<TierChange>) -> Option<TierChangeView> {
    changes.into_iter().next().map(|TierChange { from_rank, to_rank, .. }| TierChangeView { from_rank, to_rank })
}

fn view(purchase: PurchaseRow, lines: Vec<LineRow>) -> Result<PurchaseView, Problem> {
    let trace: Vec<Grant> = serde_json::from_value(purchase.trace).map_err(Problem::internal)?;
    let requested: i64 = trace.iter().map(|grant| grant.requested).sum();
    Ok(PurchaseView {
        purchase_id: purchase.id,
        partner_id: purchase.partner_id,
        order_id: purchase.order_id,
        member_id: purchase.member_id,
        purchased_at: purchase.purchased_at,
        currency: purchase.currency,
        channel: purchase.channel,
        order_discount_minor: purchase.order_discount_minor,
        shipping_minor: purchase.shipping_minor,
        tax_minor: purchase.tax_minor,
        gift_card_minor: purchase.gift_card_minor,
        points_paid_minor: purchase.points_paid_minor,
        net_minor: purchase.net_minor,
        points: purchase.points_granted,
        points_requested: requested,
        limited_by: trace.iter().find_map(|grant| grant.limited_by.clone()).filter(|_| purchase.points_granted < requested),
        no_points_reason: purchase.no_points_reason,
        points_clawed: lines.iter().map(|line| line.points_clawed).sum(),
        returned_whole_at: purchase.returned_whole_at,
        available_at: purchase.available_at,
        lines: lines.into_iter().map(line_view).collect(),
        trace,
        tier_change: None,
        recorded_at: purchase.recorded_at,
    })
}

fn line_view(line: LineRow) -> LineView {
    LineView {
        line: line.line,
        sku: line.sku,
        category: line.category,
        quantity: line.quantity,
        unit_minor: line.unit_minor,
        discount_minor: line.discount_minor,
        net_minor: line.net_minor,
        points: line.points_granted,
        returned_quantity: line.returned_quantity,
        points_clawed: line.points_clawed,
    }
}
