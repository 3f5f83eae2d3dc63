//! What must always hold of posts and their counters.

use diesel_async::RunQueryDsl;

use crate::{
    kit::{
        Kit, Problem,
        db::allow_whole_tables,
        verify::{CHECK_TIMEOUT, Check, Repair, recount},
    },
    visible_group,
};

/// SQL: the votes of each post that has some, up and down.
macro_rules! votes_of_posts {
    () => {
        "select post_id, count(*) filter (where value = 1) as up, count(*) filter (where value = -1) as down from vote group by post_id"
    };
}

/// SQL: what the listing of each question must be.
macro_rules! due_listings {
    () => {
        "select q.id, q.group_id, q.state = 'published' as published, coalesce(t.tags, '{}') as tags, c.score,
                coalesce(a.answers, 0)::int as answer_count, coalesce(a.score, 0)::int as answers_score,
                coalesce(a.participants, 0)::int as participants,
                greatest(q.created_at, q.edited_at, a.active_at) as active_at, q.created_at
         from post q join post_counter c on c.post_id = q.id
         left join (select qt.question_id, array_agg(t.name order by t.name) as tags
                    from question_tag qt join tag t on t.id = qt.tag_id group by qt.question_id) t on t.question_id = q.id
         left join (select a.question_id, count(*) as answers, sum(ac.score) as score,
                           count(distinct a.author_id) filter (where a.author_id <> q.author_id) as participants,
                           max(greatest(a.created_at, a.edited_at)) as active_at
                    from post a join post q on q.id = a.question_id join post_counter ac on ac.post_id = a.id
                    where a.kind = 'answer' and a.state = 'published' group by a.question_id) a on a.question_id = q.id
         where q.kind = 'question'"
    };
}

/// What a repair sets. When a question was last active is no check's matter: versions before did not keep it so.
const LISTED: &[&str] =
    &["group_id", "published", "tags", "score", "answer_count", "answers_score", "participants", "active_at", "created_at"];

/// What must always hold of posts, their counters and their mentions.
pub static CHECKS: &[Check] = &[
    Check {
        name: "No text names a member who is erased.",
        sql: "select n.post_id::text as violation from mention n join member m on m.id = n.member_id
              where m.erased_at is not null and not exists (select 1 from outbox_event where kind = 'member_erased')",
    },
    Check {
        name: "Every post has its counters, and every question its listing.",
        sql: "select p.id::text as violation from post p left join post_counter c on c.post_id = p.id
              left join question_listing l on l.question_id = p.id
              where c.question_id is distinct from p.question_id or (l.question_id is not null) <> (p.kind = 'question')",
    },
    Check {
        name: "A post's up and down votes are its votes.",
        sql: concat!(
            "select c.post_id::text as violation from post_counter c left join (",
            votes_of_posts!(),
            ") v on v.post_id = c.post_id where c.up_votes <> coalesce(v.up, 0) or c.down_votes <> coalesce(v.down, 0)"
        ),
    },
    Check {
        name: "A post's comment count is the number of its published comments.",
        sql: "select p.post_id::text as violation from post_counter p
              left join (select post_id, count(*) as n from comment where state = 'published' group by post_id) c on c.post_id = p.post_id
              where p.comment_count <> coalesce(c.n, 0)",
    },
    Check {
        name: "Lists show of a question what it and its published answers are.",
        sql: concat!(
            "select l.question_id::text as violation from question_listing l join (",
            due_listings!(),
            ") d on d.id = l.question_id
              where (l.group_id, l.published, l.tags, l.score, l.answer_count, l.answers_score, l.participants, l.created_at)
                is distinct from (d.group_id, d.published, d.tags, d.score, d.answer_count, d.answers_score, d.participants, d.created_at)"
        ),
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

/// Adds the rows that posts lack, counts their votes, comments and answers anew, and lists questions by their tags and state.
pub static REPAIRS: &[Repair] = &[
    Repair { of: &["Every post has its counters, and every question its listing."], run: |kit| Box::pin(add_missing(kit)) },
    Repair {
        of: &["A post's up and down votes are its votes."],
        run: |kit| {
            let due = concat!(
                "select c.post_id as id, coalesce(v.up, 0) as up_votes, coalesce(v.down, 0) as down_votes from post_counter c left join (",
                votes_of_posts!(),
                ") v on v.post_id = c.post_id"
            );
            Box::pin(recount(kit, ("post_counter", "post_id"), &["up_votes", "down_votes"], due))
        },
    },
    Repair {
        of: &["A post's comment count is the number of its published comments."],
        run: |kit| {
            let due = "select p.id, coalesce(c.n, 0) as comment_count from post p
                       left join (select post_id, count(*) as n from comment where state = 'published' group by post_id) c on c.post_id = p.id";
            Box::pin(recount(kit, ("post_counter", "post_id"), &["comment_count"], due))
        },
    },
    Repair {
        of: &["Lists show of a question what it and its published answers are."],
        run: |kit| Box::pin(recount(kit, ("question_listing", "question_id"), LISTED, due_listings!())),
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
            Box::pin(recount(kit, ("tag", "id"), &["question_count"], due))
        },
    },
];

/// Gives posts the rows that they lack, and those the question that is theirs; what is counted in them, the other repairs count.
async fn add_missing(kit: Kit) -> Result<u64, Problem> {
    let mut tx = kit.db.begin().await?;
    allow_whole_tables(&mut tx, CHECK_TIMEOUT).await?;
    let mut rows = 0;
    for statement in [
        "insert into post_counter (post_id, question_id)
         select p.id, p.question_id from post p left join post_counter c on c.post_id = p.id where c.post_id is null",
        "update post_counter c set question_id = p.question_id from post p where p.id = c.post_id and c.question_id <> p.question_id",
        "insert into question_listing (question_id, group_id, published, active_at, created_at)
         select p.id, p.group_id, p.state = 'published', greatest(p.created_at, p.edited_at), p.created_at from post p
         left join question_listing l on l.question_id = p.id where p.kind = 'question' and l.question_id is null",
        "delete from question_listing l using post p where p.id = l.question_id and p.kind <> 'question'",
    ] {
        rows += diesel::sql_query(statement).execute(&mut *tx).await? as u64;
    }
    if rows > 0 {
        // The change feed hears of updates alone, because no request adds such a row without its post.
        diesel::sql_query("select append_changes(array['*'])").execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(rows)
}
