//! Who we work with.

pub mod import;
