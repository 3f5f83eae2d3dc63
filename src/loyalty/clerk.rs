//! Who runs the programme's counter: staff, or a partner's system.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    identity::{
        Actor, MemberOrPartner,
        audit::{self, AuditEntry},
    },
    kit::{Conn, Problem},
    words::{MemberId, PartnerId},
};

impl<S> From<MemberOrPartner<S>> for Clerk {
    /// Whom an extractor has let in already.
    fn from(who: MemberOrPartner<S>) -> Self {
        match who {
            MemberOrPartner::Member(actor) => Self::staff(&actor),
            MemberOrPartner::Partner(partner, _) => {
                Self { member_id: None, partner_id: Some(partner.partner_id), caller: partner.caller() }
            }
        }
    }
}

/// Somebody who acts for the programme.
#[derive(Clone, Debug)]
pub struct Clerk {
    /// None for a partner's system.
    pub member_id: Option<MemberId>,
    pub partner_id: Option<PartnerId>,
    /// The scope of idempotency keys.
    pub caller: String,
}

impl Clerk {
    pub fn staff(actor: &Actor) -> Self {
        Self { member_id: Some(actor.member_id), partner_id: None, caller: actor.caller() }
    }

    /// Writes down what was done, in the transaction of the act.
    pub async fn sign(
        &self,
        conn: &mut Conn,
        action: &str,
        subject: (&str, Uuid),
        reason: &str,
        mut detail: Value,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<(), Problem> {
        if let Some(partner) = self.partner_id {
            detail["partner_id"] = json!(partner);
        }
        Ok(audit::record(conn, AuditEntry::new(self.member_id, action, subject, reason, detail, now)).await?)
    }
}
