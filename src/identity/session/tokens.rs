//! What keeps somebody signed in: an access token, and a refresh token of their session, in a cookie for browsers.

use chrono::{DateTime, Duration, Utc};
use poem::web::cookie::{Cookie, CookieJar, SameSite};
use poem_openapi::{Object, payload::Json};

use crate::{
    domain::{MemberId, SessionId},
    identity::auth::Authenticator,
    kit::Problem,
};

/// `__Host-` binds the cookie to this very origin.
const REFRESH_COOKIE: &str = "__Host-regulars_refresh";

/// What the operator wants of those who sign in.
#[derive(Clone, Copy)]
pub struct SignInTerms {
    pub password_chars_min: usize,
    pub session_ttl_days: i64,
}

impl SignInTerms {
    /// When a session ends that is used for the last time now.
    pub fn session_end(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + Duration::days(self.session_ttl_days)
    }
}

/// Tokens of a session that has just begun or gone on.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct SignedIn {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// Seconds until the access token expires.
    expires_in_s: i64,
    /// Good for one refresh_session, which returns the next one. Absent when the cookie holds it.
    refresh_token: Option<String>,
    member_id: MemberId,
}

/// A session with the refresh token that it goes on with.
pub struct Grant {
    pub member_id: MemberId,
    pub session_id: SessionId,
    pub refresh_token: String,
    /// Whether a browser keeps the refresh token, out of its scripts' reach.
    pub in_cookie: bool,
}

/// Issues an access token, and hands over the refresh token.
pub fn sign_in(
    authenticator: &Authenticator,
    terms: SignInTerms,
    jar: &CookieJar,
    grant: Grant,
    now: DateTime<Utc>,
) -> Result<Json<SignedIn>, Problem> {
    let Grant { member_id, session_id, refresh_token, in_cookie } = grant;
    let access_token = authenticator.tokens.issue(member_id, session_id, now).map_err(Problem::internal)?;
    let refresh_token = if in_cookie {
        let kept = std::time::Duration::from_secs(terms.session_ttl_days as u64 * 86_400);
        jar.add(session_cookie(refresh_token, kept));
        None
    } else {
        Some(refresh_token)
    };
    Ok(Json(SignedIn { access_token, expires_in_s: authenticator.tokens.ttl_s, refresh_token, member_id }))
}

/// The refresh token that a browser sent.
pub fn find_cookie(jar: &CookieJar) -> Option<String> {
    jar.get(REFRESH_COOKIE).map(|cookie| cookie.value_str().to_owned())
}

fn session_cookie(refresh_token: String, kept: std::time::Duration) -> Cookie {
    let mut cookie = Cookie::new_with_str(REFRESH_COOKIE, refresh_token);
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_secure(true);
    // Strict: no other site can make the browser send it.
    cookie.set_same_site(SameSite::Strict);
    cookie.set_max_age(kept);
    cookie
}

/// Takes the refresh token from a browser. With all attributes: one without Secure and Path is not taken for a `__Host-`.
pub fn clear_cookie(jar: &CookieJar) {
    jar.add(session_cookie(String::new(), std::time::Duration::ZERO));
}
