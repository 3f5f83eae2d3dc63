//! What must always hold of what posts are found by.

use diesel_async::RunQueryDsl;

use crate::kit::{
    Kit, Problem,
    db::allow_whole_tables,
    verify::{CHECK_TIMEOUT, Check, Repair, recount},
};

/// SQL: what the document of each post must have of it.
macro_rules! due_documents {
    () => {
        "select p.id, p.question_id, p.group_id, p.author_id, p.state = 'published' and q.state = 'published' as published, p.created_at
         from post p join post q on q.id = p.question_id"
    };
}

/// What must always hold of search documents.
pub static CHECKS: &[Check] = &[
    Check {
        name: "Every post has its search document.",
        sql: "select p.id::text as violation from post p left join search_document d on d.post_id = p.id where d.post_id is null",
    },
    Check {
        name: "A search document has the question, group, author, state and time of its post.",
        sql: concat!(
            "select d.post_id::text as violation from search_document d join (",
            due_documents!(),
            ") p on p.id = d.post_id
              where (d.question_id, d.group_id, d.author_id, d.published, d.created_at)
                is distinct from (p.question_id, p.group_id, p.author_id, p.published, p.created_at)"
        ),
    },
];

/// Adds the documents that posts lack, and brings the others in line.
pub static REPAIRS: &[Repair] = &[
    Repair { of: &["Every post has its search document."], run: |kit| Box::pin(add_missing(kit)) },
    Repair {
        of: &["A search document has the question, group, author, state and time of its post."],
        run: |kit| {
            let columns = &["question_id", "group_id", "author_id", "published", "created_at"];
            Box::pin(recount(kit, ("search_document", "post_id"), columns, due_documents!()))
        },
    },
];

/// Adds empty documents, which are indexed within a minute.
async fn add_missing(kit: Kit) -> Result<u64, Problem> {
    let mut tx = kit.db.begin().await?;
    allow_whole_tables(&mut tx, CHECK_TIMEOUT).await?;
    let rows = diesel::sql_query(concat!(
        "insert into search_document (post_id, question_id, group_id, author_id, published, created_at)
         select p.id, p.question_id, p.group_id, p.author_id, p.published, p.created_at from (",
        due_documents!(),
        ") p left join search_document d on d.post_id = p.id where d.post_id is null
         on conflict do nothing"
    ))
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(rows as u64)
}
