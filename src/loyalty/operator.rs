//! Who runs the programme's counter: staff, or a partner's system.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    domain::{MemberId, PartnerId},
    identity::{
        Actor, MemberOrPartner, PartnerActor,
        audit::{self, AuditEntry},
        auth::Scope,
    },
    kit::{Conn, Problem},
};

impl<S> From<MemberOrPartner<S>> for Operator {
    /// Whom an extractor has let in already.
    fn from(who: MemberOrPartner<S>) -> Self {
        match who {
            MemberOrPartner::Member(actor) => Self::staff(&actor),
            MemberOrPartner::Partner(partner, _) => Self::partner(&partner),
        }
    }
}

/// Somebody who acts for the programme.
#[derive(Clone, Debug)]
pub struct Operator {
    /// None for a partner's system.
    pub member_id: Option<MemberId>,
    /// None for staff.
    pub partner_id: Option<PartnerId>,
    /// The scope of idempotency keys.
    pub caller: String,
    /// Of a partner's key.
    scopes: Vec<Scope>,
}

impl Operator {
    /// Staff as operator, who needs no scope.
    pub fn staff(actor: &Actor) -> Self {
        Self { member_id: Some(actor.member_id), partner_id: None, caller: actor.caller(), scopes: Vec::new() }
    }

    /// A partner's system as operator, with the scopes of its key.
    pub fn partner(partner: &PartnerActor) -> Self {
        Self { member_id: None, partner_id: Some(partner.partner_id), caller: partner.caller(), scopes: partner.scopes.clone() }
    }

    /// Whether this is the operator's business, made as it was by `maker` (None: by the programme, or by a member): staff's is
    /// everything, a partner's what its own keys made.
    pub fn owns(&self, maker: Option<PartnerId>) -> bool {
        self.partner_id.is_none() || self.partner_id == maker
    }

    /// Whether the operator's key has a grant; staff need none.
    pub fn holds(&self, grant: Scope) -> bool {
        self.partner_id.is_none() || self.scopes.contains(&grant)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ApiKeyId;

    #[test]
    fn a_partners_business_is_what_it_made() {
        let (own, other) = (PartnerId::new(), PartnerId::new());
        let operator =
            |scopes: &[Scope]| Operator::partner(&PartnerActor { partner_id: own, key_id: ApiKeyId::new(), scopes: scopes.to_vec() });
        let staff = Operator { member_id: Some(MemberId::new()), partner_id: None, caller: String::new(), scopes: Vec::new() };
        for (operator, maker, owns) in [
            (&staff, None, true),
            (&staff, Some(other), true),
            (&operator(&[]), Some(own), true),
            (&operator(&[]), Some(other), false),
            (&operator(&[Scope::CatalogWriteAny]), None, false),
        ] {
            assert_eq!(operator.owns(maker), owns, "{operator:?} {maker:?}");
        }
        assert!(staff.holds(Scope::CatalogWriteAny) && operator(&[Scope::CatalogWriteAny]).holds(Scope::CatalogWriteAny));
        assert!(!operator(&[Scope::CatalogWrite]).holds(Scope::CatalogWriteAny));
    }
}
