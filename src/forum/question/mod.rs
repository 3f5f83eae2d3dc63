//! Questions.

pub mod api;
pub mod closure;
pub mod list;
pub mod rules;
pub mod store;
pub mod view;
