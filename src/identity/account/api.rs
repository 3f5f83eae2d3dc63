//! Registering, and signing in.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use poem::{Request, http::HeaderMap, web::cookie::CookieJar};
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use super::{
    password,
    rules::{self, Email, Refusal},
    store::{self, NewMember},
};
use crate::{
    events::{self, Event},
    identity::{
        Doorkeeper,
        caller::address,
        handle::handle_keys,
        member,
        partner::{self, link, rules::Claim},
        session::{
            self,
            signed_in::{Grant, SignInTerms, SignedIn, sign_in},
            store::Device,
        },
        site,
    },
    kit::{Kit, Problem, limits::Ration, problem::Fields, secret, text::Text},
    words::{ApiTag, MemberId, Role, SessionId},
};

const USER_AGENT_CHARS_MAX: usize = 200;

pub struct AccountApi {
    pub keeper: Doorkeeper,
    pub terms: SignInTerms,
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

#[OpenApi(prefix_path = "/auth", tag = "ApiTag::Identity")]
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
        fields.chars("/display_name", display_name, member::rules::DISPLAY_NAME_CHARS);
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
            let handle_key = handle_keys(&body.handle).shape;
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
        session::store::insert(&mut tx, session_id, member_id, &device, now, self.terms.session_end(now)).await?;
        let refresh_token = secret::random_token();
        session::store::insert_refresh_token(&mut tx, &refresh_token, session_id, now).await?;
        tx.commit().await?;
        sign_in(&self.keeper, self.terms, jar, Grant { member_id, session_id, refresh_token, in_cookie: body.cookie }, now)
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
}

fn user_agent(headers: &HeaderMap) -> String {
    let text = headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().take(USER_AGENT_CHARS_MAX).collect()
}
