//! How often one may post.

use chrono::{DateTime, Duration, Utc};

use super::{rules::Refusal, store};
use crate::{
    identity::Actor,
    kit::{Conn, Kit, Problem, limits::Ration},
};

/// For so long nobody posts the same words again.
const SAME_WORDS_MINUTES: i64 = 5;
const FIRST_DAY_HOURS: i64 = 24;

/// Lets a member post `body`, of their ration of questions or replies; or 409 `duplicate_post`, or 429.
pub async fn take(kit: &Kit, conn: &mut Conn, actor: &Actor, ration: Ration, body: &str, now: DateTime<Utc>) -> Result<(), Problem> {
    if store::has_posted(conn, actor.member_id, body, now - Duration::minutes(SAME_WORDS_MINUTES)).await? {
        return Err(Refusal::DuplicatePost.into());
    }
    rations(actor, ration, now).try_for_each(|ration| kit.limits.take(ration, &actor.caller()))
}

/// The rations that a post takes of: newcomers have more of them.
fn rations(actor: &Actor, ration: Ration, now: DateTime<Utc>) -> impl Iterator<Item = Ration> + use<> {
    let is_new = actor.is_newcomer();
    let first_day = is_new && now - actor.joined_at < Duration::hours(FIRST_DAY_HOURS);
    let of_first_day = match ration {
        Ration::Ask => Some(Ration::FirstDayAsk),
        Ration::Reply => Some(Ration::FirstDayReply),
        _ => None,
    };
    [is_new.then_some(Ration::NewcomerPause), of_first_day.filter(|_| first_day), Some(ration)].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{MemberId, Role, SessionId};

    #[test]
    fn newcomers_post_less() {
        use Ration::*;
        let joined_at = DateTime::UNIX_EPOCH;
        for (role, trust, hours, ration, expected) in [
            (Role::Member, 0, 0, Ask, vec![NewcomerPause, FirstDayAsk, Ask]),
            (Role::Member, 0, 23, Reply, vec![NewcomerPause, FirstDayReply, Reply]),
            (Role::Member, 0, 24, Reply, vec![NewcomerPause, Reply]),
            (Role::Member, 1, 0, Ask, vec![Ask]),
            (Role::Moderator, 0, 0, Ask, vec![Ask]),
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
            let rations: Vec<_> = rations(&actor, ration, joined_at + Duration::hours(hours)).collect();
            assert_eq!(rations, expected, "{role:?} {trust} {hours}");
        }
    }
}
