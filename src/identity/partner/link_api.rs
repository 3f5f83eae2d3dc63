//! How a member and a partner's customer become one.

use chrono::{DateTime, Utc};
use poem_openapi::{Object, OpenApi, payload::Json};

use super::{
    rules::{self, Claim, Link, LinkCode, Refusal},
    store,
};
use crate::{
    domain::{ApiTag, MemberId},
    identity::{
        Member,
        merge::{self, rules::MergeOutcome},
    },
    kit::{Conn, Kit, Problem, text::Text},
};

/// The operation by which a member claims, with a link code, what a partner knows of them.
pub struct LinkApi {
    pub kit: Kit,
    pub parts: merge::MergeParticipants,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct LinkMember {
    /// As the partner handed it out.
    code: Text,
}

/// A partner's customer who is the caller.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct LinkedCustomer {
    /// The partner's name.
    partner: String,
    /// The partner's own name for the customer.
    external_id: String,
    /// What came over to the caller with it; absent where nothing was known of the customer.
    came_over: Option<MergeOutcome>,
}

#[OpenApi(tag = "ApiTag::Identity")]
impl LinkApi {
    /// Link the caller with a partner's customer
    ///
    /// What the customer had bought and earned before comes over to the caller, as when two members are merged. Refused when
    /// the customer number belongs to somebody else who has an account. Sent again, it answers the same.
    #[oai(path = "/me/links", method = "post", operation_id = "link_external_member")]
    async fn link_external_member(&self, member: Member, body: Json<LinkMember>) -> Result<Json<LinkedCustomer>, Problem> {
        let now = self.kit.clock.now();
        let code = open(&self.kit, "/code", &body.0.code, now)?;
        let mine = member.0.member_id;
        let mut tx = self.kit.db.begin().await?;
        // Events wait for a merge, and it for them: for nothing else.
        let linked = store::find_linked(&mut tx, code.partner_id, &code.external_id).await?;
        let merges = matches!(rules::link(mine, linked)?, Link::Merge(_));
        if merges {
            merge::run::begin(&mut tx).await?;
        }
        member.0.stay(&mut tx).await?;
        let linked = store::lock_linked(&mut tx, code.partner_id, &code.external_id).await?;
        let partner = store::find_name(&mut tx, code.partner_id).await?;
        let came_over = match rules::link(mine, linked)? {
            Link::Nothing => {
                let earlier = merge::store::find_of_name(&mut tx, code.partner_id, &code.external_id, mine).await?;
                earlier.map(|row| row.outcome()).transpose()?
            }
            Link::Add => {
                add(&mut tx, &code, mine, now).await?;
                None
            }
            // They have just become a customer.
            Link::Merge(_) if !merges => return Err(Problem::unavailable()),
            Link::Merge(guest) => {
                still_good(&mut tx, "/code", &code).await?;
                let reason = format!("Customer number of {partner}");
                Some(merge::run::merge(&mut tx, &self.parts, (guest, mine), None, &reason, now).await?.1)
            }
        };
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(Json(LinkedCustomer { partner, external_id: code.external_id, came_over }))
    }
}

/// What a code says, or 422 for the field that it came in.
pub fn open(kit: &Kit, pointer: &str, code: &str, now: DateTime<Utc>) -> Result<LinkCode, Problem> {
    let sealed: Option<LinkCode> = kit.cursors.open(rules::LINK_CODE_PURPOSE, code);
    sealed.filter(|code| code.is_valid(now)).ok_or_else(|| invalid(pointer))
}

fn invalid(pointer: &str) -> Problem {
    Problem::invalid_field(pointer, "This code is not valid, or no longer.")
}

/// 422 for a code of before a merge of its customer was undone: staff found that it had been used by somebody else.
async fn still_good(conn: &mut Conn, pointer: &str, code: &LinkCode) -> Result<(), Problem> {
    let parted = merge::store::was_parted_since(conn, code.partner_id, &code.external_id, code.issued_at()).await?;
    if parted { Err(invalid(pointer)) } else { Ok(()) }
}

/// Whom somebody who registers with this code becomes.
pub async fn claim(conn: &mut Conn, code: &LinkCode) -> Result<Claim, Problem> {
    let claim = rules::claim(store::lock_linked(conn, code.partner_id, &code.external_id).await?)?;
    if let Claim::Become(_) = claim {
        still_good(conn, "/link_code", code).await?;
    }
    Ok(claim)
}

/// Gives a member the name that a code is for; 409 `already_linked` where somebody has it.
pub async fn add(conn: &mut Conn, code: &LinkCode, member_id: MemberId, now: DateTime<Utc>) -> Result<(), Problem> {
    let added = store::add_external(conn, code.partner_id, &code.external_id, member_id, now).await?;
    if added { Ok(()) } else { Err(Refusal::AlreadyLinked.into()) }
}
