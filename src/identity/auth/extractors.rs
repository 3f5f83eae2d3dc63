//! What a handler takes as an argument to say who may call it.

use std::marker::PhantomData;

use poem::{Request, RequestBody};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaSecurityScheme, Registry},
};

use super::{
    actor::{Actor, PartnerActor, Scope},
    credential::{Caller, at_least, identify, nobody, with_scope},
};
use crate::{domain::Role, kit::Problem};

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
