//! Who we are: user groups, and what we are told.

pub mod group;
mod merging;
pub mod notification;

pub use merging::CommunityMerging;
use poem_openapi::OpenApi;

use self::{
    group::{api::GroupApi, leaving::Leaving, members::MembershipApi},
    notification::{Streams, api::NotificationApi, listener::Herald, settings::NotificationSettingsApi},
};
use crate::{
    events::Event,
    kit::{
        Kit,
        background::Job,
        erasure::{Place, erased, kept, rewritten},
        outbox::Listener,
        verify::{Check, Repair, recount},
    },
};

pub fn api(kit: &Kit, streams: &Streams) -> impl OpenApi + use<> {
    (
        GroupApi { kit: kit.clone() },
        MembershipApi { kit: kit.clone() },
        NotificationApi { kit: kit.clone(), streams: streams.clone() },
        NotificationSettingsApi { kit: kit.clone() },
    )
}

/// Who in this feature reacts to events, in order.
pub fn listeners() -> Vec<Box<dyn Listener<Event>>> {
    // Last of all: it looks at what the others have written.
    vec![Box::new(Leaving), Box::new(Herald)]
}

/// Regular work.
pub fn jobs() -> Vec<Job> {
    vec![notification::jobs::FORGET_NOTIFICATIONS]
}

/// Where personal data lies here.
pub const PLACES: &[Place] = &[
    erased("notification", &["kind", "detail"], "delete from notification where member_id = any($1)"),
    erased("notification_off", &["kind"], "delete from notification_off where member_id = any($1)"),
    rewritten("membership", &["role", "state"], "group::leaving"),
    kept("user_group", &["slug", "name", "description", "kind"], "the group's"),
];

/// What must always hold.
pub fn checks() -> Vec<&'static Check> {
    vec![
        &Check {
            name: "A group counts its active members.",
            sql: "select g.slug as violation from user_group g
                  left join (select group_id, count(*) as active from membership where state = 'active' group by 1) m on m.group_id = g.id
                  where g.member_count <> coalesce(m.active, 0)",
        },
        &Check {
            name: "A group has at most one owner, and only active members lead it.",
            sql: "select g.slug as violation from user_group g join membership m on m.group_id = g.id
                  group by g.id
                  having count(*) filter (where m.role = 'owner') > 1 or bool_or(m.role <> 'member' and m.state <> 'active')",
        },
    ]
}

/// What puts right what does not.
pub fn repairs() -> [&'static Repair; 1] {
    [&Repair {
        of: &["A group counts its active members."],
        run: |kit| {
            let due = "select g.id, coalesce(m.n, 0) as member_count from user_group g
                       left join (select group_id, count(*) as n from membership where state = 'active' group by 1) m on m.group_id = g.id";
            Box::pin(recount(kit, "user_group", &["member_count"], due))
        },
    }]
}
