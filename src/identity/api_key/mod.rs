//! An API key: how a partner's system signs in.

pub mod api;
pub mod rules;
pub mod store;

pub use store::create_key;
