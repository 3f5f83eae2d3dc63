//! How often one may post.

use std::time::Duration as Time;

use chrono::{DateTime, Duration, Utc};

use super::{rules::Refusal, store};
use crate::{
    identity::Actor,
    kit::{
        Conn, Kit, Problem,
        rate_limits::{DAY, RateLimit},
    },
};

/// For so long nobody posts the same words again.
const SAME_WORDS_MINUTES: i64 = 5;
const FIRST_DAY_HOURS: i64 = 24;

/// Questions of one member.
pub const ASK: RateLimit = RateLimit::per("ask", 20, DAY);
/// Answers and comments.
pub const REPLY: RateLimit = RateLimit::per("reply", 100, DAY);
/// Between two posts of a newcomer.
pub const NEWCOMER_PAUSE: RateLimit = RateLimit::per("newcomer pause", 1, Time::from_secs(30));
/// What a newcomer may ask and reply on their first day; nothing comes back before it is over.
pub const FIRST_DAY_ASK: RateLimit = RateLimit::every("first day ask", 3, DAY);
/// Answers and comments of a newcomer on their first day.
pub const FIRST_DAY_REPLY: RateLimit = RateLimit::every("first day reply", 10, DAY);

/// Lets a member post `body`, if `limit` ([`ASK`] or [`REPLY`]) allows one more; or 409 `duplicate_post`, or 429.
pub async fn take(kit: &Kit, conn: &mut Conn, actor: &Actor, limit: RateLimit, body: &str, now: DateTime<Utc>) -> Result<(), Problem> {
    if store::has_posted(conn, actor.member_id, body, now - Duration::minutes(SAME_WORDS_MINUTES)).await? {
        return Err(Refusal::DuplicatePost.into());
    }
    limits_of(actor, limit, now).try_for_each(|limit| kit.limits.take(limit, &actor.caller()))
}

/// The limits that a post counts towards: more of them for newcomers, who may so post less.
fn limits_of(actor: &Actor, limit: RateLimit, now: DateTime<Utc>) -> impl Iterator<Item = RateLimit> + use<> {
    let is_new = actor.is_newcomer();
    let first_day = is_new && now - actor.joined_at < Duration::hours(FIRST_DAY_HOURS);
    let of_first_day = if limit == ASK { FIRST_DAY_ASK } else { FIRST_DAY_REPLY };
    [is_new.then_some(NEWCOMER_PAUSE), first_day.then_some(of_first_day), Some(limit)].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{MemberId, Role, SessionId};

    #[test]
    fn newcomers_post_less() {
        let joined_at = DateTime::UNIX_EPOCH;
        for (role, trust, hours, limit, expected) in [
            (Role::Member, 0, 0, ASK, vec![NEWCOMER_PAUSE, FIRST_DAY_ASK, ASK]),
            (Role::Member, 0, 23, REPLY, vec![NEWCOMER_PAUSE, FIRST_DAY_REPLY, REPLY]),
            (Role::Member, 0, 24, REPLY, vec![NEWCOMER_PAUSE, REPLY]),
            (Role::Member, 1, 0, ASK, vec![ASK]),
            (Role::Moderator, 0, 0, ASK, vec![ASK]),
        ] {
            let actor = Actor {
                member_id: MemberId::new(),
                session_id: SessionId::new(),
                handle: "ada".to_owned(),
                role,
                trust,
                joined_at,
                silenced: false,
                suspended: false,
            };
            let limits: Vec<_> = limits_of(&actor, limit, joined_at + Duration::hours(hours)).collect();
            assert_eq!(limits, expected, "{role:?} {trust} {hours}");
        }
    }
}
