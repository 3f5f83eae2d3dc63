//! Questions.

pub mod rules;
