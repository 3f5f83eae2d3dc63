//! What a flag weighs, and what flags bring about without a moderator.

use crate::{
    identity::site_settings::SiteSettings,
    kit::{
        problem::Fields,
        rate_limits::{DAY, RateLimit},
    },
    refusals,
};

/// Flags of one member.
pub const FLAG: RateLimit = RateLimit::per("flag", 20, DAY);

/// Characters of a flag's note.
pub const NOTE_CHARS_MAX: usize = 1_000;
/// A flag for another reason has to say which.
const OTHER_NOTE_CHARS_MIN: usize = 10;
/// Staff count as trust 6.
const STAFF_TRUST: i32 = 6;
/// From so many decided flags on, a flagger's record counts.
const RECORD_FLAGS_MIN: i64 = 5;
/// With so many percent upheld, a record counts neither way.
const RECORD_NEUTRAL_PERCENT: i64 = 70;
const ACCURACY_MAX: i64 = 5;
const ACCURACY_MIN: i64 = -3;
/// Hours for which flags lock a question.
pub const LOCK_HOURS: i64 = 4;

crate::text_enum! {
    /// What is wrong with a post.
    pub enum FlagReason {
        Spam = "spam",
        Rude = "rude",
        OffTopic = "off_topic",
        LowQuality = "low_quality",
        /// The note says what.
        Other = "other",
    }
}

crate::text_enum! {
    /// What review made of a flag.
    pub enum Verdict {
        Open = "open",
        /// The flagger was right.
        Upheld = "upheld",
        /// The flagger was wrong.
        Declined = "declined",
        /// Closed without saying who was right.
        Dismissed = "dismissed",
    }
}

refusals! {
    /// Why a flag cannot be cast.
    pub enum Refusal {
        Already = CONFLICT "already_flagged" "You have flagged this post already." on "flag_review_item_id_flagger_id_key",
        NotPublished = CONFLICT "post_not_published" "This post is hidden or deleted.",
        Silenced = FORBIDDEN "silenced" "You may read, but not write, for now.",
    }
}

/// Who flags, as far as that weighs.
#[derive(Clone, Copy, Debug)]
pub struct Flagger {
    pub trust: i16,
    pub staff: bool,
    /// Of the flags they cast before.
    pub upheld: i64,
    pub declined: i64,
}

/// What a flag weighs: 1, the flagger's trust, and what their record adds or takes. Never below 0.
pub fn weight(flagger: Flagger) -> i32 {
    let trust = if flagger.staff { STAFF_TRUST } else { flagger.trust.into() };
    (1 + trust + accuracy(flagger.upheld, flagger.declined)).max(0)
}

/// From -3 (never right) over 0 (right in 70 of 100 cases) to 5 (always right).
fn accuracy(upheld: i64, declined: i64) -> i32 {
    let decided = upheld + declined;
    if decided < RECORD_FLAGS_MIN {
        return 0;
    }
    let above = upheld * 100 / decided - RECORD_NEUTRAL_PERCENT;
    let points =
        if above >= 0 { above * ACCURACY_MAX / (100 - RECORD_NEUTRAL_PERCENT) } else { -above * ACCURACY_MIN / RECORD_NEUTRAL_PERCENT };
    points.clamp(ACCURACY_MIN, ACCURACY_MAX) as i32
}

/// Wants a note of at most [`NOTE_CHARS_MAX`] characters, and one that says something where the reason is `other`.
pub fn check_note(fields: &mut Fields, reason: FlagReason, note: &str) {
    let least = if reason == FlagReason::Other { OTHER_NOTE_CHARS_MIN } else { 0 };
    fields.chars("/note", note, least..=NOTE_CHARS_MAX);
}

/// Where a post, its question and its author stand, with the new flag counted in.
#[derive(Clone, Copy, Debug)]
pub struct FlagContext {
    /// Of the open flags on this post.
    pub weight: i64,
    pub flaggers: i64,
    pub by_staff: bool,
    /// Of the open flags on all posts of the question.
    pub thread_weight: i64,
    pub thread_flaggers: i64,
    pub locked: bool,
    /// Distinct people with open flags on posts of this author.
    pub author_flaggers: i64,
    pub author_trust: i16,
    pub author_is_staff: bool,
    pub author_is_silenced: bool,
}

/// How much it takes; a company may set it.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    pub hide_weight: i64,
    pub hide_flaggers: i64,
    /// Of all posts of a question together: a hidden one gathers no more flags.
    pub lock_weight: i64,
    pub lock_flaggers: i64,
    pub silence_flaggers: i64,
}

impl From<&SiteSettings> for Thresholds {
    fn from(site: &SiteSettings) -> Self {
        Self {
            hide_weight: site.flag_hide_weight.into(),
            hide_flaggers: site.flag_hide_flaggers.into(),
            lock_weight: site.flag_lock_weight.into(),
            lock_flaggers: site.flag_lock_flaggers.into(),
            silence_flaggers: site.flag_silence_flaggers.into(),
        }
    }
}

/// What flags bring about by themselves, until a moderator looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    HidePost,
    LockQuestion,
    SilenceAuthor,
}

/// What flags bring about at once: the post hidden, its question locked, its author silenced.
pub fn consequences(context: &FlagContext, least: Thresholds) -> Vec<Consequence> {
    let hide = context.by_staff || context.weight >= least.hide_weight && context.flaggers >= least.hide_flaggers;
    let lock = !context.locked && context.thread_weight >= least.lock_weight && context.thread_flaggers >= least.lock_flaggers;
    let newcomer = context.author_trust == 0 && !context.author_is_staff && !context.author_is_silenced;
    let silence = newcomer && context.author_flaggers >= least.silence_flaggers;
    [(hide, Consequence::HidePost), (lock, Consequence::LockQuestion), (silence, Consequence::SilenceAuthor)]
        .into_iter()
        .filter_map(|(due, consequence)| due.then_some(consequence))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights() {
        for (trust, staff, upheld, declined, expected) in [
            (0, false, 0, 0, 1),
            (1, false, 0, 0, 2),
            (4, false, 0, 0, 5),
            (0, true, 0, 0, 7),
            (4, true, 0, 0, 7),
            // Four decided flags are no record yet.
            (2, false, 4, 0, 3),
            (2, false, 0, 4, 3),
            (2, false, 5, 0, 8),
            (2, false, 0, 5, 0),
            (0, false, 0, 5, 0),
            (3, false, 0, 5, 1),
            (2, false, 7, 3, 3),
            (2, false, 8, 2, 4),
            (2, false, 17, 3, 5),
            (2, false, 6, 4, 3),
            (2, false, 5, 5, 3),
            (2, false, 4, 6, 2),
            (2, false, 100_000, 0, 8),
            (0, true, 9, 0, 12),
        ] {
            assert_eq!(weight(Flagger { trust, staff, upheld, declined }), expected, "trust {trust} staff {staff} {upheld}:{declined}");
        }
    }

    #[test]
    fn what_flags_bring_about() {
        use Consequence::*;
        let least = Thresholds { hide_weight: 8, hide_flaggers: 2, lock_weight: 30, lock_flaggers: 5, silence_flaggers: 3 };
        let calm = FlagContext {
            weight: 1,
            flaggers: 1,
            by_staff: false,
            thread_weight: 1,
            thread_flaggers: 1,
            locked: false,
            author_flaggers: 1,
            author_trust: 1,
            author_is_staff: false,
            author_is_silenced: false,
        };
        let newcomer = FlagContext { author_trust: 0, author_flaggers: 3, ..calm };
        let storm = FlagContext { thread_weight: 30, thread_flaggers: 5, ..calm };
        for (name, context, expected) in [
            ("one flag", calm, vec![]),
            ("light flags", FlagContext { weight: 7, flaggers: 7, ..calm }, vec![]),
            ("one heavy flag", FlagContext { weight: 10, flaggers: 1, ..calm }, vec![]),
            ("enough", FlagContext { weight: 8, flaggers: 2, ..calm }, vec![HidePost]),
            ("staff", FlagContext { weight: 7, by_staff: true, ..calm }, vec![HidePost]),
            ("a storm", storm, vec![LockQuestion]),
            ("a storm of four", FlagContext { thread_flaggers: 4, ..storm }, vec![]),
            ("nearly a storm", FlagContext { thread_weight: 29, ..storm }, vec![]),
            ("locked already", FlagContext { locked: true, ..storm }, vec![]),
            ("a newcomer", newcomer, vec![SilenceAuthor]),
            ("a newcomer flagged twice", FlagContext { author_flaggers: 2, ..newcomer }, vec![]),
            ("silenced already", FlagContext { author_is_silenced: true, ..newcomer }, vec![]),
            ("new staff", FlagContext { author_is_staff: true, ..newcomer }, vec![]),
            ("known", FlagContext { author_trust: 1, ..newcomer }, vec![]),
            (
                "everything",
                FlagContext { weight: 30, flaggers: 5, thread_weight: 30, thread_flaggers: 5, ..newcomer },
                vec![HidePost, LockQuestion, SilenceAuthor],
            ),
        ] {
            assert_eq!(consequences(&context, least), expected, "{name}");
        }
    }

    #[test]
    fn another_reason_is_explained() {
        for (reason, note, good) in [
            (FlagReason::Spam, "", true),
            (FlagReason::Other, "", false),
            (FlagReason::Other, "   too short   ", false),
            (FlagReason::Other, "It gives away a customer's address.", true),
            (FlagReason::Spam, &"x".repeat(1_001), false),
        ] {
            let mut fields = Fields::default();
            check_note(&mut fields, reason, note);
            assert_eq!(fields.done().is_ok(), good, "{reason:?} {note}");
        }
    }
}
