//! What each post is found by: its words, folded and stemmed, and a dictionary of all of them.

pub mod analysis;
pub mod checks;
pub mod dictionary;
pub mod jobs;
pub mod language;
pub mod store;

pub use analysis::Document;
pub use store::put;
