//! Who may call: a signed-in member, or a partner's system.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Int2, Text, Timestamptz, Uuid as SqlUuid};

use crate::{
    domain::{ApiKeyId, MemberId, PartnerId, Role, SessionId},
    text_enum,
};

/// What every API key begins with, so that people and secret scanners recognise one.
pub const API_KEY_PREFIX: &str = "rk_";

/// A signed-in member.
#[derive(Clone, Debug, diesel::QueryableByName)]
pub struct Actor {
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub session_id: SessionId,
    #[diesel(sql_type = Text)]
    pub handle: String,
    #[diesel(sql_type = Text)]
    pub role: Role,
    /// Trust level, 0 to 4.
    #[diesel(sql_type = Int2)]
    pub trust: i16,
    #[diesel(sql_type = Timestamptz)]
    pub joined_at: DateTime<Utc>,
    /// May not write posts for now.
    #[diesel(sql_type = Bool)]
    pub silenced: bool,
    #[diesel(sql_type = Bool)]
    pub suspended: bool,
}

impl Actor {
    /// Whether they are a moderator or an administrator.
    pub fn is_staff(&self) -> bool {
        self.role >= Role::Moderator
    }
    /// Somebody of whom little is known yet.
    pub fn is_newcomer(&self) -> bool {
        self.trust == 0 && !self.is_staff()
    }
    /// The scope of idempotency keys.
    pub fn caller(&self) -> String {
        format!("member:{}", self.member_id)
    }
}

/// A signed-in system.
#[derive(Clone, Debug)]
pub struct PartnerActor {
    pub partner_id: PartnerId,
    pub key_id: ApiKeyId,
    pub scopes: Vec<Scope>,
}

impl PartnerActor {
    /// The scope of idempotency keys: the partner, so that a rotated key still finds its answers.
    pub fn caller(&self) -> String {
        format!("partner:{}", self.partner_id)
    }
}

text_enum! {
    /// What an API key may do.
    pub enum Scope {
        PurchasesWrite = "purchases:write",
        MembersRead = "members:read",
        MembersPii = "members:pii",
        RedemptionsWrite = "redemptions:write",
        /// With redemptions:write: read what members redeemed themselves, and what other partners redeemed.
        RedemptionsReadAny = "redemptions:read_any",
        /// With redemptions:write: read, issue, fulfil and cancel those, too.
        RedemptionsWriteAny = "redemptions:write_any",
        CatalogWrite = "catalog:write",
        /// With catalog:write: see and change the programme's rewards and those of other partners, too.
        CatalogWriteAny = "catalog:write_any",
        LedgerRead = "ledger:read",
        WebhooksWrite = "webhooks:write",
    }
}
