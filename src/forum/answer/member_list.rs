//! Lists of answers that are not one question's.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    domain::{MemberId, PostId},
    identity::Actor,
    kit::{Conn, db::CachedExt, pagination::Request},
    visible_group,
};

/// An answer in a list of its author's.
#[derive(QueryableByName)]
pub struct Row {
    #[diesel(sql_type = SqlUuid)]
    pub id: PostId,
    #[diesel(sql_type = SqlUuid)]
    pub question_id: PostId,
    #[diesel(sql_type = Text)]
    pub question_title: String,
    #[diesel(sql_type = Text)]
    pub excerpt: String,
    #[diesel(sql_type = Int4)]
    pub score: i32,
    #[diesel(sql_type = Bool)]
    pub accepted: bool,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// Published answers of published questions that `reader` may see.
macro_rules! answer_cards {
    ($rest:literal) => {
        concat!(
            "select a.id, a.question_id, q.title as question_title, a.excerpt, c.score,
                    q.accepted_answer_id is not distinct from a.id as accepted, a.created_at
             from post a join post q on q.id = a.question_id join post_counter c on c.post_id = a.id
             where a.author_id = $1 and a.kind = 'answer' and a.state = 'published' and q.state = 'published' and ($2 or ",
            visible_group!("a.group_id", "$3"),
            ") and ",
            $rest
        )
    };
}

/// A page of the answers of `author` that `reader` may see, newest first.
pub async fn load(conn: &mut Conn, author: MemberId, reader: Option<&Actor>, request: &Request<i64>) -> QueryResult<Vec<Row>> {
    let text = if request.back() {
        answer_cards!("(a.created_at, a.id) > ($4, $5) order by a.created_at, a.id limit $6")
    } else {
        answer_cards!("($4 is null or (a.created_at, a.id) < ($4, $5)) order by a.created_at desc, a.id desc limit $6")
    };
    let seek = request.seek.as_ref();
    diesel::sql_query(text)
        .bind::<SqlUuid, _>(author)
        .bind::<Bool, _>(reader.is_some_and(Actor::is_staff))
        .bind::<Nullable<SqlUuid>, _>(reader.map(|actor| actor.member_id))
        .bind::<Nullable<Timestamptz>, _>(seek.and_then(|seek| DateTime::from_timestamp_micros(seek.key)))
        .bind::<Nullable<SqlUuid>, _>(seek.map(|seek| seek.id))
        .bind::<BigInt, _>(request.rows())
        .cached()
        .load(conn)
        .await
}
