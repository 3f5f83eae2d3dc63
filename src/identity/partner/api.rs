//! Partners for administrators, and members as partners see them.

use chrono::{DateTime, Utc};
use poem::web::Accept;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use serde_json::json;

use super::{
    rules::{self, LinkCode, Refusal},
    store::{self, PartnerRow},
};
use crate::{
    domain::{ApiTag, MemberId, PartnerId},
    identity::{
        Admin, Partner,
        audit::{self, AuditEntry},
        auth::{MembersRead, Scope},
    },
    kit::{
        Kit, Problem,
        csv_list::{self, ListRequest, PageOrCsv},
        problem::Fields,
        text::{Text, tidy},
    },
};

/// Operations on partners: list, create and edit them; look up a member by a partner's name, and make a link code for
/// one.
pub struct PartnerApi {
    pub kit: Kit,
}

/// A partner.
#[derive(Object)]
struct PartnerView {
    id: PartnerId,
    name: String,
    created_at: DateTime<Utc>,
}

impl From<PartnerRow> for PartnerView {
    fn from(row: PartnerRow) -> Self {
        Self { id: row.id, name: row.name, created_at: row.created_at }
    }
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct CreatePartner {
    /// 1 to 60 characters.
    name: Text,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct EditPartner {
    /// 1 to 60 characters.
    name: Text,
}

#[derive(ApiResponse)]
enum Created {
    /// Made. Give it an API key next.
    #[oai(status = 201)]
    Partner(Json<PartnerView>),
}

/// A member as a partner sees them.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ExternalMember {
    /// The partner's name for the member.
    external_id: String,
    member_id: MemberId,
    handle: String,
    display_name: String,
    /// Only for keys with the scope members:pii, and only of members with an account.
    email: Option<String>,
    /// Whether the member has an account.
    claimed: bool,
    /// At least 1.
    reputation: i32,
    /// When the member joined.
    since: DateTime<Utc>,
    linked_at: DateTime<Utc>,
}

/// A code with which a customer says that they are a member.
#[derive(Object)]
struct LinkCodeView {
    /// For `link_code` of register, or for link_external_member.
    code: String,
    expires_at: DateTime<Utc>,
}

#[derive(ApiResponse)]
enum CodeMade {
    /// Hand it to the customer.
    #[oai(status = 201)]
    Code(Json<LinkCodeView>),
}

#[OpenApi]
impl PartnerApi {
    /// List partners
    ///
    /// By name.
    #[oai(path = "/admin/partners", method = "get", operation_id = "list_partners", tag = "ApiTag::Administration")]
    async fn list_partners(
        &self,
        _admin: Admin,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<PartnerView>, Problem> {
        let fetch = |kit: Kit, request| async move { Ok(store::list(&mut *kit.db.read().await?, &request).await?) };
        let asked = ListRequest { cursor: cursor.0, limit: limit.0, accept };
        csv_list::answer(&self.kit, "list_partners", (), asked, fetch, |row| (row.name.clone(), row.id.0), PartnerView::from).await
    }

    /// Create a partner
    #[oai(path = "/admin/partners", method = "post", operation_id = "create_partner", tag = "ApiTag::Administration")]
    async fn create_partner(&self, admin: Admin, body: Json<CreatePartner>) -> Result<Created, Problem> {
        let name = body.name.trim();
        let mut fields = Fields::default();
        fields.chars("/name", &body.name, rules::NAME_CHARS);
        fields.done()?;
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let id = store::insert(&mut tx, name, now).await?.ok_or(Refusal::NameTaken)?;
        let actor = Some(admin.0.member_id);
        audit::record(&mut tx, AuditEntry::new(actor, "create_partner", ("partner", id.0), "", json!({ "name": name }), now)).await?;
        tx.commit().await?;
        Ok(Created::Partner(Json(PartnerView { id, name: name.to_owned(), created_at: now })))
    }

    /// Rename a partner
    ///
    /// Its keys and what it recorded stay.
    #[oai(path = "/admin/partners/:partner_id", method = "patch", operation_id = "edit_partner", tag = "ApiTag::Administration")]
    async fn edit_partner(&self, admin: Admin, partner_id: Path<PartnerId>, body: Json<EditPartner>) -> Result<Json<PartnerView>, Problem> {
        let name = body.name.trim();
        let mut fields = Fields::default();
        fields.chars("/name", &body.name, rules::NAME_CHARS);
        fields.done()?;
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let old = store::lock(&mut tx, partner_id.0).await?.ok_or_else(|| Problem::not_found("partner"))?;
        if old.name != name {
            if !store::rename(&mut tx, old.id, name).await? {
                return Err(Refusal::NameTaken.into());
            }
            let detail = json!({ "from": old.name, "to": name });
            let actor = Some(admin.0.member_id);
            audit::record(&mut tx, AuditEntry::new(actor, "edit_partner", ("partner", old.id.0), "", detail, now)).await?;
            tx.commit().await?;
        }
        Ok(Json(PartnerView { id: old.id, name: name.to_owned(), created_at: old.created_at }))
    }

    /// Get a member by the partner's own name for them
    #[oai(path = "/partner/members/:external_id", method = "get", operation_id = "get_external_member", tag = "ApiTag::Identity")]
    async fn get_external_member(&self, partner: Partner<MembersRead>, external_id: Path<String>) -> Result<Json<ExternalMember>, Problem> {
        let external_id = tidy(&external_id.0);
        let mut conn = self.kit.db.read().await?;
        let row = store::find_external(&mut conn, partner.0.partner_id, &external_id).await?;
        let row = row.ok_or_else(|| Problem::not_found("member"))?;
        let sees_email = partner.0.scopes.contains(&Scope::MembersPii);
        Ok(Json(ExternalMember {
            external_id,
            member_id: row.id,
            handle: row.handle,
            display_name: row.display_name,
            claimed: row.email.is_some(),
            email: row.email.filter(|_| sees_email),
            reputation: row.reputation,
            since: row.created_at,
            linked_at: row.linked_at,
        }))
    }

    /// Make a code that links a customer with a member
    ///
    /// Valid for 7 days. Who registers with it becomes the member whom the partner knows by this name; who has an
    /// account already adds the name to it.
    #[oai(path = "/partner/members/:external_id/link-code", method = "post", operation_id = "create_link_code", tag = "ApiTag::Identity")]
    async fn create_link_code(&self, partner: Partner<MembersRead>, external_id: Path<String>) -> Result<CodeMade, Problem> {
        let external_id = rules::external_id(&external_id.0)?;
        let code = LinkCode::new(partner.0.partner_id, &external_id, self.kit.clock.now());
        let sealed = self.kit.cursors.seal(rules::LINK_CODE_PURPOSE, &code);
        Ok(CodeMade::Code(Json(LinkCodeView { code: sealed, expires_at: code.expires_at })))
    }
}
