//! Bringing another system's members, posts and purchases in: readers only, no database.

pub mod dump;
pub mod purchase_csv;
