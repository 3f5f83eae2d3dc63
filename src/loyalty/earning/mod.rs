//! Earning rules: what earns how many points. A rule's terms have versions; what was earned keeps the version it was
//! earned by.

pub mod api;
pub mod apportion;
pub mod order_form;
pub mod rules;
pub mod store;
pub mod terms;
