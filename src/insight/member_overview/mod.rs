//! A customer: everything that staff should know of a member, on one page.

pub mod api;
pub mod store;
mod view;
