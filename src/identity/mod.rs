//! Who you are: a person's account and sessions, a partner's API keys, and the extractors that handlers take.

pub mod access;
pub mod account;
pub mod api_key;
pub mod audit;
pub mod caller;
pub mod member;
pub mod partner;
pub mod permission;
pub mod session;
pub mod site;
pub mod standing;

pub use caller::{
    Actor, Admin, AdminOrPartner, Doorkeeper, Member, MemberOrPartner, Moderator, ModeratorOrPartner, Myself, Partner, PartnerActor,
    Visitor,
};

use poem_openapi::OpenApi;

use self::{
    account::api::{AccountApi, SignInTerms},
    api_key::api::ApiKeyApi,
    audit::api::AuditApi,
    member::{admin::MemberAdminApi, api::MemberApi},
    partner::{api::PartnerApi, link::LinkApi},
    session::api::SessionApi,
    site::api::SiteApi,
};
use crate::{app::Job, kit::verify::Check};

pub fn api(keeper: &Doorkeeper, terms: SignInTerms) -> impl OpenApi + use<> {
    let kit = || keeper.kit.clone();
    (
        AccountApi { keeper: keeper.clone(), terms },
        SessionApi { kit: kit(), password_chars_min: terms.password_chars_min },
        MemberApi { kit: kit() },
        LinkApi { kit: kit() },
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
    vec![
        &Check {
            name: "Nothing tells who an erased member was.",
            sql: "select m.id::text as violation from member m
                  where m.erased_at is not null
                    and (m.bio <> '' or m.display_name <> 'Erased member' or m.handle not like 'erased-%' or m.role <> 'member'
                         or exists (select 1 from account where member_id = m.id)
                         or exists (select 1 from session where member_id = m.id)
                         or exists (select 1 from external_member where member_id = m.id))",
        },
        &Check {
            name: "Staff have accounts.",
            sql: "select m.id::text as violation from member m
                  where m.role <> 'member' and not exists (select 1 from account where member_id = m.id)",
        },
    ]
}
