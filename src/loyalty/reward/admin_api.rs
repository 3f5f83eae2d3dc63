//! Running the catalogue: rewards, stocks and codes.

use chrono::{DateTime, Utc};
use poem::{http::StatusCode, web::Accept};
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
    types::{MaybeUndefined, ToJSON},
};
use serde_json::json;

use super::{
    api::{self, RewardView},
    rules::{self, LimitPeriod, Refusal, RewardKind, RewardTerms},
    store::{self, Duplicate, NewReward, RewardRow},
};
use crate::{
    begin,
    domain::{ApiTag, PartnerId, RewardId},
    identity::{
        AdminOrPartner,
        auth::{CatalogWrite, Scope, missing_scope},
    },
    kit::{
        Conn, Kit, Problem,
        csv_list::{self, ListRequest, PageOrCsv},
        etag::{self, Conditional, Edited, Tagged},
        idempotency::Answer,
        json_text::JsonText,
        problem::{FieldError, Fields},
        text::Text,
        time::Time,
    },
    loyalty::operator::Operator,
};

/// Operations on the catalogue for staff and partners: create, change and archive rewards, supply stock and codes.
pub struct RewardAdminApi {
    pub kit: Kit,
}

/// A reward as those see it who run the catalogue.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct CatalogueReward {
    reward: RewardView,
    /// What one costs the company, in minor units.
    cost_minor: i64,
    /// How many there are in all; absent without a limit.
    supplied: Option<i32>,
    /// The partner that made it; absent for the programme's own.
    partner_id: Option<PartnerId>,
    created_at: DateTime<Utc>,
    archived_at: Option<DateTime<Utc>>,
    version: i32,
}

impl From<RewardRow> for CatalogueReward {
    fn from(row: RewardRow) -> Self {
        let RewardRow { cost_minor, supplied, partner_id, created_at, archived_at, version, .. } = row;
        Self { reward: api::view(row, None), cost_minor, supplied, partner_id, created_at, archived_at, version }
    }
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct CreateReward {
    name: Text,
    description: Option<Text>,
    kind: RewardKind,
    price_points: i64,
    /// Percent for a percentage coupon; minor units for coupons, gift cards and donations of an amount.
    face_value: Option<i64>,
    /// ISO 4217, where the face value is an amount.
    currency: Option<Text>,
    /// The rank of the lowest tier that can have it.
    #[oai(default)]
    tier_rank_min: i16,
    available_from: Option<Time>,
    available_until: Option<Time>,
    per_member_max: Option<i32>,
    /// Lifetime by default.
    per_member_period: Option<LimitPeriod>,
    /// Whether a person approves each one. By default, where it has to be sent.
    needs_approval: Option<bool>,
    #[oai(default)]
    refundable: bool,
    #[oai(default)]
    cost_minor: i64,
    /// How many there are; without it, no limit. A code pool has as many as codes.
    supplied: Option<i32>,
}

/// Only what is given changes. Kind and face value stay for good: make another reward.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct EditReward {
    name: Option<Text>,
    description: Option<Text>,
    price_points: Option<i64>,
    tier_rank_min: Option<i16>,
    /// `null` takes it away.
    #[oai(nullable)]
    available_from: MaybeUndefined<Time>,
    /// `null` takes it away.
    #[oai(nullable)]
    available_until: MaybeUndefined<Time>,
    /// `null` takes it away.
    #[oai(nullable)]
    per_member_max: MaybeUndefined<i32>,
    per_member_period: Option<LimitPeriod>,
    needs_approval: Option<bool>,
    refundable: Option<bool>,
    cost_minor: Option<i64>,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct SetStock {
    /// How many there are in all, those taken included; `null` for no limit.
    #[oai(nullable)]
    supplied: MaybeUndefined<i32>,
}

/// A stock after a change.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct Stock {
    supplied: Option<i32>,
    stock_left: Option<i32>,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct AddCodes {
    /// 1 to 1,000 codes of 1 to 100 characters.
    codes: Vec<Text>,
}

impl AddCodes {
    /// The codes as they are kept.
    fn checked(&self) -> Result<Vec<String>, Problem> {
        let codes: Vec<String> = self.codes.iter().map(|code| rules::tidy_code(code)).collect();
        let mut fields = Fields::default();
        if !rules::CODES_A_REQUEST.contains(&codes.len()) {
            fields.refuse("/codes", "Send 1 to 1,000 codes at a time.");
        }
        for (at, (code, kept)) in self.codes.iter().zip(&codes).enumerate() {
            fields.chars_kept(&format!("/codes/{at}"), code, kept, rules::CODE_CHARS);
        }
        fields.done()?;
        Ok(codes)
    }
}

/// Codes were added to a pool.
#[derive(Object)]
struct CodesAdded {
    added: usize,
    /// How many of the pool's codes are free now.
    stock_left: i32,
}

#[derive(ApiResponse)]
enum Created {
    /// The reward is in the catalogue.
    #[oai(status = 201)]
    Reward(JsonText<CatalogueReward>, #[oai(header = "ETag")] String),
}

#[derive(ApiResponse)]
enum Archived {
    /// Nobody can have it any more; what was redeemed stays.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(prefix_path = "/admin/rewards", tag = "ApiTag::Administration")]
impl RewardAdminApi {
    /// List all rewards
    ///
    /// Those not on offer and the archived ones included, cheapest first. A partner sees its own, and with the scope
    /// catalog:write_any all.
    #[oai(path = "/", method = "get", operation_id = "list_all_rewards")]
    async fn list_all_rewards(
        &self,
        caller: AdminOrPartner<CatalogWrite>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<CatalogueReward>, Problem> {
        let operator = Operator::from(caller.0);
        let maker = operator.partner_id.filter(|_| !operator.holds(Scope::CatalogWriteAny));
        let fetch = move |kit: Kit, request| async move { Ok(store::list(&mut *kit.db.read().await?, None, maker, &request).await?) };
        let position = |row: &RewardRow| (row.price_points, row.id.0);
        let asked = ListRequest { cursor: cursor.0, limit: limit.0, accept };
        csv_list::answer(&self.kit, "list_all_rewards", maker, asked, fetch, position, CatalogueReward::from).await
    }

    /// Create a reward
    ///
    /// What a partner's key makes is the partner's; it changes no other reward, unless its key has the scope
    /// catalog:write_any.
    #[oai(path = "/", method = "post", operation_id = "create_reward")]
    async fn create_reward(&self, caller: AdminOrPartner<CatalogWrite>, body: Json<CreateReward>) -> Result<Created, Problem> {
        let operator = Operator::from(caller.0);
        let Json(body) = body;
        let new = new_reward(&body, operator.partner_id, self.kit.clock.now())?;
        let mut tx = self.kit.db.begin().await?;
        let id = store::insert(&mut tx, &new).await?.ok_or(Refusal::NameTaken)?;
        if new.kind == RewardKind::CodePool {
            store::set_supplied(&mut tx, id, 0).await?;
        } else if let Some(supplied) = body.supplied {
            store::set_supplied(&mut tx, id, supplied).await?;
        }
        operator.sign(&mut tx, "create_reward", ("reward", id.0), "", json!({ "name": new.name }), new.created_at).await?;
        let row = found(&mut tx, id).await?;
        tx.commit().await?;
        let Tagged { body, etag } = tagged(row);
        Ok(Created::Reward(body, etag))
    }

    /// Get a reward of the catalogue
    ///
    /// Whether on offer, not yet, no longer or archived.
    #[oai(path = "/:reward_id", method = "get", operation_id = "get_reward_for_admin")]
    async fn get_reward_for_admin(
        &self,
        caller: AdminOrPartner<CatalogWrite>,
        reward_id: Path<RewardId>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Conditional<CatalogueReward>, Problem> {
        let row = found(&mut *self.kit.db.read().await?, reward_id.0).await?;
        may_touch(&Operator::from(caller.0), &row, self.kit.clock.now())?;
        Ok(tagged(row).read(if_none_match.0.as_deref()))
    }

    /// Edit a reward
    #[oai(path = "/:reward_id", method = "patch", operation_id = "edit_reward")]
    async fn edit_reward(
        &self,
        caller: AdminOrPartner<CatalogWrite>,
        reward_id: Path<RewardId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<EditReward>,
    ) -> Result<Edited<CatalogueReward>, Problem> {
        let operator = Operator::from(caller.0);
        let mut tx = self.kit.db.begin().await?;
        let row = locked(&mut tx, &operator, reward_id.0, self.kit.clock.now()).await?;
        etag::guard(if_match.0.as_deref(), row.version)?;
        let detail = json!({ "edit": body.0.to_json() });
        let edited = edited(row, body.0)?;
        if !store::update(&mut tx, &edited).await? {
            return Err(Refusal::NameTaken.into());
        }
        operator.sign(&mut tx, "edit_reward", ("reward", edited.id.0), "", detail, self.kit.clock.now()).await?;
        let row = found(&mut tx, edited.id).await?;
        tx.commit().await?;
        Ok(tagged(row).edited())
    }

    /// Archive a reward
    ///
    /// Nobody can have it any more; what was redeemed stays valid.
    #[oai(path = "/:reward_id", method = "delete", operation_id = "delete_reward")]
    async fn delete_reward(&self, caller: AdminOrPartner<CatalogWrite>, reward_id: Path<RewardId>) -> Result<Archived, Problem> {
        let operator = Operator::from(caller.0);
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let row = store::lock(&mut tx, reward_id.0).await?.ok_or_else(|| Problem::not_found("reward"))?;
        may_touch(&operator, &row, now)?;
        if row.archived_at.is_none() {
            store::archive(&mut tx, row.id, now).await?;
            operator.sign(&mut tx, "delete_reward", ("reward", row.id.0), "", json!({ "name": row.name }), now).await?;
            tx.commit().await?;
        }
        Ok(Archived::Done)
    }

    /// Set a reward's stock
    ///
    /// To how many there are in all: setting it twice does nothing more. It cannot go below what is taken.
    #[oai(path = "/:reward_id/stock", method = "put", operation_id = "set_reward_stock")]
    async fn set_reward_stock(
        &self,
        caller: AdminOrPartner<CatalogWrite>,
        reward_id: Path<RewardId>,
        body: Json<SetStock>,
    ) -> Result<Json<Stock>, Problem> {
        let operator = Operator::from(caller.0);
        let supplied = match body.0.supplied {
            MaybeUndefined::Undefined => return Err(Problem::invalid_field("/supplied", "Say how many there are, or null.")),
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(supplied) => Some(supplied),
        };
        let mut fields = Fields::default();
        fields.range("/supplied", supplied.unwrap_or(0).into(), 0..=rules::SUPPLIED_MAX);
        fields.done()?;
        let mut tx = self.kit.db.begin().await?;
        let row = locked(&mut tx, &operator, reward_id.0, self.kit.clock.now()).await?;
        if row.kind == RewardKind::CodePool {
            return Err(Refusal::StockIsCodes.into());
        }
        let stock_left = match supplied {
            None => {
                store::drop_stock(&mut tx, row.id).await?;
                None
            }
            Some(supplied) => Some(store::set_supplied(&mut tx, row.id, supplied).await?.ok_or_else(|| stock_taken(supplied))?),
        };
        let detail = json!({ "from": row.supplied, "to": supplied });
        operator.sign(&mut tx, "set_reward_stock", ("reward", row.id.0), "", detail, self.kit.clock.now()).await?;
        tx.commit().await?;
        Ok(Json(Stock { supplied, stock_left }))
    }

    /// Add codes to a pool
    ///
    /// All of them, or none. A code is in one pool, once: whether it is written small or large, and with what space, does
    /// not count. Codes that come twice or that a pool has already are refused (`duplicate_codes`), each with its place in
    /// `errors`. Control characters and what has no width, such as byte order marks, are left out.
    #[oai(path = "/:reward_id/codes", method = "post", operation_id = "add_coupon_codes")]
    async fn add_coupon_codes(
        &self,
        caller: AdminOrPartner<CatalogWrite>,
        reward_id: Path<RewardId>,
        #[oai(name = "Idempotency-Key")] key: Header<String>,
        body: Json<AddCodes>,
    ) -> Result<Answer<CodesAdded>, Problem> {
        let operator = Operator::from(caller.0);
        let codes = body.0.checked()?;
        let request = format!("{} {}", reward_id.0, body.0.to_json_string());
        let mut attempt = begin!(self.kit.attempt(operator.caller.clone(), "add_coupon_codes", &key.0, &request));
        let outcome = self.add_codes(&mut attempt, &operator, reward_id.0, &codes).await;
        attempt.finish(StatusCode::CREATED, outcome).await
    }
}

impl RewardAdminApi {
    async fn add_codes(&self, conn: &mut Conn, operator: &Operator, id: RewardId, codes: &[String]) -> Result<CodesAdded, Problem> {
        let row = locked(conn, operator, id, self.kit.clock.now()).await?;
        if row.kind != RewardKind::CodePool {
            return Err(Refusal::NoCodePool.into());
        }
        let duplicates = store::find_duplicates(conn, codes).await?;
        if !duplicates.is_empty() {
            return Err(refused_as_duplicates(operator, &duplicates));
        }
        let stock_left = match store::add_codes(conn, id, codes).await? {
            Some(stock_left) => stock_left,
            // A pool has just got one of them.
            None => return Err(refused_as_duplicates(operator, &store::find_duplicates(conn, codes).await?)),
        };
        let detail = json!({ "codes": codes.len() });
        operator.sign(conn, "add_coupon_codes", ("reward", id.0), "", detail, self.kit.clock.now()).await?;
        Ok(CodesAdded { added: codes.len(), stock_left })
    }
}

/// 409 with every duplicate, and its place in the request. Pools that are not the operator's are not named.
fn refused_as_duplicates(operator: &Operator, duplicates: &[Duplicate]) -> Problem {
    let codes: Vec<&str> = duplicates.iter().map(|duplicate| duplicate.code.as_str()).collect();
    let mut problem = Problem::from(Refusal::DuplicateCodes).with("codes", codes);
    let detail = |duplicate: &Duplicate| match &duplicate.pool {
        Some(pool) if may_reach(operator, duplicate.partner_id) => format!("This code is in the pool {pool} already."),
        Some(_) => "This code is in a pool already.".to_owned(),
        None => format!("This code stands at /codes/{} already.", duplicate.first_at),
    };
    let fault = |duplicate: &Duplicate| FieldError::new(&format!("/codes/{}", duplicate.at), detail(duplicate));
    problem.errors = duplicates.iter().map(fault).collect();
    problem
}

fn stock_taken(supplied: i32) -> Problem {
    Problem::from(Refusal::StockTaken).because(format!("More than {supplied} are taken already."))
}

async fn found(conn: &mut Conn, id: RewardId) -> Result<RewardRow, Problem> {
    store::find(conn, id).await?.ok_or_else(|| Problem::not_found("reward"))
}

/// As it is shown, with its tag: its stock moves without an edit.
fn tagged(row: RewardRow) -> Tagged<CatalogueReward> {
    Tagged::of_view(row.version, &CatalogueReward::from(row))
}

/// Whether a reward of this partner, or of the programme, is the operator's to edit.
fn may_reach(operator: &Operator, partner_id: Option<PartnerId>) -> bool {
    operator.owns(partner_id) || operator.holds(Scope::CatalogWriteAny)
}

/// Refuses an operator whose it is not: by 404 where they may not know of it either.
fn may_touch(operator: &Operator, row: &RewardRow, now: DateTime<Utc>) -> Result<(), Problem> {
    if may_reach(operator, row.partner_id) {
        Ok(())
    } else if api::is_on_offer(row, now) {
        Err(missing_scope(Scope::CatalogWriteAny))
    } else {
        Err(Problem::not_found("reward"))
    }
}

/// A reward that the operator can still edit.
async fn locked(conn: &mut Conn, operator: &Operator, id: RewardId, now: DateTime<Utc>) -> Result<RewardRow, Problem> {
    let row = store::lock(conn, id).await?.ok_or_else(|| Problem::not_found("reward"))?;
    may_touch(operator, &row, now)?;
    if row.archived_at.is_some() {
        return Err(Refusal::Archived.into());
    }
    Ok(row)
}

fn new_reward(body: &CreateReward, partner_id: Option<PartnerId>, now: DateTime<Utc>) -> Result<NewReward<'_>, Problem> {
    let new = NewReward {
        id: RewardId::new(),
        name: body.name.trim(),
        description: body.description.as_deref().unwrap_or_default().trim(),
        kind: body.kind,
        price_points: body.price_points,
        face_value: body.face_value,
        currency: body.currency.as_deref(),
        tier_rank_min: body.tier_rank_min,
        available_from: body.available_from.map(DateTime::from),
        available_until: body.available_until.map(DateTime::from),
        per_member_max: body.per_member_max,
        per_member_period: body.per_member_period.unwrap_or(LimitPeriod::Lifetime),
        needs_approval: body.needs_approval.unwrap_or(body.kind.is_shipped()),
        refundable: body.refundable,
        cost_minor: body.cost_minor,
        created_at: now,
        partner_id,
    };
    let mut fields = Fields::default();
    rules::check_words(&mut fields, &body.name, body.description.as_deref().unwrap_or_default());
    rules::check_value(&mut fields, new.kind, new.face_value, new.currency);
    let terms = RewardTerms {
        price_points: new.price_points,
        tier_rank_min: new.tier_rank_min,
        available_from: new.available_from,
        available_until: new.available_until,
        per_member_max: new.per_member_max,
        cost_minor: new.cost_minor,
    };
    rules::check_terms(&mut fields, &terms);
    match body.supplied {
        Some(_) if new.kind == RewardKind::CodePool => fields.refuse("/supplied", "A code pool has as many as codes."),
        Some(supplied) => fields.range("/supplied", supplied.into(), 0..=rules::SUPPLIED_MAX),
        None => {}
    }
    fields.done()?;
    Ok(new)
}

fn edited(row: RewardRow, edit: EditReward) -> Result<RewardRow, Problem> {
    fn changed<T, U: From<T>>(old: Option<U>, new: MaybeUndefined<T>) -> Option<U> {
        match new {
            MaybeUndefined::Undefined => old,
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(value) => Some(value.into()),
        }
    }
    let mut fields = Fields::default();
    let (name, description) = (edit.name.as_deref().unwrap_or(&row.name), edit.description.as_deref().unwrap_or(&row.description));
    rules::check_words(&mut fields, name, description);
    let row = RewardRow {
        name: edit.name.map_or(row.name, |name| name.trim().to_owned()),
        description: edit.description.map_or(row.description, |description| description.trim().to_owned()),
        price_points: edit.price_points.unwrap_or(row.price_points),
        tier_rank_min: edit.tier_rank_min.unwrap_or(row.tier_rank_min),
        available_from: changed(row.available_from, edit.available_from),
        available_until: changed(row.available_until, edit.available_until),
        per_member_max: changed(row.per_member_max, edit.per_member_max),
        per_member_period: edit.per_member_period.unwrap_or(row.per_member_period),
        needs_approval: edit.needs_approval.unwrap_or(row.needs_approval),
        refundable: edit.refundable.unwrap_or(row.refundable),
        cost_minor: edit.cost_minor.unwrap_or(row.cost_minor),
        ..row
    };
    let terms = RewardTerms {
        price_points: row.price_points,
        tier_rank_min: row.tier_rank_min,
        available_from: row.available_from,
        available_until: row.available_until,
        per_member_max: row.per_member_max,
        cost_minor: row.cost_minor,
    };
    rules::check_terms(&mut fields, &terms);
    fields.done()?;
    Ok(row)
}
