//! The sections of the API's description.

use poem_openapi::Tags;

/// The tags by which the API's description groups its operations.
#[derive(Tags)]
pub enum ApiTag {
    /// Accounts, sessions, members and API keys.
    Identity,
    /// User groups and notifications.
    Community,
    /// Questions, answers, comments, votes, tags and search.
    Forum,
    /// Flags, reviews and sanctions.
    Moderation,
    /// Points, purchases, tiers, rewards, referrals and leaderboards.
    Loyalty,
    /// The programme's terms, and what staff do.
    Administration,
}
