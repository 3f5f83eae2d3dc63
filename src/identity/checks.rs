//! What must always hold of members and accounts.

use crate::kit::verify::Check;

/// What must always hold of members and accounts.
pub const CHECKS: &[Check] = &[
    Check {
        name: "Nothing tells who an erased member was.",
        sql: "select m.id::text as violation from member m
                  where m.erased_at is not null
                    and (m.bio <> '' or m.display_name <> 'Erased member' or m.handle not like 'erased-%' or m.role <> 'member'
                         or exists (select 1 from account where member_id = m.id)
                         or exists (select 1 from session where member_id = m.id)
                         or exists (select 1 from external_member where member_id = m.id))",
    },
    Check {
        name: "Who was merged is a part of a member who is none, by a merge that stands.",
        sql: "select m.id::text as violation from member m join member i on i.id = m.merged_into
                  where i.merged_into is not null or m.role <> 'member' or (m.erased_at is null) <> (i.erased_at is null)
                     or not exists (select 1 from merge where from_id = m.id and undone_at is null)
                  union all
                  select g.id::text from merge g join member m on m.id = g.from_id where g.undone_at is null and m.merged_into is null",
    },
    Check {
        name: "Staff have accounts.",
        sql: "select m.id::text as violation from member m
                  where m.role <> 'member' and not exists (select 1 from account where member_id = m.id)",
    },
];
