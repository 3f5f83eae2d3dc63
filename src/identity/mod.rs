//! Who you are: a person's account and sessions, a partner's API keys, and the extractors that handlers take.

pub mod access;
pub mod account;
pub mod api_key;
pub mod audit;
pub mod caller;
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

use poem_openapi::OpenApi;

use self::{
    account::api::{AccountApi, SignInTerms},
    api_key::api::ApiKeyApi,
    audit::api::AuditApi,
    member::{admin::MemberAdminApi, api::MemberApi},
    merge::api::MergeApi,
    partner::{api::PartnerApi, link::LinkApi},
    session::api::SessionApi,
    site::api::SiteApi,
};
use crate::{
    app::Job,
    kit::{
        erasure::{Place, erased, kept, rewritten},
        verify::Check,
    },
};

/// Where personal data lies here. Erased at once, in the transaction in which somebody goes.
pub const PLACES: &[Place] = &[
    erased("refresh_token", &["hash"], "delete from refresh_token where session_id in (select id from session where member_id = any($1))"),
    erased("session", &["user_agent", "network"], "delete from session where member_id = any($1)"),
    erased(
        "account",
        &["email", "email_key", "email_hash", "email_canonical", "password_hash"],
        "delete from account where member_id = any($1)",
    ),
    erased("external_member", &["external_id"], "delete from external_member where member_id = any($1)"),
    rewritten("member", &["handle", "handle_key", "display_name", "bio", "role", "import_source", "import_id"], "member::store::erase"),
    kept("erased_handle", &["hash"], "keyed: a handle stays taken, and nobody reads it"),
    erased(
        "audit_entry",
        &["reason"],
        "update audit_entry set reason = '' where reason <> '' and subject_id in (
           select unnest($1)
           union all select id from post where author_id = any($1)
           union all select i.id from review_item i join post p on p.id = i.post_id where p.author_id = any($1)
           union all select id from redemption where member_id = any($1))",
    ),
    kept("audit_entry", &["action", "subject_kind", "detail"], "words of ours, numbers and ids"),
    erased("merge", &["reason"], "update merge set reason = '' where from_id = any($1) or into_id = any($1)"),
    kept("merge", &["outcome"], "words of ours and numbers"),
    erased(
        "merged_row",
        &["place", "was"],
        "delete from merged_row where merge_id in (select id from merge where from_id = any($1) or into_id = any($1))",
    ),
    kept("api_key", &["name", "prefix", "hash", "scopes"], "of systems"),
    kept("partner", &["name"], "of companies"),
    kept(
        "site",
        &[
            "name",
            "tagline",
            "language",
            "currency",
            "point_singular",
            "point_plural",
            "referral_text",
            "referral_min_currency",
            "welcome_markdown",
            "welcome_html",
        ],
        "the operator's words",
    ),
];

pub fn api(keeper: &Doorkeeper, terms: SignInTerms, merging: &merge::Parts) -> impl OpenApi + use<> {
    let kit = || keeper.kit.clone();
    (
        AccountApi { keeper: keeper.clone(), terms },
        SessionApi { kit: kit(), password_chars_min: terms.password_chars_min },
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
            name: "Who was merged is a part of a member who is none, by a merge that stands.",
            sql: "select m.id::text as violation from member m join member i on i.id = m.merged_into
                  where i.merged_into is not null or m.role <> 'member' or (m.erased_at is null) <> (i.erased_at is null)
                     or not exists (select 1 from merge where from_id = m.id and undone_at is null)
                  union all
                  select g.id::text from merge g join member m on m.id = g.from_id where g.undone_at is null and m.merged_into is null",
        },
        &Check {
            name: "Staff have accounts.",
            sql: "select m.id::text as violation from member m
                  where m.role <> 'member' and not exists (select 1 from account where member_id = m.id)",
        },
    ]
}
