//! A member: a person of the community, with or without an account.

pub mod admin;
pub mod api;
pub mod export;
pub mod handle;
pub mod rules;
pub mod store;

pub use api::AuthorView;
pub use handle::{Handle, Named, find_named, find_wanted};
pub use store::{Author, find_by_email_hash, find_or_create_external, find_or_create_externals, has_administrator};
