//! What people do with their own account: change its password, and leave.

use poem::web::cookie::CookieJar;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use super::{
    password_hash,
    rules::{self, PASSWORD},
    store,
};
use crate::{
    domain::{ApiTag, MemberId},
    events::{self, Event},
    identity::{
        Myself, auth,
        member::{self, rules as member_rules},
        merge,
        session::{self, tokens::clear_cookie},
    },
    kit::{Conn, Kit, Problem, problem::Fields, text::Text},
};

/// Operations on one's own account: change the password, and leave.
pub struct OwnAccountApi {
    pub kit: Kit,
    pub password_chars_min: usize,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct ChangePassword {
    old_password: Text,
    /// At least 12 characters, unless this server wants more.
    new_password: Text,
}

#[derive(ApiResponse)]
enum PasswordChanged {
    /// From now on it takes the new password; all other sessions have ended.
    #[oai(status = 204)]
    Done,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct EraseMe {
    /// The account's password, to be sure.
    password: Text,
}

#[derive(ApiResponse)]
enum Erased {
    /// The account is gone. What was written stays, under the name of an erased member.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(prefix_path = "/me", tag = "ApiTag::Identity")]
impl OwnAccountApi {
    /// Change the password
    ///
    /// Ends every other session.
    #[oai(path = "/password", method = "put", operation_id = "change_password")]
    async fn change_password(&self, myself: Myself, body: Json<ChangePassword>) -> Result<PasswordChanged, Problem> {
        let Json(body) = body;
        let actor = myself.0;
        let mut fields = Fields::default();
        rules::check_new_password(&mut fields, "/new_password", &body.new_password, self.password_chars_min, &[&actor.handle]);
        fields.done()?;
        let old_hash = confirm(&self.kit, actor.member_id, body.old_password.0).await?;
        let hash = password_hash::hash(body.new_password.0).await?;
        let now = self.kit.clock.now();
        let mut tx = actor.begin(&self.kit).await?;
        still_holds(&mut tx, actor.member_id, &old_hash).await?;
        store::update_password_hash(&mut tx, actor.member_id, &hash).await?;
        session::store::revoke_others(&mut tx, actor.member_id, actor.session_id, now).await?;
        tx.commit().await?;
        Ok(PasswordChanged::Done)
    }

    /// Erase the caller
    ///
    /// Ends every session, deletes the account, and takes the name off everything that was written, and out of what others
    /// wrote to it. The handle stays taken, so that nobody passes for who is gone; the address may register again. There is
    /// no way back. The last administrator cannot go.
    #[oai(path = "/", method = "delete", operation_id = "erase_me")]
    async fn erase_me(&self, myself: Myself, jar: &CookieJar, body: Json<EraseMe>) -> Result<Erased, Problem> {
        let actor = myself.0;
        let hash = confirm(&self.kit, actor.member_id, body.0.password.0).await?;
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        let administrators = member::store::lock_administrators(&mut tx).await?;
        let me = member::store::lock_me(&mut tx, actor.member_id).await?.ok_or_else(auth::gone)?;
        still_holds(&mut tx, me.id, &hash).await?;
        member_rules::may_cease(me.role, administrators.len())?;
        let stand_in = member::store::random_handle("erased-", 8);
        let mut names = member::store::erase(&mut tx, me.id, &stand_in, member_rules::ERASED_NAME, now).await?;
        // What was merged into them is theirs, and texts that named it name them.
        for part in merge::store::find_parts(&mut tx, me.id).await? {
            let stand_in = member::store::random_handle("erased-", 8);
            let own = member::store::erase(&mut tx, part, &stand_in, member_rules::ERASED_NAME, now).await?;
            names.extend(own.iter().cloned());
            events::publish(&mut tx, now, [Event::MemberErased { member_id: part, names: own, stand_in }]).await?;
        }
        events::publish(&mut tx, now, [Event::MemberErased { member_id: me.id, names, stand_in }]).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        clear_cookie(jar);
        Ok(Erased::Done)
    }
}

/// Wants the member's own password again before something that cannot be undone; guesses are limited. Returns its hash,
/// for [`still_holds`].
async fn confirm(kit: &Kit, member_id: MemberId, given: String) -> Result<String, Problem> {
    kit.limits.take(PASSWORD, &format!("member:{member_id}"))?;
    // The connection goes back before the hashing.
    let stored = store::find_password_hash(&mut *kit.db.read().await?, member_id).await?;
    let right = password_hash::verify(given, stored.clone()).await?;
    stored.filter(|_| right).ok_or_else(|| rules::Refusal::WrongPassword.into())
}

/// Wants the password to be what it was when it was confirmed: somebody may have changed it meanwhile. It stays so to the
/// end of the transaction.
async fn still_holds(conn: &mut Conn, member_id: MemberId, hash: &str) -> Result<(), Problem> {
    if store::holds_password(conn, member_id, hash).await? { Ok(()) } else { Err(rules::Refusal::WrongPassword.into()) }
}
