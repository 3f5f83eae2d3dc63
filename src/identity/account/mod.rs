//! An account: how a member signs in. Its sessions live as long as their refresh tokens are used.

pub mod administrator;
pub mod api;
pub mod own_api;
pub mod password_hash;
pub mod rules;
pub mod store;

pub use administrator::create_administrator;
