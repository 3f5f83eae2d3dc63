//! A member: a person of the community, with or without an account.

pub mod admin_api;
pub mod api;
pub mod export;
pub mod rules;
pub mod store;
pub mod view;

pub use api::AuthorView;
pub use store::{Author, find_by_email_hash, find_or_create_external, find_or_create_externals, has_administrator};
