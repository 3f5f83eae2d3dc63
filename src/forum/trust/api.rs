//! Trust levels set by hand.

use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use serde_json::json;

use super::{
    rules::{self, Refusal},
    store,
};
use crate::{
    domain::ApiTag,
    forum::sanction,
    identity::{
        Admin, Handle,
        audit::{self, AuditEntry},
    },
    kit::{Kit, Problem, problem::Fields, text::Text},
};

/// Operations that set a member's trust level by hand, and take that back.
pub struct TrustApi {
    pub kit: Kit,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct SetTrust {
    /// 0 to 4. Level 4 exists by hand only.
    trust: i64,
    /// For the audit log: 3 to 1000 characters.
    reason: Text,
}

#[derive(ApiResponse)]
enum SetAnswer {
    /// Done.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(tag = "ApiTag::Moderation", prefix_path = "/admin/members")]
impl TrustApi {
    /// Set a member's trust by hand
    ///
    /// The level holds, whatever the member does, until unset_trust.
    #[oai(path = "/:handle/trust", method = "put", operation_id = "set_trust")]
    async fn set_trust(&self, admin: Admin, handle: Path<Handle>, body: Json<SetTrust>) -> Result<SetAnswer, Problem> {
        let mut fields = Fields::default();
        fields.range("/trust", body.trust, rules::TRUST);
        fields.chars("/reason", &body.reason, sanction::rules::REASON_CHARS);
        fields.done()?;
        let trust = body.trust as i16;

        let (actor, now) = (admin.0.member_id, self.kit.clock.now());
        let mut tx = self.kit.db.begin().await?;
        let id = handle.0.find(&mut tx).await?;
        let target = sanction::rules::present(sanction::store::lock_target(&mut tx, id).await?)?;
        let before = store::pin(&mut tx, target.id, trust, actor, now).await?;
        store::set_trust(&mut tx, &[(target.id, trust)]).await?;
        let detail = json!({ "trust": trust, "by_hand_before": before });
        audit::record(&mut tx, AuditEntry::new(Some(actor), "set_trust", ("member", target.id.0), &body.reason, detail, now)).await?;
        tx.commit().await?;
        Ok(SetAnswer::Done)
    }

    /// Take back a trust level set by hand
    ///
    /// Within a minute the level is again what the member's doings make it.
    #[oai(path = "/:handle/trust", method = "delete", operation_id = "unset_trust")]
    async fn unset_trust(
        &self,
        admin: Admin,
        handle: Path<Handle>,
        /// For the audit log: 3 to 1000 characters.
        reason: Query<String>,
    ) -> Result<SetAnswer, Problem> {
        let reason = reason.replace('\0', "");
        let mut fields = Fields::default();
        fields.chars("reason", &reason, sanction::rules::REASON_CHARS);
        fields.done()?;

        let (actor, now) = (admin.0.member_id, self.kit.clock.now());
        let mut tx = self.kit.db.begin().await?;
        let id = handle.0.find(&mut tx).await?;
        let target = sanction::rules::present(sanction::store::lock_target(&mut tx, id).await?)?;
        if !store::unpin(&mut tx, target.id).await? {
            return Err(Refusal::NotByHand.into());
        }
        store::mark_due(&mut tx, [(target.id, now)]).await?;
        audit::record(&mut tx, AuditEntry::new(Some(actor), "unset_trust", ("member", target.id.0), &reason, json!({}), now)).await?;
        tx.commit().await?;
        Ok(SetAnswer::Done)
    }
}
