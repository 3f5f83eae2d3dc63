//! The database's tables, as `diesel print-schema` writes them, and those that diesel joins.

mod tables;

pub use tables::*;

// Not all 3,906 pairs of 63 tables, as `print-schema` would allow: what is not joined needs no implementation.
diesel::allow_tables_to_appear_in_same_query!(account, member);
diesel::allow_tables_to_appear_in_same_query!(account, session);
diesel::allow_tables_to_appear_in_same_query!(api_key, partner);
diesel::allow_tables_to_appear_in_same_query!(audit_entry, member);
diesel::allow_tables_to_appear_in_same_query!(external_member, member);
diesel::allow_tables_to_appear_in_same_query!(membership, user_group);
diesel::allow_tables_to_appear_in_same_query!(purchase, purchase_line);
diesel::allow_tables_to_appear_in_same_query!(member, referral);
diesel::allow_tables_to_appear_in_same_query!(refresh_token, session, member);
