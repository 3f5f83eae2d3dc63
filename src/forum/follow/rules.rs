//! How much somebody may follow.

use crate::refusals;

/// Enough for every interest, and few enough to look up with each list.
pub const TAGS_MAX: i64 = 100;

refusals! {
    /// Why nothing more can be followed.
    pub enum Refusal {
        TooManyTags = CONFLICT "too_many_followed_tags" "You follow 100 tags, and nobody may follow more.",
    }
}

/// Whether somebody who follows this many tags, and this one `already` or not, may follow it.
pub fn may_follow_tag(followed: i64, already: bool) -> Result<(), Refusal> {
    if already || followed < TAGS_MAX { Ok(()) } else { Err(Refusal::TooManyTags) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_followed_up_to_a_number() {
        for (followed, already, expected) in
            [(0, false, Ok(())), (99, false, Ok(())), (100, true, Ok(())), (100, false, Err(Refusal::TooManyTags))]
        {
            assert_eq!(may_follow_tag(followed, already), expected, "{followed} {already}");
        }
    }
}
