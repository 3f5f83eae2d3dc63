//! Where the community keeps personal data.

use crate::kit::erasure::{PersonalColumns, erased, kept, rewritten};

/// Where personal data lies here.
pub const PERSONAL_COLUMNS: &[PersonalColumns] = &[
    erased("notification", &["kind", "detail"], "delete from notification where member_id = any($1)"),
    erased("notification_off", &["kind"], "delete from notification_off where member_id = any($1)"),
    rewritten("membership", &["role", "state"], "group::erasure"),
    kept("user_group", &["slug", "name", "description", "kind"], "the group's"),
];
