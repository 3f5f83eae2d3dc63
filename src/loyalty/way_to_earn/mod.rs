//! Ways to earn: the earning rules in force, as customers may know them.

pub mod api;
pub mod rules;
