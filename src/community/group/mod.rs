//! A group: members who share an interest, in the open or in private.

pub mod api;
pub mod leaving;
pub mod members;
pub mod rules;
pub mod store;
