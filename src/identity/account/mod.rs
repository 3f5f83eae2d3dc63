//! An account: how a member signs in. Its sessions live as long as their refresh tokens are used.

pub mod api;
pub mod password;
pub mod rules;
pub mod store;
