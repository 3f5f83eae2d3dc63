//! Flags: members tell moderators of a post. Their weights decide what is looked at first, and what need not wait.

pub mod api;
pub mod rules;
pub mod store;

use std::time::Duration;

use crate::kit::background::Job;

/// Ends the locks that flags put on questions.
pub fn job() -> Job {
    Job { name: "unlock_questions", every: Duration::from_secs(60), run: |kit| Box::pin(api::unlock_questions(kit)) }
}
