//! What must always hold of posts and their counters.

use crate::{
    kit::verify::{Check, Repair, recount},
    visible_group,
};

/// What must always hold of posts, their counters and their mentions.
pub static CHECKS: &[Check] = &[
    Check {
        name: "No text names a member who is erased.",
        sql: "select n.post_id::text as violation from mention n join member m on m.id = n.member_id
              where m.erased_at is not null and not exists (select 1 from outbox_event where kind = 'member_erased')",
    },
    Check {
        name: "A post's up and down votes are its votes.",
        sql: "select p.id::text as violation from post p
              left join (select post_id, count(*) filter (where value = 1) as up, count(*) filter (where value = -1) as down
                         from vote group by post_id) v on v.post_id = p.id
              where p.up_votes <> coalesce(v.up, 0) or p.down_votes <> coalesce(v.down, 0)",
    },
    Check {
        name: "A post's comment count is the number of its published comments.",
        sql: "select p.id::text as violation from post p
              left join (select post_id, count(*) as n from comment where state = 'published' group by post_id) c on c.post_id = p.id
              where p.comment_count <> coalesce(c.n, 0)",
    },
    Check {
        name: "A question's answer count is the number of its published answers.",
        sql: "select q.id::text as violation from post q
              left join (select question_id, count(*) as n from post where kind = 'answer' and state = 'published' group by question_id) a
                on a.question_id = q.id
              where q.kind = 'question' and q.answer_count <> coalesce(a.n, 0)",
    },
    Check {
        name: "A tag's question count is the number of its published questions that everybody may see.",
        sql: concat!(
            "select t.name as violation from tag t
              left join (select qt.tag_id, count(*) as n from question_tag qt join post p on p.id = qt.question_id
                         where p.state = 'published' and ",
            visible_group!("p.group_id", "null"),
            " group by qt.tag_id) q on q.tag_id = t.id
              where t.question_count <> coalesce(q.n, 0)"
        ),
    },
    Check {
        name: "An accepted answer is a published answer of its question.",
        sql: "select q.id::text as violation from post q join post a on a.id = q.accepted_answer_id
              where a.kind <> 'answer' or a.question_id <> q.id or a.state <> 'published' or q.accepted_at is null",
    },
    Check {
        name: "An answer lies in the group of its question.",
        sql: "select a.id::text as violation from post a join post q on q.id = a.question_id
              where q.kind <> 'question' or a.group_id is distinct from q.group_id",
    },
];

/// Counts the votes, comments and answers of posts anew.
pub static REPAIRS: &[Repair] = &[
    Repair {
        of: &["A post's up and down votes are its votes."],
        run: |kit| {
            let due = "select p.id, coalesce(v.up, 0) as up_votes, coalesce(v.down, 0) as down_votes from post p
                       left join (select post_id, count(*) filter (where value = 1) as up, count(*) filter (where value = -1) as down
                                  from vote group by post_id) v on v.post_id = p.id";
            Box::pin(recount(kit, "post", &["up_votes", "down_votes"], due))
        },
    },
    Repair {
        of: &["A post's comment count is the number of its published comments."],
        run: |kit| {
            let due = "select p.id, coalesce(c.n, 0) as comment_count from post p
                       left join (select post_id, count(*) as n from comment where state = 'published' group by post_id) c on c.post_id = p.id";
            Box::pin(recount(kit, "post", &["comment_count"], due))
        },
    },
    Repair {
        of: &["A question's answer count is the number of its published answers."],
        run: |kit| {
            let due = "select q.id, coalesce(a.n, 0) as answer_count from post q
                       left join (select question_id, count(*) as n from post where kind = 'answer' and state = 'published' group by question_id) a
                         on a.question_id = q.id
                       where q.kind = 'question'";
            Box::pin(recount(kit, "post", &["answer_count"], due))
        },
    },
    Repair {
        of: &["A tag's question count is the number of its published questions that everybody may see."],
        run: |kit| {
            let due = concat!(
                "select t.id, coalesce(q.n, 0) as question_count from tag t
                 left join (select qt.tag_id, count(*) as n from question_tag qt join post p on p.id = qt.question_id
                            where p.state = 'published' and ",
                visible_group!("p.group_id", "null"),
                " group by qt.tag_id) q on q.tag_id = t.id"
            );
            Box::pin(recount(kit, "tag", &["question_count"], due))
        },
    },
];
