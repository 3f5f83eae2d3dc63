//! Who follows what, in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{BigInt, Bool, Int4, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    domain::{MemberId, PostId, TagId},
    kit::{Conn, db::CachedExt},
};

/// Again without effect.
pub async fn follow_question(conn: &mut Conn, member: MemberId, question: PostId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query("insert into question_follow (member_id, question_id, since) values ($1, $2, $3) on conflict do nothing")
        .bind::<SqlUuid, _>(member)
        .bind::<SqlUuid, _>(question)
        .bind::<Timestamptz, _>(now)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends that a member follows a question; nothing where they do not.
pub async fn unfollow_question(conn: &mut Conn, member: MemberId, question: PostId) -> QueryResult<()> {
    diesel::sql_query("delete from question_follow where member_id = $1 and question_id = $2")
        .bind::<SqlUuid, _>(member)
        .bind::<SqlUuid, _>(question)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// How many tags a member follows, and whether `tag` is one of them.
pub async fn count_tags(conn: &mut Conn, member: MemberId, tag: TagId) -> QueryResult<(i64, bool)> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        tags: i64,
        #[diesel(sql_type = Bool)]
        this: bool,
    }
    let count: Count =
        diesel::sql_query("select count(*) as tags, coalesce(bool_or(tag_id = $2), false) as this from tag_follow where member_id = $1")
            .bind::<SqlUuid, _>(member)
            .bind::<SqlUuid, _>(tag)
            .cached()
            .get_result(conn)
            .await?;
    Ok((count.tags, count.this))
}

/// Again without effect.
pub async fn follow_tag(conn: &mut Conn, member: MemberId, tag: TagId, now: DateTime<Utc>) -> QueryResult<()> {
    // What the tag stands for may have changed since it was looked up; the row as it is locked says so.
    diesel::sql_query(
        "insert into tag_follow (member_id, tag_id, since)
         select $1, coalesce(t.synonym_of, t.id), $3 from (select id, synonym_of from tag where id = $2 for key share) t
         on conflict do nothing",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<SqlUuid, _>(tag)
    .bind::<Timestamptz, _>(now)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends that a member follows a tag; nothing where they do not.
pub async fn unfollow_tag(conn: &mut Conn, member: MemberId, tag: TagId) -> QueryResult<()> {
    diesel::sql_query("delete from tag_follow where member_id = $1 and tag_id = $2")
        .bind::<SqlUuid, _>(member)
        .bind::<SqlUuid, _>(tag)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// About how many questions a member follows, in whichever way; counts no further than `most` of each.
pub async fn count_questions(conn: &mut Conn, member: MemberId, most: i32) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        questions: i64,
    }
    let count: Count = diesel::sql_query(
        "select (select count(*) from (select 1 from question_follow where member_id = $1 limit $2) f)
              + (select coalesce(sum(t.question_count), 0) from tag_follow f join tag t on t.id = f.tag_id where f.member_id = $1)
              + (select count(*) from (
                   select 1 from membership m join question_listing l on l.group_id = m.group_id and l.published
                   where m.member_id = $1 and m.state = 'active' limit $2) g) as questions",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<Int4, _>(most)
    .cached()
    .get_result(conn)
    .await?;
    Ok(count.questions)
}
