//! Earning rules, as administrators write and try them.

use chrono::{DateTime, Utc};
use poem::web::Accept;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};
use serde_json::json;

use super::{
    order_form::OrderForm,
    rules::{self, Context, Grant, NoPoints, Refusal},
    store::{self, NewVersion, VersionRow},
    terms::{Terms, Trigger},
};
use crate::{
    domain::{ApiTag, RuleId, RuleVersionId},
    identity::{
        Admin,
        audit::{self, AuditEntry},
        site_settings,
    },
    kit::{
        Kit, Problem,
        csv_list::{self, ListRequest, PageOrCsv},
        etag::{self, Edited, Tagged},
        json_text::JsonText,
        pagination::Page,
        problem::Fields,
        text::Text,
        time::Time,
    },
};

/// Characters of a rule's name.
pub const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=100;

/// Operations on earning rules: list, create, edit and end them, list their versions, and try one.
pub struct EarningApi {
    pub kit: Kit,
}

/// A rule, in one of its versions.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct RuleView {
    rule_id: RuleId,
    version_id: RuleVersionId,
    name: String,
    trigger: Trigger,
    /// Counts the versions, from 1.
    version: i32,
    terms: Terms,
    valid_from: DateTime<Utc>,
    /// Without an end when absent.
    valid_until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    /// When the rule was ended.
    archived_at: Option<DateTime<Utc>>,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct CreateRule {
    name: Text,
    trigger: Trigger,
    terms: Terms,
    /// Now by default. A time in the past counts for what is recorded from now on, and changes nothing that was earned.
    valid_from: Option<Time>,
    valid_until: Option<Time>,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct EditRule {
    terms: Terms,
    /// From when the new terms apply; now by default, and never in the past.
    valid_from: Option<Time>,
    valid_until: Option<Time>,
}

#[derive(ApiResponse)]
enum CreateAnswer {
    /// Created.
    #[oai(status = 201)]
    Created(JsonText<RuleView>, #[oai(header = "ETag")] String),
}

#[derive(ApiResponse)]
enum DeleteAnswer {
    /// The rule has ended.
    #[oai(status = 204)]
    Ended,
}

/// An order to try the rules with.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct PreviewOrder {
    order: OrderForm,
    /// The tier that the member has.
    #[oai(default)]
    tier_rank: i16,
    #[oai(default)]
    first_purchase: bool,
}

/// What an order would earn, and why.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct PreviewView {
    points: i64,
    /// Those that count towards a tier.
    qualifying_points: i64,
    /// Before caps.
    requested: i64,
    limited_by: Option<String>,
    /// Why the order would earn nothing, where a reason is known.
    no_points_reason: Option<NoPoints>,
    available_at: DateTime<Utc>,
    /// After discounts, line by line.
    line_net_minor: Vec<i64>,
    line_points: Vec<i64>,
    trace: Vec<Grant>,
}

#[OpenApi(prefix_path = "/admin/earning-rules", tag = "ApiTag::Administration")]
impl EarningApi {
    /// List earning rules
    ///
    /// Each in its latest version, which may not have begun yet.
    #[oai(path = "/", method = "get", operation_id = "list_earning_rules")]
    async fn list_earning_rules(
        &self,
        _admin: Admin,
        /// From an earlier page.
        cursor: Query<Option<String>>,
        /// Rules a page, 1 to 100; 20 by default.
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<RuleView>, Problem> {
        let fetch = |kit: Kit, request| async move { with_terms(store::list(&mut *kit.db.read().await?, &request).await?) };
        let asked = ListRequest { cursor: cursor.0, limit: limit.0, accept };
        csv_list::answer(&self.kit, "list_earning_rules", (), asked, fetch, |(row, _)| ((), row.rule_id.0), view).await
    }

    /// Create an earning rule
    #[oai(path = "/", method = "post", operation_id = "create_earning_rule")]
    async fn create_earning_rule(&self, admin: Admin, body: Json<CreateRule>) -> Result<CreateAnswer, Problem> {
        let Json(CreateRule { name, trigger, terms, valid_from, valid_until }) = body;
        let terms = terms.in_currency(trigger, &site_settings::current(&self.kit).await?.currency);
        let now = self.kit.clock.now();
        let (valid_from, valid_until) = (valid_from.map_or(now, DateTime::from), valid_until.map(DateTime::from));
        let mut fields = Fields::default();
        fields.chars("/name", &name, NAME_CHARS);
        terms.check(&mut fields, trigger);
        check_end(&mut fields, valid_from, valid_until);
        fields.done()?;

        let rule_id = RuleId::new();
        let mut tx = self.kit.db.begin().await?;
        if !store::insert_rule(&mut tx, rule_id, name.trim(), trigger, now).await? {
            return Err(Refusal::NameTaken.into());
        }
        let version = NewVersion { rule_id, number: 1, terms: &terms, valid_from, valid_until, created_by: Some(admin.0.member_id) };
        store::insert_version(&mut tx, version, now).await?;
        let detail = json!({ "name": *name, "terms": terms });
        let entry = AuditEntry::new(Some(admin.0.member_id), "create_earning_rule", ("earning_rule", rule_id.0), "", detail, now);
        audit::record(&mut tx, entry).await?;
        let row = store::find_latest(&mut tx, rule_id).await?.ok_or_else(|| Problem::not_found("rule"))?;
        tx.commit().await?;
        let Tagged { body, etag } = Tagged::of_version(1, &view((row, terms)));
        Ok(CreateAnswer::Created(body, etag))
    }

    /// Edit an earning rule
    ///
    /// Adds a version that applies from an instant on. What was earned before keeps the version that it was earned by.
    #[oai(path = "/:rule_id", method = "patch", operation_id = "edit_earning_rule")]
    async fn edit_earning_rule(
        &self,
        admin: Admin,
        rule_id: Path<RuleId>,
        /// Edit only this version.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: Json<EditRule>,
    ) -> Result<Edited<RuleView>, Problem> {
        let Json(EditRule { terms, valid_from, valid_until }) = body;
        let usual = site_settings::current(&self.kit).await?.currency.clone();
        let now = self.kit.clock.now();
        let (valid_from, valid_until) = (valid_from.map_or(now, DateTime::from), valid_until.map(DateTime::from));
        let mut tx = self.kit.db.begin().await?;
        let latest = store::find_latest(&mut tx, rule_id.0).await?.ok_or_else(|| Problem::not_found("rule"))?;
        etag::guard(if_match.0.as_deref(), latest.number)?;
        let terms = terms.in_currency(latest.trigger, &usual);
        let mut fields = Fields::default();
        terms.check(&mut fields, latest.trigger);
        check_end(&mut fields, valid_from, valid_until);
        if valid_from < now {
            fields.refuse("/valid_from", "History does not change: this must not lie in the past.");
        }
        fields.done()?;
        if latest.archived_at.is_some() {
            return Err(Refusal::Archived.into());
        }
        if latest.valid_from >= valid_from {
            return Err(Refusal::LaterVersion.into());
        }

        if latest.valid_until.is_none_or(|end| end > valid_from) {
            store::end_version(&mut tx, latest.version_id, valid_from).await?;
        }
        let (rule_id, number) = (rule_id.0, latest.number + 1);
        let version = NewVersion { rule_id, number, terms: &terms, valid_from, valid_until, created_by: Some(admin.0.member_id) };
        store::insert_version(&mut tx, version, now).await?;
        let detail = json!({ "version": number, "terms": terms });
        let entry = AuditEntry::new(Some(admin.0.member_id), "edit_earning_rule", ("earning_rule", rule_id.0), "", detail, now);
        audit::record(&mut tx, entry).await?;
        let row = store::find_latest(&mut tx, rule_id).await?.ok_or_else(|| Problem::not_found("rule"))?;
        tx.commit().await?;
        Ok(Tagged::of_version(number, &view((row, terms))).edited())
    }

    /// End an earning rule
    ///
    /// From now on it grants nothing. Its history stays.
    #[oai(path = "/:rule_id", method = "delete", operation_id = "delete_earning_rule")]
    async fn delete_earning_rule(
        &self,
        admin: Admin,
        rule_id: Path<RuleId>,
        /// End only this version.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
    ) -> Result<DeleteAnswer, Problem> {
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let latest = store::find_latest(&mut tx, rule_id.0).await?.ok_or_else(|| Problem::not_found("rule"))?;
        etag::guard(if_match.0.as_deref(), latest.number)?;
        if latest.archived_at.is_none() {
            store::archive(&mut tx, rule_id.0, now).await?;
            let entry = AuditEntry::new(Some(admin.0.member_id), "delete_earning_rule", ("earning_rule", rule_id.0.0), "", json!({}), now);
            audit::record(&mut tx, entry).await?;
            tx.commit().await?;
        }
        Ok(DeleteAnswer::Ended)
    }

    /// List a rule's versions
    ///
    /// Newest first.
    #[oai(path = "/:rule_id/versions", method = "get", operation_id = "list_earning_rule_versions")]
    async fn list_earning_rule_versions(
        &self,
        _admin: Admin,
        rule_id: Path<RuleId>,
        /// From an earlier page.
        cursor: Query<Option<String>>,
        /// Versions a page, 1 to 100; 20 by default.
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<RuleView>>, Problem> {
        let list = format!("earning_rule_versions of {}", rule_id.0);
        let request = self.kit.cursors.request(&list, cursor.0.as_deref(), limit.0)?;
        let mut conn = self.kit.db.read().await?;
        let rows = with_terms(store::list_versions(&mut conn, rule_id.0, &request).await?)?;
        if rows.is_empty() && request.seek.is_none() {
            return Err(Problem::not_found("rule"));
        }
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |(row, _)| (row.number, row.version_id.0), view)))
    }

    /// PreviewOrder an order
    ///
    /// What an order would earn by the rules of its date, and why. Nothing is recorded, and caps count as unused.
    #[oai(path = "/preview", method = "post", operation_id = "preview_earning")]
    async fn preview_earning(&self, _admin: Admin, body: Json<PreviewOrder>) -> Result<Json<PreviewView>, Problem> {
        let Json(PreviewOrder { order, tier_rank, first_purchase }) = body;
        let mut fields = Fields::default();
        let order = order.checked(&mut fields, "/order", None);
        fields.done()?;
        let Some(order) = order else { return Err(Problem::invalid_field("/order", "This order cannot be read.")) };
        let mut conn = self.kit.db.read().await?;
        let rules = store::find_valid(&mut conn, Trigger::Purchase, order.purchased_at).await?;
        let context = Context { time_zone: self.kit.time_zone, tier_rank, first_purchase, ..Context::default() };
        let decision = rules::decide(&order, &rules, &context)?;
        Ok(Json(PreviewView {
            points: decision.points,
            qualifying_points: decision.qualifying,
            requested: decision.requested,
            limited_by: decision.limited_by,
            no_points_reason: decision.no_points_reason,
            available_at: order.purchased_at + chrono::Duration::days(decision.hold_days),
            line_net_minor: decision.line_net_minor,
            line_points: decision.line_points,
            trace: decision.grants,
        }))
    }
}

fn check_end(fields: &mut Fields, valid_from: DateTime<Utc>, valid_until: Option<DateTime<Utc>>) {
    if valid_until.is_some_and(|end| end <= valid_from) {
        fields.refuse("/valid_until", "The end must come after the beginning.");
    }
}

fn with_terms(rows: Vec<VersionRow>) -> Result<Vec<(VersionRow, Terms)>, Problem> {
    let read = |row: VersionRow| match serde_json::from_value(row.terms.clone()) {
        Ok(terms) => Ok((row, terms)),
        Err(error) => Err(Problem::internal(error)),
    };
    rows.into_iter().map(read).collect()
}

fn view((row, terms): (VersionRow, Terms)) -> RuleView {
    RuleView {
        rule_id: row.rule_id,
        version_id: row.version_id,
        name: row.name,
        trigger: row.trigger,
        version: row.number,
        terms,
        valid_from: row.valid_from,
        valid_until: row.valid_until,
        created_at: row.created_at,
        archived_at: row.archived_at,
    }
}
