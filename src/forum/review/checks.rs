//! What must always hold of review items, flags and hidden posts.

use crate::kit::verify::Check;

/// What must always hold of review items, flags and trust set by hand.
pub const CHECKS: [Check; 5] = [
    Check {
        name: "A post has at most one undecided review item.",
        sql: "select post_id::text as violation from review_item where state <> 'decided' group by post_id having count(*) > 1",
    },
    Check {
        name: "A decided review item says what was decided, by whom and why, and what the post was before and after.",
        sql: "select id::text as violation from review_item
              where state = 'decided' and (decision is null or decided_by is null or reason is null or state_before is null or state_after is null)",
    },
    Check {
        name: "Flags are open while their review item is, and then have the verdict that its decision gives.",
        sql: "select f.id::text as violation from flag f join review_item i on i.id = f.review_item_id
              where f.verdict <> case when i.decision is null then 'open' when i.decision = 'approve' then 'declined'
                                      when i.decision = 'dismiss' then 'dismissed' else 'upheld' end
                 or f.post_id <> i.post_id",
    },
    Check {
        name: "An undecided review item weighs what its flags weigh.",
        sql: "select i.id::text as violation from review_item i left join flag f on f.review_item_id = i.id
              where i.state <> 'decided' group by i.id having i.weight <> coalesce(sum(f.weight), 0)",
    },
    Check {
        name: "A trust level set by hand holds.",
        sql: "select m.id::text as violation from trust_by_hand t join member m on m.id = t.member_id where m.trust <> t.trust",
    },
];
