//! How the server's operator makes an administrator.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    password_hash,
    rules::{self, Email, Refusal},
    store::{self, NewMember},
};
use crate::{
    domain::{MemberId, Role},
    events::{self, Event},
    identity::{
        audit::{self, AuditEntry},
        handle::handle_keys,
        member::{rules as member_rules, store as member_store},
    },
    kit::{Conn, Problem, problem::Fields},
};

/// Makes an administrator: of the account that has this address, or of a new one. In the caller's transaction, and
/// without effect when it is done already. True when it made a new account.
///
/// Addresses are not verified: who registered this one first need not be whom the operator means. So an account must have
/// this very password to be made an administrator's; else 409 `address_taken`.
pub async fn create_administrator(
    conn: &mut Conn,
    email: &str,
    handle: &str,
    password: String,
    password_chars_min: usize,
    now: DateTime<Utc>,
) -> Result<bool, Problem> {
    let email = Email::parse(email).ok_or_else(|| Problem::invalid_field("/email", "This is not an e-mail address."))?;
    let (member_id, was_listed, is_new) = match store::find_credentials(conn, &email.key).await? {
        Some(known) => {
            let Some(me) = member_store::lock_me(conn, known.member_id).await? else {
                let into = store::find_merged_into(conn, known.member_id).await?;
                return Err(into.map_or_else(|| Problem::not_found("member"), |into| rules::merged(&into)));
            };
            let knows_password = password_hash::verify(password, Some(known.password_hash)).await?;
            if !rules::may_promote(me.role, knows_password)? {
                return Ok(false);
            }
            (me.id, member_rules::is_listed(me.role, me.on_leaderboards), false)
        }
        None => {
            let mut fields = Fields::default();
            rules::check_handle(&mut fields, handle);
            rules::check_password(&mut fields, &password, password_chars_min, &[handle, &email.given]);
            fields.done()?;
            if store::is_handle_taken(conn, handle, now).await? {
                return Err(Refusal::HandleTaken.into());
            }
            let handle_key = handle_keys(handle).shape;
            let member = NewMember { id: MemberId::new(), handle, handle_key, display_name: handle, role: Role::Member, created_at: now };
            store::insert_member(conn, &member).await?;
            if !store::insert_account(conn, member.id, &email, &password_hash::hash(password).await?, now).await? {
                return Err(Refusal::AddressTaken.into());
            }
            events::publish(conn, now, [Event::MemberRegistered { member_id: member.id, referral_code: None }]).await?;
            (member.id, false, true)
        }
    };
    member_store::set_role(conn, member_id, Role::Administrator).await?;
    if was_listed {
        events::publish(conn, now, [Event::LeaderboardListingChanged { member_id, listed: false }]).await?;
    }
    let detail = json!({ "to": Role::Administrator });
    audit::record(conn, AuditEntry::new(None, "set_member_role", ("member", member_id.0), "", detail, now)).await?;
    Ok(is_new)
}
