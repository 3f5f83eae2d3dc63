//! Logging in.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use poem::{Request, http::HeaderMap, web::cookie::CookieJar};
use poem_openapi::{Object, OpenApi, payload::Json};

use crate::{
    domain::{ApiTag, SessionId},
    identity::{
        Authenticator,
        account::{
            self,
            rules::{PASSWORD, PASSWORD_OF_ALL, Refusal, SIGN_IN},
        },
        auth::address,
        session::{
            self,
            store::Device,
            tokens::{Grant, SignInTerms, SignedIn, sign_in},
        },
    },
    kit::{Kit, Problem, secret, text::Text},
};

const USER_AGENT_CHARS_MAX: usize = 200;

/// The operation that signs a member in.
pub struct LoginApi {
    pub authenticator: Authenticator,
    pub terms: SignInTerms,
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

#[OpenApi(prefix_path = "/auth", tag = "ApiTag::Identity")]
impl LoginApi {
    /// Sign in
    ///
    /// The answer takes as long whether or not the address has an account. Tries are limited (429): 6 a minute from one
    /// network, 10 and then one a minute from one network at one account, and 30 and then one in ten minutes at one account
    /// from networks where its owner has not signed in within 90 days.
    #[oai(path = "/login", method = "post", operation_id = "log_in")]
    async fn log_in(&self, request: &Request, jar: &CookieJar, body: Json<LogIn>) -> Result<Json<SignedIn>, Problem> {
        let Json(body) = body;
        let (email_key, network) = (body.email.trim().to_lowercase(), address(request));
        self.take_try(&email_key, &network).await?;
        let credentials = account::store::find_credentials(&mut *self.kit().db.read().await?, &email_key).await?;
        let stored = credentials.as_ref().map(|known| known.password_hash.clone());
        let right = account::password_hash::verify(body.password.0, stored).await?;
        let Some(known) = credentials.filter(|_| right) else { return Err(Refusal::BadCredentials.into()) };
        let member_id = known.member_id;

        let now = self.kit().clock.now();
        let session_id = SessionId::new();
        let mut tx = self.kit().db.begin().await?;
        // Changed, or erased, while the hash was computed.
        if !account::store::holds_password(&mut tx, member_id, &known.password_hash).await? {
            return Err(Refusal::BadCredentials.into());
        }
        if let Some(into) = account::store::find_merged_into(&mut tx, member_id).await? {
            return Err(account::rules::merged(&into));
        }
        let device = Device { user_agent: user_agent(request.headers()), network: self.network_hash(&network) };
        session::store::insert(&mut tx, session_id, member_id, &device, now, self.terms.session_end(now)).await?;
        let refresh_token = secret::random_token();
        session::store::insert_refresh_token(&mut tx, &refresh_token, session_id, now).await?;
        tx.commit().await?;
        sign_in(&self.authenticator, self.terms, jar, Grant { member_id, session_id, refresh_token, in_cookie: body.cookie }, now)
    }
}

impl LoginApi {
    fn kit(&self) -> &Kit {
        &self.authenticator.kit
    }

    /// Limits the guessing of passwords. Addresses are counted whether or not they have an account, so that nothing is
    /// told. Where an account's owner has signed in before, others' guesses elsewhere do not keep them out.
    async fn take_try(&self, email_key: &str, network: &str) -> Result<(), Problem> {
        let limits = &self.kit().limits;
        limits.take(SIGN_IN, network)?;
        let account = BASE64_URL_SAFE_NO_PAD.encode(secret::hash(email_key));
        limits.take(PASSWORD, &format!("{account} {network}"))?;
        match limits.take(PASSWORD_OF_ALL, &account) {
            Err(refused)
                if !account::store::knows_network(&mut *self.kit().db.read().await?, email_key, &self.network_hash(network)).await? =>
            {
                Err(refused)
            }
            _ => Ok(()),
        }
    }

    /// How a session remembers where it began: addresses are few enough to be tried, if it were a plain hash.
    fn network_hash(&self, network: &str) -> Vec<u8> {
        secret::keyed_hash(&self.authenticator.refresh_key, &format!("network {network}"))
    }
}

fn user_agent(headers: &HeaderMap) -> String {
    let text = headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().take(USER_AGENT_CHARS_MAX).collect()
}
