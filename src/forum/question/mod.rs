//! Questions.

pub mod api;
pub mod closure_api;
pub mod list;
pub mod rules;
pub mod store;
pub mod view;
