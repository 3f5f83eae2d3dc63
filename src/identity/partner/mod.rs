//! A partner: a system that we work with, and the members whom it knows by names of its own.

pub mod api;
pub mod link_api;
pub mod rules;
pub mod store;
