//! Where personal data lies in this feature.

use crate::kit::erasure::{PersonalColumns, erased, kept, rewritten};

/// Erased at once, in the transaction in which somebody goes.
pub const PERSONAL_COLUMNS: &[PersonalColumns] = &[
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
