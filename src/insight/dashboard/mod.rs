//! Key figures: how the community and the points programme do, now, over a stretch of time, and before it.

pub mod api;
pub mod rules;
pub mod store;
