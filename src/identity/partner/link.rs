//! How a member and a partner's customer become one.

use chrono::{DateTime, Utc};
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use super::{
    rules::{self, Claim, Link, LinkCode, Refusal},
    store,
};
use crate::{
    app::Tag,
    identity::{
        Member,
        member::{rules as member_rules, store as member_store},
    },
    kit::{Conn, Kit, Problem, text::Text},
    words::MemberId,
};

pub struct LinkApi {
    pub kit: Kit,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct LinkMember {
    /// As the partner handed it out.
    code: Text,
}

#[derive(ApiResponse)]
enum LinkMade {
    /// The partner's customer and the caller are one member.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(tag = "Tag::Identity")]
impl LinkApi {
    /// Link the caller with a partner's customer
    ///
    /// Refused when the customer number belongs to somebody else, or to an unclaimed member with purchases or points:
    /// such a member is claimed by registering.
    #[oai(path = "/me/links", method = "post", operation_id = "link_external_member")]
    async fn link_external_member(&self, member: Member, body: Json<LinkMember>) -> Result<LinkMade, Problem> {
        let now = self.kit.clock.now();
        let code = open(&self.kit, "/code", &body.0.code, now)?;
        let mine = member.0.member_id;
        let mut tx = self.kit.db.begin().await?;
        let linked = store::lock_linked(&mut tx, code.partner_id, &code.external_id).await?;
        match rules::link(mine, linked)? {
            Link::Nothing => {}
            Link::Add => add(&mut tx, &code, mine, now).await?,
            Link::Replace(guest) => {
                store::move_external(&mut tx, code.partner_id, &code.external_id, mine, now).await?;
                member_store::erase(&mut tx, guest, &member_store::random_handle("erased-", 8), member_rules::ERASED_NAME, now).await?;
            }
        }
        tx.commit().await?;
        Ok(LinkMade::Done)
    }
}

/// What a code says, or 422 for the field that it came in.
pub fn open(kit: &Kit, pointer: &str, code: &str, now: DateTime<Utc>) -> Result<LinkCode, Problem> {
    let sealed: Option<LinkCode> = kit.cursors.open(rules::LINK_CODE_PURPOSE, code);
    sealed.filter(|code| code.is_valid(now)).ok_or_else(|| Problem::invalid_field(pointer, "This code is not valid, or no longer."))
}

/// Whom somebody who registers with this code becomes.
pub async fn claim(conn: &mut Conn, code: &LinkCode) -> Result<Claim, Problem> {
    Ok(rules::claim(store::lock_linked(conn, code.partner_id, &code.external_id).await?)?)
}

pub async fn add(conn: &mut Conn, code: &LinkCode, member_id: MemberId, now: DateTime<Utc>) -> Result<(), Problem> {
    let added = store::add_external(conn, code.partner_id, &code.external_id, member_id, now).await?;
    if added { Ok(()) } else { Err(Refusal::AlreadyLinked.into()) }
}
