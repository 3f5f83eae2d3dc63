//! Logging in: from an address and a password to a session.

pub mod api;
