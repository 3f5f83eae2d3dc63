//! Staying signed in, where one is, and signing out.

use chrono::{DateTime, Utc};
use poem::web::cookie::CookieJar;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{
    rules::{self, Refusal},
    store::{self, SessionRow},
    tokens::{Grant, SignInTerms, SignedIn, clear_cookie, find_cookie, sign_in},
};
use crate::{
    domain::{ApiTag, SessionId},
    identity::{Authenticator, Myself},
    kit::{Problem, pagination::Page, secret, text::Text},
};

/// Operations on sessions: refresh, sign out, list one's own and end them.
pub struct SessionApi {
    pub authenticator: Authenticator,
    pub terms: SignInTerms,
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
struct RefreshSession {
    /// Absent when the cookie holds it.
    refresh_token: Option<Text>,
}

#[derive(ApiResponse)]
enum LogOutAnswer {
    /// The session has ended.
    #[oai(status = 204)]
    Ended,
}

#[OpenApi(tag = "ApiTag::Identity")]
impl SessionApi {
    /// Get a new access token
    ///
    /// Uses up the refresh token and returns the next one. The same token sent again within 30 seconds returns that same
    /// next one, for the first answer may have been lost. After that, a used token ends the session: somebody has a copy.
    #[oai(path = "/auth/refresh", method = "post", operation_id = "refresh_session")]
    async fn refresh_session(&self, jar: &CookieJar, body: Json<RefreshSession>) -> Result<Json<SignedIn>, Problem> {
        let in_cookie = body.refresh_token.is_none();
        let Some(token) = body.0.refresh_token.map(|token| token.0).or_else(|| find_cookie(jar)) else {
            return Err(Refusal::BadRefreshToken.into());
        };

        let now = self.authenticator.kit.clock.now();
        let mut tx = self.authenticator.kit.db.begin().await?;
        let Some(refresh) = store::find_refresh_token(&mut tx, &token).await? else { return Err(Refusal::BadRefreshToken.into()) };
        if refresh.revoked_at.is_some() || refresh.expires_at <= now {
            return Err(Refusal::BadRefreshToken.into());
        }
        if rules::is_copied(refresh.used_at, now) {
            store::revoke(&mut tx, refresh.session_id, now).await?;
            tx.commit().await?;
            return Err(Refusal::BadRefreshToken.into());
        }
        store::use_refresh_token(&mut tx, &token, refresh.session_id, now, self.terms.session_end(now)).await?;
        let next = secret::next_token(&self.authenticator.refresh_key, &token);
        store::insert_refresh_token(&mut tx, &next, refresh.session_id, now).await?;
        tx.commit().await?;
        let grant = Grant { member_id: refresh.member_id, session_id: refresh.session_id, refresh_token: next, in_cookie };
        sign_in(&self.authenticator, self.terms, jar, grant, now)
    }

    /// Sign out
    #[oai(path = "/auth/logout", method = "post", operation_id = "log_out")]
    async fn log_out(&self, myself: Myself, jar: &CookieJar) -> Result<LogOutAnswer, Problem> {
        let mut tx = self.authenticator.kit.db.begin().await?;
        store::revoke(&mut tx, myself.0.session_id, self.authenticator.kit.clock.now()).await?;
        tx.commit().await?;
        clear_cookie(jar);
        Ok(LogOutAnswer::Ended)
    }

    /// List the caller's sessions
    ///
    /// Those that are alive, the newest first.
    #[oai(path = "/me/sessions", method = "get", operation_id = "list_my_sessions")]
    async fn list_my_sessions(
        &self,
        myself: Myself,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<SessionView>>, Problem> {
        let list = format!("list_my_sessions?{}", myself.0.member_id);
        let request = self.authenticator.kit.cursors.request::<()>(&list, cursor.0.as_deref(), limit.0)?;
        let mut conn = self.authenticator.kit.db.read().await?;
        let rows = store::list_alive(&mut conn, myself.0.member_id, self.authenticator.kit.clock.now(), &request).await?;
        let current = myself.0.session_id;
        let view = |row: SessionRow| SessionView {
            id: row.id,
            user_agent: row.user_agent,
            since: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            current: row.id == current,
        };
        Ok(Json(self.authenticator.kit.cursors.page(&list, &request, rows, |row| ((), row.id.0), view)))
    }

    /// End one of the caller's sessions
    #[oai(path = "/me/sessions/:session_id", method = "delete", operation_id = "revoke_my_session")]
    async fn revoke_my_session(&self, myself: Myself, jar: &CookieJar, session_id: Path<SessionId>) -> Result<Ended, Problem> {
        let now = self.authenticator.kit.clock.now();
        let mut tx = self.authenticator.kit.db.begin().await?;
        if !store::revoke_own(&mut tx, session_id.0, myself.0.member_id, now).await? {
            return Err(Problem::not_found("session"));
        }
        tx.commit().await?;
        if session_id.0 == myself.0.session_id {
            clear_cookie(jar);
        }
        Ok(Ended::Done)
    }
}
