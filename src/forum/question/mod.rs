//! Questions.

pub mod api;
pub mod closure_api;
pub mod list;
pub mod rules;
mod similar;
pub mod store;
pub mod view;
