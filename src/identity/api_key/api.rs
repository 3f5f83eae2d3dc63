//! API keys for administrators.

use chrono::{DateTime, Utc};
use poem::web::Accept;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use serde_json::json;

use super::{
    rules::{self, Refusal},
    store::{self, KeyRow, NewKey},
};
use crate::{
    domain::{ApiKeyId, ApiTag, PartnerId},
    identity::{
        Admin,
        audit::{self, AuditEntry},
        auth::Scope,
        partner,
    },
    kit::{
        Kit, Problem,
        csv_list::{self, ListRequest, PageOrCsv},
        problem::Fields,
        text::Text,
        time::Time,
    },
};

/// Operations on API keys: create, list, change, rotate and revoke them.
pub struct ApiKeyApi {
    pub kit: Kit,
}

/// An API key, without its secret.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ApiKeyView {
    id: ApiKeyId,
    partner_id: PartnerId,
    /// The partner's name.
    partner: String,
    name: String,
    /// How the key begins.
    prefix: String,
    scopes: Vec<Scope>,
    created_at: DateTime<Utc>,
    /// When it stops working; absent when it does not.
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    /// To the minute.
    last_used_at: Option<DateTime<Utc>>,
    /// Whether it works now.
    in_use: bool,
}

impl ApiKeyView {
    fn of(row: KeyRow, now: DateTime<Utc>) -> Self {
        let in_use = row.term().is_in_use(now);
        let KeyRow { id, partner_id, partner, name, prefix, scopes, created_at, expires_at, revoked_at, last_used_at } = row;
        let scopes = rules::split_scopes(&scopes);
        Self { id, partner_id, partner, name, prefix, scopes, created_at, expires_at, revoked_at, last_used_at, in_use }
    }
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct CreateApiKey {
    partner_id: PartnerId,
    /// What it is for: 1 to 60 characters.
    name: Text,
    /// At least one.
    scopes: Vec<Scope>,
    /// When it shall stop working; never by default.
    expires_at: Option<Time>,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct EditApiKey {
    /// 1 to 60 characters.
    name: Option<Text>,
    /// In place of those it has; at least one.
    scopes: Option<Vec<Scope>>,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct RotateApiKey {
    /// For how long the old key works beside the new one: 0 to 720 hours, 24 by default.
    overlap_hours: Option<i64>,
}

/// A key that was just made.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ApiKeyCreated {
    id: ApiKeyId,
    partner_id: PartnerId,
    /// The key itself. It is shown this once and stored nowhere.
    key: String,
    expires_at: Option<DateTime<Utc>>,
}

#[derive(ApiResponse)]
enum Created {
    /// Made. Keep the key: it is not shown again.
    #[oai(status = 201)]
    Key(Json<ApiKeyCreated>),
}

#[derive(ApiResponse)]
enum Revoked {
    /// The key does not work any more.
    #[oai(status = 204)]
    Done,
}

fn created(new: NewKey, expires_at: Option<DateTime<Utc>>) -> Created {
    Created::Key(Json(ApiKeyCreated { id: new.id, partner_id: new.partner_id, key: new.secret, expires_at }))
}

#[OpenApi(prefix_path = "/admin", tag = "ApiTag::Administration")]
impl ApiKeyApi {
    /// List API keys
    ///
    /// The newest first, revoked ones too.
    #[oai(path = "/api-keys", method = "get", operation_id = "list_api_keys")]
    async fn list_api_keys(
        &self,
        _admin: Admin,
        /// Only those of this partner.
        partner_id: Query<Option<PartnerId>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<ApiKeyView>, Problem> {
        let Query(partner_id) = partner_id;
        let fetch = move |kit: Kit, request| async move { Ok(store::list(&mut *kit.db.read().await?, partner_id, &request).await?) };
        let now = self.kit.clock.now();
        let view = move |row| ApiKeyView::of(row, now);
        let asked = ListRequest { cursor: cursor.0, limit: limit.0, accept };
        csv_list::answer(&self.kit, "list_api_keys", partner_id, asked, fetch, |row| ((), row.id.0), view).await
    }

    /// Create an API key
    ///
    /// The answer shows the key this once.
    #[oai(path = "/api-keys", method = "post", operation_id = "create_api_key")]
    async fn create_api_key(&self, admin: Admin, body: Json<CreateApiKey>) -> Result<Created, Problem> {
        let Json(body) = body;
        let now = self.kit.clock.now();
        let mut fields = Fields::default();
        fields.chars("/name", &body.name, rules::NAME_CHARS);
        rules::check_scopes(&mut fields, &body.scopes);
        let expires_at = body.expires_at.map(DateTime::from);
        if expires_at.is_some_and(|at| at <= now) {
            fields.refuse("/expires_at", "This must lie in the future.");
        }
        fields.done()?;
        let mut tx = self.kit.db.begin().await?;
        if !partner::store::exists(&mut tx, body.partner_id).await? {
            return Err(Problem::invalid_field("/partner_id", "There is no such partner."));
        }
        let actor = Some(admin.0.member_id);
        let new = store::insert(&mut tx, actor, body.partner_id, body.name.trim(), &body.scopes, expires_at, now).await?;
        tx.commit().await?;
        Ok(created(new, expires_at))
    }

    /// Edit an API key
    ///
    /// Its name, and what it may do: from its next request on.
    #[oai(path = "/api-keys/:api_key_id", method = "patch", operation_id = "edit_api_key")]
    async fn edit_api_key(&self, admin: Admin, api_key_id: Path<ApiKeyId>, body: Json<EditApiKey>) -> Result<Json<ApiKeyView>, Problem> {
        let Json(body) = body;
        let mut fields = Fields::default();
        if let Some(name) = &body.name {
            fields.chars("/name", name, rules::NAME_CHARS);
        }
        if let Some(scopes) = &body.scopes {
            rules::check_scopes(&mut fields, scopes);
        }
        fields.done()?;
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let old = store::lock(&mut tx, api_key_id.0).await?.ok_or_else(|| Problem::not_found("API key"))?;
        if !old.term().is_in_use(now) {
            return Err(Refusal::NotInUse.into());
        }
        let name = body.name.as_deref().map_or(old.name.as_str(), str::trim);
        let scopes = body.scopes.as_deref().map_or_else(|| old.scopes.clone(), rules::join_scopes);
        if (name, scopes.as_str()) != (old.name.as_str(), old.scopes.as_str()) {
            store::update(&mut tx, old.id, name, &scopes).await?;
            let actor = Some(admin.0.member_id);
            let detail = json!({ "from": { "name": old.name, "scopes": old.scopes }, "to": { "name": name, "scopes": scopes } });
            audit::record(&mut tx, AuditEntry::new(actor, "edit_api_key", ("api_key", old.id.0), "", detail, now)).await?;
        }
        let key = store::lock(&mut tx, api_key_id.0).await?.ok_or_else(|| Problem::not_found("API key"))?;
        tx.commit().await?;
        Ok(Json(ApiKeyView::of(key, now)))
    }

    /// Replace an API key
    ///
    /// Makes a new key with the same name and scopes, and lets the old one work for some hours more.
    #[oai(path = "/api-keys/:api_key_id/rotate", method = "post", operation_id = "rotate_api_key")]
    async fn rotate_api_key(&self, admin: Admin, api_key_id: Path<ApiKeyId>, body: Json<RotateApiKey>) -> Result<Created, Problem> {
        let overlap_hours = body.0.overlap_hours.unwrap_or(rules::OVERLAP_HOURS_DEFAULT);
        let mut fields = Fields::default();
        fields.range("/overlap_hours", overlap_hours, rules::OVERLAP_HOURS);
        fields.done()?;
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let old = store::lock(&mut tx, api_key_id.0).await?.ok_or_else(|| Problem::not_found("API key"))?;
        let (old_end, new_end) = rules::rotate(old.term(), overlap_hours, now)?;
        store::set_expiry(&mut tx, old.id, old_end).await?;
        let actor = Some(admin.0.member_id);
        let new = store::insert(&mut tx, actor, old.partner_id, &old.name, &rules::split_scopes(&old.scopes), new_end, now).await?;
        let detail = json!({ "successor": new.id, "expires_at": old_end });
        audit::record(&mut tx, AuditEntry::new(actor, "rotate_api_key", ("api_key", old.id.0), "", detail, now)).await?;
        tx.commit().await?;
        Ok(created(new, new_end))
    }

    /// Revoke an API key
    ///
    /// At once and for good.
    #[oai(path = "/api-keys/:api_key_id", method = "delete", operation_id = "revoke_api_key")]
    async fn revoke_api_key(&self, admin: Admin, api_key_id: Path<ApiKeyId>) -> Result<Revoked, Problem> {
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let key = store::lock(&mut tx, api_key_id.0).await?.ok_or_else(|| Problem::not_found("API key"))?;
        if key.revoked_at.is_some() {
            return Err(Refusal::NotInUse.into());
        }
        store::revoke(&mut tx, key.id, now).await?;
        let actor = Some(admin.0.member_id);
        audit::record(&mut tx, AuditEntry::new(actor, "revoke_api_key", ("api_key", key.id.0), "", json!({}), now)).await?;
        tx.commit().await?;
        Ok(Revoked::Done)
    }
}
