//! Who you are: a person's account and sessions, a partner's API keys, and the extractors that handlers take.

pub mod access;
pub mod account;
pub mod api_key;
pub mod audit;
pub mod caller;
pub mod checks;
pub mod erasure;
pub mod handle;
pub mod member;
pub mod merge;
pub mod partner;
pub mod permission;
pub mod session;
pub mod site;
pub mod standing;

pub use caller::{
    Actor, Admin, AdminOrPartner, Doorkeeper, Member, MemberOrPartner, Moderator, ModeratorOrPartner, Myself, Partner, PartnerActor,
    Visitor,
};
pub use handle::Handle;
pub use session::signed_in::SignInTerms;

use poem_openapi::OpenApi;

use self::{
    account::{api::AccountApi, own_api::OwnAccountApi},
    api_key::api::ApiKeyApi,
    audit::api::AuditApi,
    member::{admin::MemberAdminApi, api::MemberApi},
    merge::api::MergeApi,
    partner::{api::PartnerApi, link::LinkApi},
    session::api::SessionApi,
    site::api::SiteApi,
};
use crate::kit::{background::Job, verify::Check};

pub fn api(keeper: &Doorkeeper, terms: SignInTerms, merging: &merge::Parts) -> impl OpenApi + use<> {
    let kit = || keeper.kit.clone();
    (
        AccountApi { keeper: keeper.clone(), terms },
        SessionApi { keeper: keeper.clone(), terms },
        OwnAccountApi { kit: kit(), password_chars_min: terms.password_chars_min },
        MemberApi { kit: kit() },
        LinkApi { kit: kit(), parts: merging.clone() },
        MergeApi { kit: kit(), parts: merging.clone() },
        MemberAdminApi { kit: kit() },
        PartnerApi { kit: kit() },
        ApiKeyApi { kit: kit() },
        AuditApi { kit: kit() },
        SiteApi { kit: kit() },
    )
}

/// Regular work.
pub fn jobs() -> Vec<Job> {
    vec![session::jobs::FORGET_SESSIONS]
}

/// What must always hold.
pub fn checks() -> Vec<&'static Check> {
    checks::CHECKS.iter().collect()
}
