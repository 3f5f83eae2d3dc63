//! Registering.

use poem::Request;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use super::{
    password_hash,
    rules::{self, Email, Refusal, SIGN_UP, SIGN_UP_FORM},
    store::{self, NewMember},
};
use crate::{
    domain::{ApiTag, MemberId, Role},
    events::{self, Event},
    identity::{
        auth::address,
        handle::handle_keys,
        member,
        partner::{self, link_api, rules::Claim},
        site_settings,
    },
    kit::{Kit, Problem, problem::Fields, text::Text},
};

/// The operation that registers a member.
pub struct AccountApi {
    pub kit: Kit,
    pub password_chars_min: usize,
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

#[OpenApi(prefix_path = "/auth", tag = "ApiTag::Identity")]
impl AccountApi {
    /// Create an account
    ///
    /// Then log in. Whether the address has an account already is not told.
    #[oai(path = "/register", method = "post", operation_id = "register")]
    async fn register(&self, request: &Request, body: Json<Register>) -> Result<RegisterAnswer, Problem> {
        let Json(body) = body;
        self.kit.limits.take(SIGN_UP_FORM, &address(request))?;
        if !site_settings::current(&self.kit).await?.sign_up_open {
            return Err(site_settings::rules::Refusal::SignUpClosed.into());
        }
        let mut fields = Fields::default();
        let display_name = body.display_name.as_deref().unwrap_or(&body.handle);
        let email = Email::parse(&body.email);
        if email.is_none() {
            fields.refuse("/email", "This is not an e-mail address.");
        }
        rules::check_handle(&mut fields, &body.handle);
        rules::check_password(&mut fields, &body.password, self.password_chars_min, &[&body.handle, &body.email]);
        fields.chars("/display_name", display_name, member::rules::DISPLAY_NAME_CHARS);
        let display_name = display_name.trim();
        if let Some(code) = &body.referral_code {
            fields.chars("/referral_code", code, 1..=rules::REFERRAL_CODE_CHARS_MAX);
        }
        fields.done()?;
        let Some(email) = email else { return Err(Problem::invalid_field("/email", "This is not an e-mail address.")) };

        let now = self.kit.clock.now();
        let code = body.link_code.as_deref().map(|code| link_api::open(&self.kit, "/link_code", code, now)).transpose()?;
        // Hashed before anything is looked up, so that every answer takes as long.
        let password_hash = password_hash::hash(body.password.0).await?;
        let mut tx = self.kit.db.begin().await?;
        if store::is_handle_taken(&mut tx, &body.handle, now).await? {
            return Err(Refusal::HandleTaken.into());
        }
        let claim = match &code {
            Some(code) => Some(link_api::claim(&mut tx, code).await?),
            None => None,
        };
        // Only now: a form with a mistake in it is nobody who joins.
        self.kit.limits.take(SIGN_UP, &address(request))?;
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
                link_api::add(&mut tx, code, member_id, now).await?;
            }
            // Of two at once, the later one hears what who comes after them hears.
            if store::insert_account(&mut tx, member_id, &email, &password_hash, now).await? {
                let referral_code = body.referral_code.map(|code| code.0);
                events::publish(&mut tx, now, [Event::MemberRegistered { member_id, referral_code }]).await?;
                tx.commit().await?;
                self.kit.outbox.wake();
            }
        }
        let message = "If this address had no account, it has one now: log in.".to_owned();
        Ok(RegisterAnswer::Accepted(Json(Registered { message })))
    }
}
