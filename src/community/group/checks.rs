//! What must always hold of groups.

use crate::kit::verify::{Check, Repair, recount};

/// What must always hold of groups and memberships.
pub const CHECKS: &[Check] = &[
    Check {
        name: "A group counts its active members.",
        sql: "select g.slug as violation from user_group g
                  left join (select group_id, count(*) as active from membership where state = 'active' group by 1) m on m.group_id = g.id
                  where g.member_count <> coalesce(m.active, 0)",
    },
    Check {
        name: "A group has at most one owner, and only active members lead it.",
        sql: "select g.slug as violation from user_group g join membership m on m.group_id = g.id
                  group by g.id
                  having count(*) filter (where m.role = 'owner') > 1 or bool_or(m.role <> 'member' and m.state <> 'active')",
    },
];

/// Counts the members of a group anew.
pub const REPAIRS: &[Repair] = &[Repair {
    of: &["A group counts its active members."],
    run: |kit| {
        let due = "select g.id, coalesce(m.n, 0) as member_count from user_group g
                       left join (select group_id, count(*) as n from membership where state = 'active' group by 1) m on m.group_id = g.id";
        Box::pin(recount(kit, ("user_group", "id"), &["member_count"], due))
    },
}];
