//! Who you are: a person's account and sessions, a partner's API keys, and the extractors that handlers take.

pub mod access_token;
pub mod account;
pub mod api_key;
pub mod audit;
pub mod auth;
pub mod checks;
pub mod erasure;
pub mod group_access;
pub mod handle;
pub mod login;
pub mod member;
pub mod merge;
pub mod partner;
pub mod permission;
pub mod session;
pub mod site_settings;

pub use auth::{
    Actor, Admin, AdminOrPartner, Authenticator, Member, MemberOrPartner, Moderator, ModeratorOrPartner, Myself, Partner, PartnerActor,
    Visitor,
};
pub use handle::Handle;
pub use session::tokens::SignInTerms;

use poem_openapi::OpenApi;

use self::{
    account::{api::AccountApi, own_api::OwnAccountApi},
    api_key::api::ApiKeyApi,
    audit::api::AuditApi,
    login::api::LoginApi,
    member::{admin_api::MemberAdminApi, api::MemberApi},
    merge::api::MergeApi,
    partner::{api::PartnerApi, link_api::LinkApi},
    session::api::SessionApi,
    site_settings::api::SiteApi,
};
use crate::kit::{background::Job, verify::Check};

/// The operations of accounts, sessions, members, merges, partners, API keys, the audit log and settings.
pub fn api(authenticator: &Authenticator, terms: SignInTerms, merging: &merge::MergeParticipants) -> impl OpenApi + use<> {
    let kit = || authenticator.kit.clone();
    (
        AccountApi { kit: kit(), password_chars_min: terms.password_chars_min },
        LoginApi { authenticator: authenticator.clone(), terms },
        SessionApi { authenticator: authenticator.clone(), terms },
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

/// Deletes sessions that ended long ago.
pub fn jobs() -> Vec<Job> {
    vec![session::jobs::DELETE_ENDED_SESSIONS]
}

/// What must always hold.
pub fn checks() -> Vec<&'static Check> {
    checks::CHECKS.iter().collect()
}

/// What this feature refuses.
pub fn problems() -> impl Iterator<Item = &'static crate::kit::ProblemKind> {
    [
        account::rules::Refusal::KINDS,
        api_key::rules::Refusal::KINDS,
        auth::Refusal::KINDS,
        member::rules::Refusal::KINDS,
        merge::rules::Refusal::KINDS,
        partner::rules::Refusal::KINDS,
        permission::Refusal::KINDS,
        session::rules::Refusal::KINDS,
        site_settings::rules::Refusal::KINDS,
    ]
    .into_iter()
    .flatten()
}
