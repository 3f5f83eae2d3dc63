//! A group: members who share an interest, in the open or in private.

pub mod api;
pub mod checks;
pub mod erasure;
pub mod membership_api;
pub mod rules;
pub mod store;
