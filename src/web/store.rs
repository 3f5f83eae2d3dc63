//! What feeds and site maps need beside the API: read only.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    kit::{Conn, db::CachedExt},
    visible_group,
};

/// The text of a question, for feeds.
#[derive(QueryableByName)]
pub struct Body {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub body_html: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub edited_at: Option<DateTime<Utc>>,
}

/// A question that everybody may read, for site maps.
#[derive(QueryableByName)]
pub struct Public {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Timestamptz)]
    pub active_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Start {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The kinds of the change feed by which [`part_starts`] and [`part`] may answer something else.
pub const PUBLIC_QUESTIONS: &[&str] = &["questions", "group_names"];

/// SQL: questions that everybody may read.
macro_rules! public_questions {
    () => {
        concat!(" from question_listing l where l.published and ", visible_group!("l.group_id", "null"))
    };
}

/// The bodies of questions that the API has just shown.
pub async fn bodies(conn: &mut Conn, ids: &[Uuid]) -> QueryResult<Vec<Body>> {
    diesel::sql_query("select id, body_html, edited_at from post where id = any($1)")
        .bind::<Array<SqlUuid>, _>(ids)
        .cached()
        .load(conn)
        .await
}

/// The first question of each part of so many.
pub async fn part_starts(conn: &mut Conn, questions_max: i64) -> QueryResult<Vec<Uuid>> {
    let sql = concat!(
        "select id from (select l.question_id as id, row_number() over (order by l.question_id) - 1 as n",
        public_questions!(),
        ") numbered where n % $1 = 0 order by id"
    );
    let starts: Vec<Start> = diesel::sql_query(sql).bind::<BigInt, _>(questions_max).cached().load(conn).await?;
    Ok(starts.into_iter().map(|start| start.id).collect())
}

/// Questions from `start` on.
pub async fn part(conn: &mut Conn, start: Uuid, questions_max: i64) -> QueryResult<Vec<Public>> {
    let sql = concat!(
        "select p.id, p.title, l.active_at from (select l.question_id, l.active_at",
        public_questions!(),
        " and l.question_id >= $1 order by l.question_id limit $2) l join post p on p.id = l.question_id order by p.id"
    );
    diesel::sql_query(sql).bind::<SqlUuid, _>(start).bind::<BigInt, _>(questions_max).cached().load(conn).await
}
