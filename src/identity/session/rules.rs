//! How long what keeps somebody signed in is good.

use chrono::{DateTime, TimeDelta, Utc};

use crate::refusals;

/// How long a used refresh token is good for more: the answer with its successor may have been lost on the way.
const REFRESH_LEEWAY: TimeDelta = TimeDelta::seconds(30);

refusals! {
    /// Why a session does not go on.
    pub enum Refusal {
        BadRefreshToken = UNAUTHORIZED "bad_refresh_token" "This refresh token is not valid, or no longer.",
    }
}

/// Whether presenting a refresh token that was used at `used_at` tells that somebody has a copy of it.
pub fn is_copied(used_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    used_at.is_some_and(|used_at| now - used_at > REFRESH_LEEWAY)
}
