//! What decisions there are, and what each does to the post, to the flags and to the author.

use chrono::{DateTime, Utc};

use crate::{
    domain::{MemberId, PostState, Role},
    forum::{
        flag::rules::Verdict,
        sanction::rules::{SanctionKind, check_hours, end, may_sanction},
    },
    kit::{Problem, problem::Fields},
    refusals,
};

/// Characters of a decision's reason.
pub const REASON_CHARS: std::ops::RangeInclusive<usize> = 3..=1_000;
/// Characters of the note to the author.
pub const NOTE_CHARS_MAX: usize = 1_000;
/// Minutes for which a claim keeps others from deciding.
pub const CLAIM_MINUTES: i64 = 15;
/// How much of a post the queue shows.
pub const EXCERPT_CHARS: i32 = 300;

crate::text_enum! {
    /// Where a review item stands.
    pub enum ReviewState {
        Open = "open",
        /// A moderator is looking at it, for at most 15 minutes.
        Claimed = "claimed",
        Decided = "decided",
    }
}

crate::text_enum! {
    /// What a moderator decides.
    pub enum Decision {
        /// The post is fine: the flags were wrong, and it comes back if they hid it.
        Approve = "approve",
        /// Nothing to decide: as approve, but the flags count neither for nor against who cast them.
        Dismiss = "dismiss",
        /// The flags were right, but the post was mended: it comes back.
        Restore = "restore",
        /// The flags were right: the post is seen by its author and staff only.
        Hide = "hide",
        /// The flags were right: the post is gone.
        Delete = "delete",
        /// The flags were right: the post stays as it is, and the author is warned.
        Warn = "warn",
        /// As hide, and the author may not write for some time.
        Silence = "silence",
        /// As hide, and the author is shut out, for some time or for good.
        Suspend = "suspend",
        /// As delete, and the author loses 100 reputation.
        RemoveSpam = "remove_spam",
    }
}

refusals! {
    /// Why a review item cannot be claimed, decided or undone.
    pub enum Refusal {
        AlreadyDecided = CONFLICT "already_decided" "This has been decided already.",
        NotDecided = CONFLICT "not_decided" "This has not been decided.",
        Stale = PRECONDITION_FAILED "changed_since" "This has changed since you read it; read it again.",
        Claimed = CONFLICT "claimed" "Another moderator is looking at this.",
        OwnPost = FORBIDDEN "own_post" "Nobody decides on their own posts.",
        NotHidden = CONFLICT "not_hidden" "This post is not hidden.",
        SiteOnly = FORBIDDEN "site_moderators_only" "Only moderators of the whole community sanction people.",
        NewerItem = CONFLICT "newer_item" "This post was flagged again since; decide on that.",
    }
}

/// A moderator, as far as decisions depend on who they are.
#[derive(Clone, Copy, Debug)]
pub struct Judge {
    pub id: MemberId,
    pub role: Role,
}

/// What a decision is about.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub state: ReviewState,
    pub version: i32,
    pub claimed_by: Option<MemberId>,
    pub claimed_until: Option<DateTime<Utc>>,
    pub author: (MemberId, Role),
    pub post_state: PostState,
}

impl Case {
    fn is_claimed_by_another(&self, judge: MemberId, now: DateTime<Utc>) -> bool {
        self.claimed_by.is_some_and(|by| by != judge) && self.claimed_until.is_some_and(|until| until > now)
    }
}

/// What a decision does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// The post's state afterwards.
    pub post: PostState,
    pub verdict: Verdict,
    /// What the author gets, and until when.
    pub sanction: Option<(SanctionKind, Option<DateTime<Utc>>)>,
    pub spam: bool,
}

impl Decision {
    /// What the decision imposes on the author; None for most.
    pub fn sanction(self) -> Option<SanctionKind> {
        match self {
            Self::Warn => Some(SanctionKind::Warning),
            Self::Silence => Some(SanctionKind::Silence),
            Self::Suspend => Some(SanctionKind::Suspension),
            _ => None,
        }
    }

    /// Whether it concerns the person beyond the group that the post lies in.
    fn is_site_wide(self) -> bool {
        self.sanction().is_some() || self == Self::RemoveSpam
    }

    fn verdict(self) -> Verdict {
        match self {
            Self::Approve => Verdict::Declined,
            Self::Dismiss => Verdict::Dismissed,
            _ => Verdict::Upheld,
        }
    }

    /// The post's state afterwards. What is deleted stays deleted unless it is brought back explicitly.
    fn post(self, now: PostState) -> PostState {
        match (self, now) {
            (Self::Restore, _) => PostState::Published,
            (Self::Delete | Self::RemoveSpam, _) | (_, PostState::Deleted) => PostState::Deleted,
            (Self::Approve | Self::Dismiss, _) => PostState::Published,
            (Self::Warn, now) => now,
            (Self::Hide | Self::Silence | Self::Suspend, _) => PostState::Hidden,
        }
    }
}

/// Wants of a decision what it needs by itself.
pub fn check(decision: Decision, hours: Option<i64>, reason: &str, note: &str) -> Result<(), Problem> {
    let mut fields = Fields::default();
    fields.chars("/reason", reason, REASON_CHARS);
    fields.chars("/note", note, 0..=NOTE_CHARS_MAX);
    match decision.sanction() {
        Some(kind) => check_hours(&mut fields, kind, hours),
        None if hours.is_some() => fields.refuse("/hours", "Only a silence or a suspension has a duration."),
        None => {}
    }
    fields.done()
}

/// What `decision` does, or why it may not be made.
pub fn decide(
    judge: Judge,
    case: &Case,
    version: i32,
    decision: Decision,
    hours: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Plan, Problem> {
    if case.author.0 == judge.id {
        return Err(Refusal::OwnPost.into());
    }
    if decision.is_site_wide() {
        if judge.role < Role::Moderator {
            return Err(Refusal::SiteOnly.into());
        }
        may_sanction((judge.id, judge.role), case.author)?;
    }
    if case.state == ReviewState::Decided {
        return Err(Refusal::AlreadyDecided.into());
    }
    if case.is_claimed_by_another(judge.id, now) {
        return Err(Refusal::Claimed.into());
    }
    if case.version != version {
        return Err(Refusal::Stale.into());
    }
    if decision == Decision::Restore && case.post_state == PostState::Published {
        return Err(Refusal::NotHidden.into());
    }
    Ok(Plan {
        post: decision.post(case.post_state),
        verdict: decision.verdict(),
        sanction: decision.sanction().map(|kind| (kind, end(now, hours))),
        spam: decision == Decision::RemoveSpam,
    })
}

/// Whether a moderator may claim an item for themselves, again or anew.
pub fn claim(judge: Judge, case: &Case, now: DateTime<Utc>) -> Result<(), Refusal> {
    match case.state {
        ReviewState::Decided => Err(Refusal::AlreadyDecided),
        _ if case.author.0 == judge.id => Err(Refusal::OwnPost),
        _ if case.is_claimed_by_another(judge.id, now) => Err(Refusal::Claimed),
        _ => Ok(()),
    }
}

/// The state to which undoing a decision brings the post: the one before, unless somebody has changed it since.
pub fn undo(judge: Judge, case: &Case, version: i32, around: (PostState, PostState)) -> Result<PostState, Refusal> {
    let (before, after) = around;
    if case.author.0 == judge.id {
        Err(Refusal::OwnPost)
    } else if case.state != ReviewState::Decided {
        Err(Refusal::NotDecided)
    } else if case.version != version {
        Err(Refusal::Stale)
    } else {
        Ok(if case.post_state == after { before } else { case.post_state })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::from_timestamp(1_800_000_000, 0).unwrap();

    fn case(post_state: PostState) -> Case {
        Case {
            state: ReviewState::Open,
            version: 3,
            claimed_by: None,
            claimed_until: None,
            author: (MemberId::new(), Role::Member),
            post_state,
        }
    }

    #[test]
    fn what_decisions_do() {
        use {Decision::*, PostState::*, SanctionKind as Kind, Verdict::*};
        let mo = Judge { id: MemberId::new(), role: Role::Moderator };
        for (decision, hours, before, after, verdict, sanction) in [
            (Approve, None, Published, Published, Declined, None),
            (Approve, None, PostState::Hidden, Published, Declined, None),
            (Approve, None, Deleted, Deleted, Declined, None),
            (Dismiss, None, PostState::Hidden, Published, Dismissed, None),
            (Restore, None, PostState::Hidden, Published, Upheld, None),
            (Restore, None, Deleted, Published, Upheld, None),
            (Hide, None, Published, Hidden, Upheld, None),
            (Hide, None, Hidden, Hidden, Upheld, None),
            (Hide, None, Deleted, Deleted, Upheld, None),
            (Delete, None, Hidden, Deleted, Upheld, None),
            (Warn, None, Published, Published, Upheld, Some((Kind::Warning, None))),
            (Warn, None, Hidden, Hidden, Upheld, Some((Kind::Warning, None))),
            (Silence, Some(24), Published, Hidden, Upheld, Some((Kind::Silence, end(NOW, Some(24))))),
            (Suspend, None, Published, Hidden, Upheld, Some((Kind::Suspension, None))),
            (RemoveSpam, None, Published, Deleted, Upheld, None),
        ] {
            let plan = decide(mo, &case(before), 3, decision, hours, NOW).unwrap();
            assert_eq!(plan, Plan { post: after, verdict, sanction, spam: decision == RemoveSpam }, "{decision:?} of a {before:?} post");
        }
    }

    #[test]
    fn who_may_decide_when() {
        use Decision::*;
        let mo = Judge { id: MemberId::new(), role: Role::Moderator };
        let root = Judge { id: MemberId::new(), role: Role::Administrator };
        let group_mo = Judge { id: MemberId::new(), role: Role::Member };
        let open = case(PostState::Published);
        let claimed = |by: MemberId, minutes| Case {
            state: ReviewState::Claimed,
            claimed_by: Some(by),
            claimed_until: Some(NOW + chrono::Duration::minutes(minutes)),
            ..open
        };
        let staff_post = Case { author: (MemberId::new(), Role::Moderator), ..open };
        for (name, judge, case, version, decision, expected) in [
            ("anybody's", mo, open, 3, Hide, "ok"),
            ("one's own", mo, Case { author: (mo.id, Role::Moderator), ..open }, 3, Approve, "own_post"),
            ("decided", mo, Case { state: ReviewState::Decided, ..open }, 3, Hide, "already_decided"),
            ("decided and stale", mo, Case { state: ReviewState::Decided, ..open }, 2, Hide, "already_decided"),
            ("stale", mo, open, 2, Hide, "changed_since"),
            ("another's claim", mo, claimed(root.id, 1), 3, Hide, "claimed"),
            ("another's lapsed claim", mo, claimed(root.id, 0), 3, Hide, "ok"),
            ("one's own claim", mo, claimed(mo.id, 1), 3, Hide, "ok"),
            ("restoring what is not hidden", mo, open, 3, Restore, "not_hidden"),
            ("hiding staff's post", mo, staff_post, 3, Hide, "ok"),
            ("warning staff", mo, staff_post, 3, Warn, "staff_member"),
            ("staff's spam", mo, staff_post, 3, RemoveSpam, "staff_member"),
            ("warning staff as administrator", root, staff_post, 3, Warn, "ok"),
            ("a group's moderator", group_mo, open, 3, Hide, "ok"),
            ("a group's moderator on a person", group_mo, open, 3, Suspend, "site_moderators_only"),
            ("a group's moderator on spam", group_mo, open, 3, RemoveSpam, "site_moderators_only"),
        ] {
            let outcome = decide(judge, &case, version, decision, None, NOW);
            assert_eq!(outcome.map_or_else(|problem| problem.code, |_| "ok".to_owned()), expected, "{name}");
        }
    }

    #[test]
    fn undoing_brings_back_the_state_before() {
        use PostState::*;
        let mo = Judge { id: MemberId::new(), role: Role::Moderator };
        let decided = |post_state| Case { state: ReviewState::Decided, ..case(post_state) };
        for (case, version, around, expected) in [
            (decided(Hidden), 3, (Published, Hidden), Ok(Published)),
            (decided(Published), 3, (Hidden, Published), Ok(Hidden)),
            (decided(Published), 3, (Published, Published), Ok(Published)),
            // Its author has deleted it since.
            (decided(Deleted), 3, (Published, Hidden), Ok(Deleted)),
            (decided(Hidden), 2, (Published, Hidden), Err(Refusal::Stale)),
            (case(Hidden), 3, (Published, Hidden), Err(Refusal::NotDecided)),
            (Case { author: (mo.id, Role::Moderator), ..decided(Hidden) }, 3, (Published, Hidden), Err(Refusal::OwnPost)),
        ] {
            assert_eq!(undo(mo, &case, version, around), expected, "{case:?}");
        }
    }

    #[test]
    fn what_a_decision_needs() {
        for (decision, hours, reason, good) in [
            (Decision::Hide, None, "Insults.", true),
            (Decision::Hide, Some(24), "Insults.", false),
            (Decision::Hide, None, "", false),
            (Decision::Silence, None, "Insults.", false),
            (Decision::Silence, Some(24), "Insults.", true),
            (Decision::Suspend, None, "Insults.", true),
            (Decision::Suspend, Some(12), "Insults.", true),
            (Decision::Warn, Some(24), "Insults.", false),
        ] {
            assert_eq!(check(decision, hours, reason, "").is_ok(), good, "{decision:?} {hours:?} {reason:?}");
        }
    }
}
