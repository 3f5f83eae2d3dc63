//! The credential of a request: an access token or an API key. A bad one is always 401, never "nobody".

use std::sync::Arc;

use chrono::{DateTime, Utc};
use poem::Request;

use super::{
    actor::{API_KEY_PREFIX, Actor, PartnerActor, Scope},
    store,
};
use crate::{
    domain::Role,
    identity::access_token::{AccessTokens, Claims},
    kit::{Kit, Problem, admission, secret},
};

crate::refusals! {
    /// Why somebody who is known is not let in.
    pub enum Refusal {
        AccountSuspended = FORBIDDEN "account_suspended" "This account is suspended.",
        MissingScope = FORBIDDEN "missing_scope" "This API key lacks the scope for this.",
    }
}

/// What extractors need; handed to them with each request.
#[derive(Clone)]
pub struct Authenticator {
    pub kit: Kit,
    pub tokens: AccessTokens,
    pub refresh_key: Arc<[u8]>,
}

/// Whose credential a request has.
pub(super) enum Caller {
    Nobody,
    Member(Actor),
    Partner(PartnerActor),
}

/// The credential of a request that has one.
fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Where anybody may have a password hashed.
const SIGN_IN: [&str; 2] = ["/auth/login", "/auth/register"];

/// Whose queue a request waits in (see [`crate::kit::admission`]): found without the database. The claims of a good access
/// token stay with the request.
pub fn known_caller(authenticator: &Authenticator, request: &mut Request) -> Option<admission::Requester> {
    if SIGN_IN.contains(&request.uri().path()) {
        return Some(admission::Requester::SigningIn);
    }
    let token = bearer(request)?;
    if token.starts_with(API_KEY_PREFIX) {
        let name = secret::hash(token).iter().map(|byte| format!("{byte:02x}")).collect();
        return Some(admission::Requester::Partner(name));
    }
    let claims = authenticator.tokens.verify(token, authenticator.kit.clock.now())?;
    let caller = admission::Requester::Member(claims.sub.to_string());
    request.set_data(claims);
    Some(caller)
}

/// 401: who called a moment ago is nobody any more.
pub fn gone() -> Problem {
    Problem::unauthorized("This credential is not valid, or no longer.")
}

/// Reads the credential of a request and looks it up; 401 when it is not valid.
pub(super) async fn identify(request: &Request) -> Result<Caller, Problem> {
    if request.headers().get("authorization").is_none() {
        return Ok(Caller::Nobody);
    }
    let authenticator = request.data::<Authenticator>().ok_or_else(|| Problem::internal("there is no authenticator"))?;
    let token = bearer(request).ok_or_else(gone)?;
    let now = authenticator.kit.clock.now();
    if token.starts_with(API_KEY_PREFIX) {
        let mut conn = authenticator.kit.db.read().await?;
        return store::find_api_key(&mut conn, token, now).await?.map(Caller::Partner).ok_or_else(gone);
    }
    let claims = request.data::<Claims>().cloned().ok_or_else(gone)?;
    let mut conn = authenticator.kit.db.read().await?;
    store::find_actor(&mut conn, claims.sid, now).await?.filter(|actor| actor.member_id == claims.sub).map(Caller::Member).ok_or_else(gone)
}

/// 401: a credential is needed.
pub(super) fn nobody() -> Problem {
    Problem::unauthorized("Sign in, or send an API key.")
}

fn refuse_suspended(actor: Actor) -> Result<Actor, Problem> {
    if actor.suspended {
        return Err(Refusal::AccountSuspended.into());
    }
    Ok(actor)
}

/// The member who calls, if their role is at least this one and they are not suspended; 401 or 403.
pub(super) fn at_least(role: Role, caller: Caller) -> Result<Actor, Problem> {
    match caller {
        Caller::Nobody => Err(nobody()),
        Caller::Member(actor) if actor.role >= role => refuse_suspended(actor),
        Caller::Member(_) => Err(Problem::forbidden("Your role does not allow this.")),
        Caller::Partner(_) => Err(Problem::forbidden("This is for people, not for API keys.")),
    }
}

/// The partner, if the key has the scope; 403 `missing_scope`.
pub(super) fn with_scope(scope: Scope, partner: PartnerActor) -> Result<PartnerActor, Problem> {
    if partner.scopes.contains(&scope) {
        return Ok(partner);
    }
    Err(missing_scope(scope))
}

/// 403 `missing_scope`, naming the scope that an API key lacks.
pub fn missing_scope(scope: Scope) -> Problem {
    Problem::from(Refusal::MissingScope).because(format!("This API key lacks the scope {}.", scope.as_str()))
}

/// When the access token of this request ends; none when it has no good one.
pub fn token_expiry(request: &Request) -> Option<DateTime<Utc>> {
    Some(request.data::<Claims>()?.expires_at())
}

/// The name by which rate limits know a caller who has not signed in: the address they come from.
pub fn address(request: &Request) -> String {
    request.data::<Authenticator>().map_or_else(String::new, |authenticator| authenticator.kit.limits.address(request))
}
