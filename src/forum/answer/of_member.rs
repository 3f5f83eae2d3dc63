//! What one member has answered.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use crate::{
    identity::{Actor, Handle, Visitor},
    kit::{
        Conn, Kit, Problem,
        db::CachedExt,
        page::{Page, Request},
    },
    visible_group,
    words::{ApiTag, MemberId, PostId},
};

pub struct MemberAnswerApi {
    pub kit: Kit,
}

/// An answer in a list of its author's.
#[derive(Object, Debug)]
struct AnswerCard {
    id: PostId,
    question_id: PostId,
    question_title: String,
    /// The first 200 characters or so, as plain text.
    excerpt: String,
    score: i32,
    /// It is the one that helped.
    accepted: bool,
    created_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: PostId,
    #[diesel(sql_type = SqlUuid)]
    question_id: PostId,
    #[diesel(sql_type = Text)]
    question_title: String,
    #[diesel(sql_type = Text)]
    excerpt: String,
    #[diesel(sql_type = Int4)]
    score: i32,
    #[diesel(sql_type = Bool)]
    accepted: bool,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

impl From<Row> for AnswerCard {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            question_id: row.question_id,
            question_title: row.question_title,
            excerpt: row.excerpt,
            score: row.score,
            accepted: row.accepted,
            created_at: row.created_at,
        }
    }
}

#[OpenApi(tag = "ApiTag::Forum")]
impl MemberAnswerApi {
    /// List a member's answers
    ///
    /// Newest first. Those in private groups for the groups' members only.
    #[oai(path = "/members/:handle/answers", method = "get", operation_id = "list_member_answers")]
    async fn list_member_answers(
        &self,
        visitor: Visitor,
        handle: Path<Handle>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<AnswerCard>>, Problem> {
        let mut conn = self.kit.db.read().await?;
        let author = handle.0.find(&mut conn).await?;
        let list = format!("answers of {author}");
        let request = self.kit.cursors.request(&list, cursor.0.as_deref(), limit.0)?;
        let rows = load(&mut conn, author, visitor.0.as_ref(), &request).await?;
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| (row.created_at.timestamp_micros(), row.id.0), AnswerCard::from)))
    }
}

/// Published answers of published questions that `reader` may see.
macro_rules! answer_cards {
    ($rest:literal) => {
        concat!(
            "select a.id, a.question_id, q.title as question_title, a.excerpt, a.score,
                    q.accepted_answer_id is not distinct from a.id as accepted, a.created_at
             from post a join post q on q.id = a.question_id
             where a.author_id = $1 and a.kind = 'answer' and a.state = 'published' and q.state = 'published' and ($2 or ",
            visible_group!("a.group_id", "$3"),
            ") and ",
            $rest
        )
    };
}

async fn load(conn: &mut Conn, author: MemberId, reader: Option<&Actor>, request: &Request<i64>) -> QueryResult<Vec<Row>> {
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
