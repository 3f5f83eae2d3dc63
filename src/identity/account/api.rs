//! Registering, signing in and staying signed in.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use poem::{
    Request,
    http::HeaderMap,
    web::cookie::{Cookie, CookieJar, SameSite},
};
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use super::{
    password,
    rules::{self, Email, Refusal},
    store::{self, Device, NewMember},
};
use crate::{
    app::Tag,
    events::{self, Event},
    identity::{
        Doorkeeper, Myself,
        caller::address,
        partner::{self, link, rules::Claim},
        site,
    },
    kit::{Kit, Problem, limits::Ration, problem::Fields, secret, text::Text},
    words::{MemberId, Role, SessionId},
};

/// `__Host-` binds the cookie to this very origin.
const REFRESH_COOKIE: &str = "__Host-regulars_refresh";
const USER_AGENT_CHARS_MAX: usize = 200;

pub struct AccountApi {
    pub keeper: Doorkeeper,
    pub terms: SignInTerms,
}

#[derive(Clone, Copy)]
pub struct SignInTerms {
    pub password_chars_min: usize,
    pub session_ttl_days: i64,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct Register {
    email: Text,
    /// At least 12 characters, unless this server wants more.
    password: Text,
    /// The public name in URLs: 3 to 30 letters, digits, `_` and `-`.
    handle: Text,
    /// Shown beside posts; the handle by default.
    display_name: Option<Text>,
    /// The code of the member who recommended this community.
    referral_code: Option<Text>,
    /// From a partner who knows the person already: what they earned there becomes theirs here.
    link_code: Option<Text>,
}

#[derive(Object)]
struct Registered {
    /// What to do now.
    message: String,
}

#[derive(ApiResponse)]
enum RegisterAnswer {
    /// Accepted. The answer is the same for an address that has an account already, which stays as it is.
    #[oai(status = 202)]
    Accepted(Json<Registered>),
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct LogIn {
    email: Text,
    password: Text,
    /// Hold the refresh token in an HttpOnly cookie instead of returning it; for browsers.
    #[oai(default)]
    cookie: bool,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct RefreshSession {
    /// Absent when the cookie holds it.
    refresh_token: Option<Text>,
}

#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct SignedIn {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// Seconds until the access token expires.
    expires_in_s: i64,
    /// Good for one refresh_session, which returns the next one. Absent when the cookie holds it.
    refresh_token: Option<String>,
    member_id: MemberId,
}

#[derive(ApiResponse)]
enum LogOutAnswer {
    /// The session has ended.
    #[oai(status = 204)]
    Ended,
}

#[OpenApi(prefix_path = "/auth", tag = "Tag::Identity")]
impl AccountApi {
    /// Create an account
    ///
    /// Then log in. Whether the address has an account already is not told.
    #[oai(path = "/register", method = "post", operation_id = "register")]
    async fn register(&self, request: &Request, body: Json<Register>) -> Result<RegisterAnswer, Problem> {
        let Json(body) = body;
        self.kit().limits.take(Ration::SignUpForm, &address(request))?;
        if !site::current(self.kit()).await?.sign_up_open {
            return Err(site::rules::Refusal::SignUpClosed.into());
        }
        let mut fields = Fields::default();
        let display_name = body.display_name.as_deref().unwrap_or(&body.handle);
        let email = Email::parse(&body.email);
        if email.is_none() {
            fields.refuse("/email", "This is not an e-mail address.");
        }
        rules::check_handle(&mut fields, &body.handle);
        rules::check_password(&mut fields, &body.password, self.terms.password_chars_min, &[&body.handle, &body.email]);
        fields.chars("/display_name", display_name, rules::DISPLAY_NAME_CHARS);
        let display_name = display_name.trim();
        if let Some(code) = &body.referral_code {
            fields.chars("/referral_code", code, 1..=rules::REFERRAL_CODE_CHARS_MAX);
        }
        fields.done()?;
        let Some(email) = email else { return Err(Problem::invalid_field("/email", "This is not an e-mail address.")) };

        let now = self.kit().clock.now();
        let code = body.link_code.as_deref().map(|code| link::open(self.kit(), "/link_code", code, now)).transpose()?;
        // Hashed before anything is looked up, so that every answer takes as long.
        let password_hash = password::hash(body.password.0).await?;
        let mut tx = self.kit().db.begin().await?;
        if store::is_handle_taken(&mut tx, &body.handle, now).await? {
            return Err(Refusal::HandleTaken.into());
        }
        let claim = match &code {
            Some(code) => Some(link::claim(&mut tx, code).await?),
            None => None,
        };
        // Only now: a form with a mistake in it is nobody who joins.
        self.kit().limits.take(Ration::SignUp, &address(request))?;
        if !store::is_email_known(&mut tx, &email).await? {
            let handle_key = rules::handle_keys(&body.handle).shape;
            let member_id = if let Some(Claim::Become(member_id)) = claim {
                partner::store::claim_member(&mut tx, member_id, &body.handle, &handle_key, display_name).await?;
                member_id
            } else {
                let id = MemberId::new();
                let member = NewMember { id, handle: &body.handle, handle_key, display_name, role: Role::Member, created_at: now };
                store::insert_member(&mut tx, &member).await?;
                id
            };
            if let (Some(Claim::Add), Some(code)) = (claim, &code) {
                link::add(&mut tx, code, member_id, now).await?;
            }
            store::insert_account(&mut tx, member_id, &email, &password_hash, now).await?;
            let referral_code = body.referral_code.map(|code| code.0);
            events::tell(&mut tx, now, [Event::MemberRegistered { member_id, referral_code }]).await?;
            tx.commit().await?;
            self.kit().outbox.ring();
        }
        let message = "If this address had no account, it has one now: log in.".to_owned();
        Ok(RegisterAnswer::Accepted(Json(Registered { message })))
    }

    /// Sign in
    ///
    /// The answer takes as long whether or not the address has an account. Tries are rationed (429): 6 a minute from one
    /// network, 10 and then one a minute from one network at one account, and 30 and then one in ten minutes at one account
    /// from networks where its owner has not signed in within 90 days.
    #[oai(path = "/login", method = "post", operation_id = "log_in")]
    async fn log_in(&self, request: &Request, jar: &CookieJar, body: Json<LogIn>) -> Result<Json<SignedIn>, Problem> {
        let Json(body) = body;
        let (email_key, network) = (body.email.trim().to_lowercase(), address(request));
        self.take_try(&email_key, &network).await?;
        let credentials = store::find_credentials(&mut *self.kit().db.read().await?, &email_key).await?;
        let stored = credentials.as_ref().map(|known| known.password_hash.clone());
        let right = password::verify(body.password.0, stored).await?;
        let Some(known) = credentials.filter(|_| right) else { return Err(Refusal::BadCredentials.into()) };
        let member_id = known.member_id;

        let now = self.kit().clock.now();
        let session_id = SessionId::new();
        let mut tx = self.kit().db.begin().await?;
        // Changed, or erased, while the hash was computed.
        if !store::holds_password(&mut tx, member_id, &known.password_hash).await? {
            return Err(Refusal::BadCredentials.into());
        }
        if let Some(into) = store::find_merged_into(&mut tx, member_id).await? {
            return Err(rules::merged(&into));
        }
        let device = Device { user_agent: user_agent(request.headers()), network: self.network_hash(&network) };
        store::insert_session(&mut tx, session_id, member_id, &device, now, self.session_end(now)).await?;
        let refresh_token = secret::random_token();
        store::insert_refresh_token(&mut tx, &refresh_token, session_id, now).await?;
        tx.commit().await?;
        self.signed_in(jar, body.cookie, member_id, session_id, refresh_token, now)
    }

    /// Get a new access token
    ///
    /// Uses up the refresh token and returns the next one. The same token sent again within 30 seconds returns that same
    /// next one, for the first answer may have been lost. After that, a used token ends the session: somebody has a copy.
    #[oai(path = "/refresh", method = "post", operation_id = "refresh_session")]
    async fn refresh_session(&self, jar: &CookieJar, body: Json<RefreshSession>) -> Result<Json<SignedIn>, Problem> {
        let cookie = jar.get(REFRESH_COOKIE).map(|cookie| cookie.value_str().to_owned());
        let in_cookie = body.refresh_token.is_none();
        let Some(token) = body.0.refresh_token.map(|token| token.0).or(cookie) else { return Err(Refusal::BadRefreshToken.into()) };

        let now = self.kit().clock.now();
        let mut tx = self.kit().db.begin().await?;
        let Some(refresh) = store::find_refresh_token(&mut tx, &token).await? else { return Err(Refusal::BadRefreshToken.into()) };
        if refresh.revoked_at.is_some() || refresh.expires_at <= now {
            return Err(Refusal::BadRefreshToken.into());
        }
        if rules::is_copied(refresh.used_at, now) {
            store::revoke_session(&mut tx, refresh.session_id, now).await?;
            tx.commit().await?;
            return Err(Refusal::BadRefreshToken.into());
        }
        store::use_refresh_token(&mut tx, &token, refresh.session_id, now, self.session_end(now)).await?;
        let next = secret::next_token(&self.keeper.refresh_key, &token);
        store::insert_refresh_token(&mut tx, &next, refresh.session_id, now).await?;
        tx.commit().await?;
        self.signed_in(jar, in_cookie, refresh.member_id, refresh.session_id, next, now)
    }

    /// Sign out
    #[oai(path = "/logout", method = "post", operation_id = "log_out")]
    async fn log_out(&self, myself: Myself, jar: &CookieJar) -> Result<LogOutAnswer, Problem> {
        let mut tx = self.kit().db.begin().await?;
        store::revoke_session(&mut tx, myself.0.session_id, self.kit().clock.now()).await?;
        tx.commit().await?;
        forget_session(jar);
        Ok(LogOutAnswer::Ended)
    }
}

impl AccountApi {
    fn kit(&self) -> &Kit {
        &self.keeper.kit
    }

    /// Rations the guessing of passwords. Addresses are counted whether or not they have an account, so that nothing is
    /// told. Where an account's owner has signed in before, others' guesses elsewhere do not keep them out.
    async fn take_try(&self, email_key: &str, network: &str) -> Result<(), Problem> {
        let limits = &self.kit().limits;
        limits.take(Ration::SignIn, network)?;
        let account = BASE64_URL_SAFE_NO_PAD.encode(secret::hash(email_key));
        limits.take(Ration::Password, &format!("{account} {network}"))?;
        match limits.take(Ration::PasswordOfAll, &account) {
            Err(refused) if !store::knows_network(&mut *self.kit().db.read().await?, email_key, &self.network_hash(network)).await? => {
                Err(refused)
            }
            _ => Ok(()),
        }
    }

    /// How a session remembers where it began: addresses are few enough to be tried, if it were a plain hash.
    fn network_hash(&self, network: &str) -> Vec<u8> {
        secret::keyed_hash(&self.keeper.refresh_key, &format!("network {network}"))
    }

    fn session_end(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + Duration::days(self.terms.session_ttl_days)
    }

    fn signed_in(
        &self,
        jar: &CookieJar,
        in_cookie: bool,
        member_id: MemberId,
        session_id: SessionId,
        refresh_token: String,
        now: DateTime<Utc>,
    ) -> Result<Json<SignedIn>, Problem> {
        let access_token = self.keeper.tokens.issue(member_id, session_id, now).map_err(Problem::internal)?;
        let refresh_token = if in_cookie {
            let kept = std::time::Duration::from_secs(self.terms.session_ttl_days as u64 * 86_400);
            jar.add(session_cookie(refresh_token, kept));
            None
        } else {
            Some(refresh_token)
        };
        Ok(Json(SignedIn { access_token, expires_in_s: self.keeper.tokens.ttl_s, refresh_token, member_id }))
    }
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
pub fn forget_session(jar: &CookieJar) {
    jar.add(session_cookie(String::new(), std::time::Duration::ZERO));
}

fn user_agent(headers: &HeaderMap) -> String {
    let text = headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().take(USER_AGENT_CHARS_MAX).collect()
}
