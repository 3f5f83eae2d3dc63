//! Where one is signed in, and the password.

use chrono::{DateTime, Utc};
use poem::web::cookie::CookieJar;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::store::{self, SessionRow};
use crate::{
    app::Tag,
    identity::{
        Myself,
        account::{api::forget_session, password, rules as account_rules, store as account_store},
        member::api::{confirm_password, still_holds},
    },
    kit::{Kit, Problem, page::Page, problem::Fields, text::Text},
    words::SessionId,
};

pub struct SessionApi {
    pub kit: Kit,
    pub password_chars_min: usize,
}

/// A device on which the caller is signed in.
#[derive(Object)]
struct SessionView {
    id: SessionId,
    /// What the device called itself when it signed in.
    user_agent: String,
    /// When it signed in.
    since: DateTime<Utc>,
    /// When it last fetched an access token.
    last_used_at: DateTime<Utc>,
    /// When it will be signed out unless it is used before.
    expires_at: DateTime<Utc>,
    /// Whether this request comes from it.
    current: bool,
}

#[derive(ApiResponse)]
enum Ended {
    /// The session has ended.
    #[oai(status = 204)]
    Done,
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

#[OpenApi(prefix_path = "/me", tag = "Tag::Identity")]
impl SessionApi {
    /// List the caller's sessions
    ///
    /// Those that are alive, the newest first.
    #[oai(path = "/sessions", method = "get", operation_id = "list_my_sessions")]
    async fn list_my_sessions(
        &self,
        myself: Myself,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<SessionView>>, Problem> {
        let list = format!("list_my_sessions?{}", myself.0.member_id);
        let request = self.kit.cursors.request::<()>(&list, cursor.0.as_deref(), limit.0)?;
        let mut conn = self.kit.db.read().await?;
        let rows = store::list_alive(&mut conn, myself.0.member_id, self.kit.clock.now(), &request).await?;
        let current = myself.0.session_id;
        let view = |row: SessionRow| SessionView {
            id: row.id,
            user_agent: row.user_agent,
            since: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            current: row.id == current,
        };
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| ((), row.id.0), view)))
    }

    /// End one of the caller's sessions
    #[oai(path = "/sessions/:session_id", method = "delete", operation_id = "revoke_my_session")]
    async fn revoke_my_session(&self, myself: Myself, jar: &CookieJar, session_id: Path<SessionId>) -> Result<Ended, Problem> {
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        if !store::revoke_own(&mut tx, session_id.0, myself.0.member_id, now).await? {
            return Err(Problem::not_found("session"));
        }
        tx.commit().await?;
        if session_id.0 == myself.0.session_id {
            forget_session(jar);
        }
        Ok(Ended::Done)
    }

    /// Change the password
    ///
    /// Ends every other session.
    #[oai(path = "/password", method = "put", operation_id = "change_password")]
    async fn change_password(&self, myself: Myself, body: Json<ChangePassword>) -> Result<PasswordChanged, Problem> {
        let Json(body) = body;
        let actor = myself.0;
        let mut fields = Fields::default();
        account_rules::check_new_password(&mut fields, "/new_password", &body.new_password, self.password_chars_min, &[&actor.handle]);
        fields.done()?;
        let old_hash = confirm_password(&self.kit, actor.member_id, body.old_password.0).await?;
        let hash = password::hash(body.new_password.0).await?;
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        still_holds(&mut tx, actor.member_id, &old_hash).await?;
        account_store::update_password_hash(&mut tx, actor.member_id, &hash).await?;
        store::revoke_others(&mut tx, actor.member_id, actor.session_id, now).await?;
        tx.commit().await?;
        Ok(PasswordChanged::Done)
    }
}
