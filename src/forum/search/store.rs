//! Search in PostgreSQL, over the search documents of posts.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Bool, Double, Int4, Int8, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::rules::Query;
use crate::{
    author_columns,
    domain::{GroupId, MemberId, PostId, PostKind, TagId},
    identity::member::Author,
    kit::{Conn, db::CachedExt, pagination::Request},
    visible_group,
};

/// At most this many matches are ranked, so that a word that everybody uses costs no more than others.
const RANKED_MAX: i32 = 2_000;
/// Of them, the best so many can be leafed through.
const SHOWN_MAX: i32 = 500;
/// If so many have all words in their titles, no others are looked for.
const TITLES_ENOUGH: i32 = 50;

/// Whom and what a search is narrowed to.
#[derive(Default)]
pub struct Scope {
    pub member: Option<MemberId>,
    pub staff: bool,
    pub tag: Option<TagId>,
    pub author: Option<MemberId>,
    pub group: Option<GroupId>,
    pub solved: Option<bool>,
    pub after: Option<DateTime<Utc>>,
    pub before: Option<DateTime<Utc>>,
}

/// A post that was found, with its question's title and the first part of its text.
#[derive(QueryableByName, Debug)]
pub struct FoundRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: PostId,
    #[diesel(sql_type = Text)]
    pub kind: PostKind,
    #[diesel(sql_type = SqlUuid)]
    pub question_id: PostId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub text: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub language: Option<String>,
    #[diesel(sql_type = Int4)]
    pub score: i32,
    #[diesel(sql_type = Bool)]
    pub solved: bool,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Double)]
    pub rank: f64,
    #[diesel(embed)]
    pub author: Author,
}

/// SQL: the text of HTML that our renderer wrote, which may be cut off. Only tags begin with `<`, blocks end with a line
/// break, and there are no other entities; the ampersand comes last, so that nothing is read twice.
macro_rules! plain_text {
    ($html:literal) => {
        concat!(
            "replace(replace(replace(replace(replace(regexp_replace(replace(replace(",
            $html,
            ", '</td>', ' '), '</th>', ' '), '<[^<>\"]*(\"[^\"]*(\"|$)[^<>\"]*)*(>|$)', '', 'g'),
             '&lt;', '<'), '&gt;', '>'), '&quot;', '\"'), '&nbsp;', ' '), '&amp;', '&')"
        )
    };
}

/// SQL: whether a post may be seen, and fits what the search says of posts, by a table that has its author, group and time. Part of
/// every list of candidates: what the caller may not see takes no place among as many as are ranked.
macro_rules! fits {
    ($group:literal, $author:literal, $created_at:literal) => {
        concat!(
            "($4 or ",
            visible_group!($group, "$5"),
            ") and ($7 is null or ",
            $author,
            " = $7) and ($8 is null or ",
            $group,
            " = $8) and ($10 is null or ",
            $created_at,
            " >= $10) and ($11 is null or ",
            $created_at,
            " < $11)"
        )
    };
}

/// `$candidates` yields (id, rank) of posts that fit; the page alone is joined to what is shown of it.
macro_rules! found {
    ($candidates:expr, $seek:literal, $order:literal) => {
        concat!(
            "with ",
            $candidates,
            ", page as (
               select c.id, c.rank from candidate c where ",
            $seek,
            " order by ",
            $order,
            " limit $14
             )
             select c.id, c.rank, p.kind, p.question_id, q.title, pc.score, q.accepted_answer_id is not null as solved, p.created_at,
                    d.language, ",
            plain_text!("left(p.body_html, 8000)"),
            " as text, ",
            author_columns!("m", "r"),
            " from page c join post p on p.id = c.id join post_counter pc on pc.post_id = p.id join post q on q.id = p.question_id
             join search_document d on d.post_id = p.id join member m on m.id = p.author_id left join reputation r on r.member_id = m.id
             order by ",
            $order
        )
    };
}

/// SQL: whether the question of a post, by this column, has the tag, and is solved or not, as the search asks.
macro_rules! question_fits {
    ($question:literal) => {
        concat!(
            "($6 is null or exists (select 1 from question_tag qt where qt.question_id = ",
            $question,
            " and qt.tag_id = $6)) and ($9 is null or (select q.accepted_answer_id is not null from post q where q.id = ",
            $question,
            ") = $9)"
        )
    };
}

/// SQL: the first posts that a `tsquery` finds, with their words. Where a tag is asked for, or what is solved, more are looked at.
macro_rules! matching {
    ($query:literal, $unless:literal) => {
        concat!(
            "select s.* from (
               select d.post_id, d.question_id, d.words from search_document d
               where d.words @@ (select ",
            $query,
            " from wanted) and d.published and ",
            $unless,
            fits!("d.group_id", "d.author_id", "d.created_at"),
            " limit case when $6 is null and $9 is null then $3 else 10 * $3 end) s where ",
            question_fits!("s.question_id"),
            " limit $3"
        )
    };
}

/// SQL: the page after (rank, id) `$12, $13`, or the one before it, from `candidates`.
macro_rules! directions {
    ($back:expr, $candidates:expr) => {
        if $back {
            found!($candidates, "(c.rank, c.id) > ($12, $13)", "c.rank, c.id")
        } else {
            found!($candidates, "($12 is null or (c.rank, c.id) < ($12, $13))", "c.rank desc, c.id desc")
        }
    };
}

/// A page of what is found: by a query, best match first; without one by the filters alone, newest first.
pub async fn find(conn: &mut Conn, query: Option<&Query>, scope: &Scope, request: &Request<u64>) -> QueryResult<Vec<FoundRow>> {
    let text = if query.is_some() {
        // Votes count a little: ten of them as much as a tenth of the match.
        directions!(
            request.back(),
            concat!(
                "wanted as materialized (select $1::tsquery as query, $2::tsquery as optional, $15::tsquery as titles),
                 titled as materialized (",
                matching!("titles", "$15 is not null and "),
                "), matched as (
                   select * from titled where (select count(*) from titled) >= $16
                   union all (",
                matching!("query", "(select count(*) from titled) < $16 and "),
                ")), likely as materialized (
                   select m.post_id, ts_rank(m.words, w.query) + coalesce(ts_rank(m.words, w.optional), 0) as rank
                   from matched m cross join wanted w order by rank desc, m.post_id desc limit $17
                 ), candidate as materialized (
                   select m.post_id as id, m.rank::float8 * (1 + 0.1 * log(1 + greatest(c.score, 0))) as rank
                   from likely m join post_counter c on c.post_id = m.post_id)"
            )
        )
    } else {
        // Those of words mean nothing here, but have types.
        directions!(
            request.back(),
            concat!(
                "candidate as (
                   select l.question_id as id, extract(epoch from l.created_at)::float8 as rank
                   from question_listing l join post p on p.id = l.question_id
                   where l.published and coalesce($1::text, $2::text, $15::text) is null and $16 + $17 > 0
                     and ($6 is null or l.question_id in (select question_id from question_tag where tag_id = $6)) and ",
                question_fits!("l.question_id"),
                " and ",
                fits!("l.group_id", "p.author_id", "l.created_at"),
                " order by l.created_at desc, l.question_id desc limit $3)"
            )
        )
    };
    let seek = request.seek.as_ref();
    diesel::sql_query(text)
        .bind::<Nullable<Text>, _>(query.map(|query| &query.required))
        .bind::<Nullable<Text>, _>(query.and_then(|query| query.optional.as_ref()))
        .bind::<Int4, _>(RANKED_MAX)
        .bind::<Bool, _>(scope.staff)
        .bind::<Nullable<SqlUuid>, _>(scope.member)
        .bind::<Nullable<SqlUuid>, _>(scope.tag)
        .bind::<Nullable<SqlUuid>, _>(scope.author)
        .bind::<Nullable<SqlUuid>, _>(scope.group)
        .bind::<Nullable<Bool>, _>(scope.solved)
        .bind::<Nullable<Timestamptz>, _>(scope.after)
        .bind::<Nullable<Timestamptz>, _>(scope.before)
        .bind::<Nullable<Double>, _>(seek.map(|seek| f64::from_bits(seek.key)))
        .bind::<Nullable<SqlUuid>, _>(seek.map(|seek| seek.id))
        .bind::<Int8, _>(request.rows())
        .bind::<Nullable<Text>, _>(query.and_then(|query| query.titles.as_ref()))
        .bind::<Int4, _>(TITLES_ENOUGH)
        .bind::<Int4, _>(SHOWN_MAX)
        .cached()
        .load(conn)
        .await
}
