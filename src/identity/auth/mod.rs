//! Who calls: extractors that a handler takes as an argument. A bad credential is always 401, never "nobody".

mod actor;
mod store;

use std::{marker::PhantomData, sync::Arc};

use chrono::{DateTime, Utc};
use poem::{Request, RequestBody};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaSecurityScheme, Registry},
};

pub use self::actor::{API_KEY_PREFIX, Actor, PartnerActor, Scope};
use super::access_token::{AccessTokens, Claims};
use crate::{
    domain::Role,
    kit::{Conn, Kit, Problem, admission, db::Tx, secret},
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

impl Actor {
    /// A transaction of what the member writes. They stay to its end: who erases or merges them waits for it, and finds what it wrote.
    /// 401 when they are gone.
    pub async fn begin(&self, kit: &Kit) -> Result<Tx, Problem> {
        let mut tx = kit.db.begin().await?;
        self.stay(&mut tx).await?;
        Ok(tx)
    }

    /// Holds them in a transaction that had to lock something else before. 401 when they are gone.
    pub async fn stay(&self, conn: &mut Conn) -> Result<(), Problem> {
        if store::hold(conn, self.member_id).await? { Ok(()) } else { Err(gone()) }
    }
}

enum Caller {
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

/// Whose line a request waits in (see [`crate::kit::admission`]): found without the database. The claims of a good access
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

async fn identify(request: &Request) -> Result<Caller, Problem> {
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

fn nobody() -> Problem {
    Problem::unauthorized("Sign in, or send an API key.")
}

fn refuse_suspended(actor: Actor) -> Result<Actor, Problem> {
    if actor.suspended {
        let detail = "This account is suspended.";
        return Err(Problem::from(Refusal::AccountSuspended).because(detail));
    }
    Ok(actor)
}

fn at_least(role: Role, caller: Caller) -> Result<Actor, Problem> {
    match caller {
        Caller::Nobody => Err(nobody()),
        Caller::Member(actor) if actor.role >= role => refuse_suspended(actor),
        Caller::Member(_) => Err(Problem::forbidden("Your role does not allow this.")),
        Caller::Partner(_) => Err(Problem::forbidden("This is for people, not for API keys.")),
    }
}

fn with_scope(scope: Scope, partner: PartnerActor) -> Result<PartnerActor, Problem> {
    if partner.scopes.contains(&scope) {
        return Ok(partner);
    }
    Err(missing_scope(scope))
}

/// 403 `missing_scope`, naming the scope that an API key lacks.
pub fn missing_scope(scope: Scope) -> Problem {
    Problem::from(Refusal::MissingScope).because(format!("This API key lacks the scope {}.", scope.as_str()))
}

/// Anybody; a member where one is signed in.
pub struct Visitor(pub Option<Actor>);
/// A member, even a suspended one: for what everybody may do with their own account.
pub struct Myself(pub Actor);
/// A member in good standing.
pub struct Member(pub Actor);
/// A moderator or administrator in good standing.
pub struct Moderator(pub Actor);
/// An administrator in good standing.
pub struct Admin(pub Actor);
/// A partner whose key has the scope `S`.
pub struct Partner<S>(pub PartnerActor, PhantomData<S>);
/// A member in good standing, or a partner whose key has the scope `S`.
pub enum MemberOrPartner<S> {
    Member(Actor),
    Partner(PartnerActor, PhantomData<S>),
}

/// Staff, or a partner whose key has the scope `S`.
pub struct ModeratorOrPartner<S>(pub MemberOrPartner<S>);
/// An administrator, or a partner whose key has the scope `S`.
pub struct AdminOrPartner<S>(pub MemberOrPartner<S>);

/// A scope as a type, for the extractors.
pub trait Scoped: Send {
    const SCOPE: Scope;
    /// The security scheme's name in the description; `spec` parts scheme and scope.
    const SCHEME: &'static str;
}

/// Declares scopes as types, each with its word.
macro_rules! scoped {
    ($($name:ident = $word:literal),+ $(,)?) => { $(
        pub struct $name;
        impl Scoped for $name {
            const SCOPE: Scope = Scope::$name;
            const SCHEME: &'static str = concat!("partner ", $word);
        }
    )+ };
}
scoped!(
    PurchasesWrite = "purchases:write",
    MembersRead = "members:read",
    MembersPii = "members:pii",
    RedemptionsWrite = "redemptions:write",
    CatalogWrite = "catalog:write",
    LedgerRead = "ledger:read",
);

/// Implements poem-openapi's extractor: how it reads the request, and which schemes the description names.
macro_rules! extractor {
    ($({$scope:ident})? $type:ty, [$($scheme:expr),*], optional: $optional:literal, $caller:ident => $decide:expr) => {
        impl<'a $(, $scope: Scoped)?> ApiExtractor<'a> for $type {
            const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
            type ParamType = ();
            type ParamRawType = ();

            fn register(registry: &mut Registry) {
                register(registry);
            }
            fn security_schemes() -> Vec<&'static str> {
                vec![$($scheme),*]
            }
            // For the description only: an empty requirement beside the scheme.
            fn has_security_fallback() -> bool {
                $optional
            }
            async fn from_request(request: &'a Request, _: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
                let $caller = identify(request).await?;
                Ok($decide)
            }
        }
    };
}

const MEMBER: &str = "member";

extractor!(Visitor, [MEMBER], optional: true, caller => match caller {
    Caller::Nobody => Visitor(None),
    Caller::Member(actor) => Visitor(Some(actor)),
    // A key reads what everybody reads.
    Caller::Partner(_) => Visitor(None),
});
extractor!(Myself, [MEMBER], optional: false, caller => match caller {
    Caller::Member(actor) => Myself(actor),
    caller => Myself(at_least(Role::Member, caller)?),
});
extractor!(Member, [MEMBER], optional: false, caller => Member(at_least(Role::Member, caller)?));
extractor!(Moderator, [MEMBER], optional: false, caller => Moderator(at_least(Role::Moderator, caller)?));
extractor!(Admin, [MEMBER], optional: false, caller => Admin(at_least(Role::Administrator, caller)?));
extractor!({S} Partner<S>, [S::SCHEME], optional: false, caller => match caller {
    Caller::Nobody => Err(nobody())?,
    Caller::Member(_) => Err(Problem::forbidden("This is for partners' API keys."))?,
    Caller::Partner(partner) => Partner(with_scope(S::SCOPE, partner)?, PhantomData),
});
extractor!({S} MemberOrPartner<S>, [MEMBER, S::SCHEME], optional: false, caller => at_least_or_partner(Role::Member, caller)?);
extractor!({S} ModeratorOrPartner<S>, [MEMBER, S::SCHEME], optional: false, caller => {
    ModeratorOrPartner(at_least_or_partner(Role::Moderator, caller)?)
});
extractor!({S} AdminOrPartner<S>, [MEMBER, S::SCHEME], optional: false, caller => {
    AdminOrPartner(at_least_or_partner(Role::Administrator, caller)?)
});

fn at_least_or_partner<S: Scoped>(role: Role, caller: Caller) -> Result<MemberOrPartner<S>, Problem> {
    match caller {
        Caller::Partner(partner) => Ok(MemberOrPartner::Partner(with_scope(S::SCOPE, partner)?, PhantomData)),
        caller => Ok(MemberOrPartner::Member(at_least(role, caller)?)),
    }
}

fn register(registry: &mut Registry) {
    let bearer = |description: &str, format: &str| MetaSecurityScheme {
        ty: "http",
        description: Some(Box::leak(description.to_owned().into_boxed_str())),
        name: None,
        key_in: None,
        scheme: Some("bearer"),
        bearer_format: Some(Box::leak(format.to_owned().into_boxed_str())),
        flows: None,
        openid_connect_url: None,
    };
    registry.create_security_scheme(MEMBER, bearer("A member's access token, from log_in.", "JWT"));
    registry.create_security_scheme("partner", bearer("A partner's API key.", "rk_"));
}

/// When the access token of this request ends; none when it has no good one.
pub fn token_expiry(request: &Request) -> Option<DateTime<Utc>> {
    Some(request.data::<Claims>()?.expires_at())
}

/// The name by which rate limits know a caller who has not signed in: the address they come from.
pub fn address(request: &Request) -> String {
    request.data::<Authenticator>().map_or_else(String::new, |authenticator| authenticator.kit.limits.address(request))
}
