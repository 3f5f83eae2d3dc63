//! Search in PostgreSQL: stemmed words, the last one as a prefix; and trigrams of titles when no word is found.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Bool, Double, Int4, Int8, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use crate::{
    author_columns,
    domain::{GroupId, MemberId, PostId, PostKind, TagId},
    identity::member::Author,
    kit::{Conn, db::CachedExt, pagination::Request},
    visible_group,
};

/// At most this many matches are ranked, so that a word that everybody uses costs no more than others.
const RANKED_MAX: i32 = 5_000;

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

/// A post that was found, with its question's title and a snippet in which highlights are marked.
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
    pub snippet: String,
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

/// SQL: whether the post `p` may be seen, and fits what the search says of posts. Part of every list of candidates: what
/// the caller may not see takes no place among as many as are ranked.
macro_rules! fits {
    () => {
        concat!("p.state = 'published' and ", fits!("p", "p.group_id"))
    };
    // Of the table under this name, which has the group and the time of the post.
    ($table:literal, $group:literal) => {
        concat!(
            "($4 or ",
            visible_group!($group, "$5"),
            ") and ($7 is null or p.author_id = $7) and ($8 is null or ",
            $group,
            " = $8) and ($10 is null or ",
            $table,
            ".created_at >= $10) and ($11 is null or ",
            $table,
            ".created_at < $11)"
        )
    };
}

/// `$candidates` yields (id, question_id, rank) of posts that fit; what is no longer asked, or asked otherwise, is left out before
/// ranks are compared, and the page alone is joined to what is shown of it.
macro_rules! found {
    ($candidates:expr, $seek:literal, $order:literal) => {
        concat!(
            "with wanted as (
               select websearch_to_tsquery('english', $1) && (websearch_to_tsquery('english', $2) || to_tsquery('english', $3)) as query
             ), candidate as (",
            $candidates,
            "), page as (
               select c.id, c.rank from candidate c join question_listing l on l.question_id = c.question_id
               where l.published
                 and ($6 is null or exists (select 1 from question_tag qt where qt.question_id = l.question_id and qt.tag_id = $6))
                 and ($9 is null or (select q.accepted_answer_id is not null from post q where q.id = l.question_id) = $9)
                 and ",
            $seek,
            " order by ",
            $order,
            " limit $14
             )
             select c.id, c.rank, p.kind, p.question_id, q.title, pc.score, q.accepted_answer_id is not null as solved, p.created_at,
                    ts_headline('english', ",
            plain_text!("translate(left(p.body_html, 8000), E'\\uE000\\uE001', '')"),
            ", w.query,
                      E'StartSel=\\uE000, StopSel=\\uE001, MaxWords=30, MinWords=15, MaxFragments=2, FragmentDelimiter=\" … \"') as snippet, ",
            author_columns!("m", "r"),
            " from page c cross join wanted w join post p on p.id = c.id join post_counter pc on pc.post_id = p.id join post q on q.id = p.question_id
             join member m on m.id = p.author_id left join reputation r on r.member_id = m.id
             order by ",
            $order
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

/// How posts are found.
#[derive(Clone, Copy, PartialEq)]
pub enum SearchMode {
    /// By their words, best match first.
    Words,
    /// By the spelling of their titles, likest first.
    Spelling,
    /// By the filters alone, newest first.
    Filters,
}

/// Lets titles that are half alike count as alike, until the transaction ends; by default it takes more.
pub async fn forgive_spelling(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("set local pg_trgm.word_similarity_threshold = 0.5").await
}

/// A page of what is found. `head`, `last` and `prefix` are the parts of [`super::rules::Search`].
pub async fn find(
    conn: &mut Conn,
    mode: SearchMode,
    (head, last, prefix): (&str, &str, &str),
    scope: &Scope,
    request: &Request<u64>,
) -> QueryResult<Vec<FoundRow>> {
    // Votes count a little: ten of them as much as a twentieth of a perfect match.
    let text = match mode {
        SearchMode::Words => directions!(
            request.back(),
            concat!(
                "select m.id, m.question_id, ts_rank(m.searchable, w.query)::float8 + 0.05 * log(1 + greatest(c.score, 0)) as rank
                 from wanted w cross join lateral (
                   select p.id, p.question_id, p.searchable from post p where p.searchable @@ w.query and ",
                fits!(),
                " limit $15) m join post_counter c on c.post_id = m.id"
            )
        ),
        SearchMode::Spelling => directions!(
            request.back(),
            concat!(
                "select p.id, p.question_id, word_similarity($1, p.title)::float8 as rank from post p
                 where p.kind = 'question' and $1 <% p.title and ",
                fits!(),
                " limit $15"
            )
        ),
        SearchMode::Filters => directions!(
            request.back(),
            concat!(
                "select p.id, p.question_id, extract(epoch from p.created_at)::float8 as rank from question_listing l join post p on p.id = l.question_id
                 where l.published and ($6 is null or l.question_id in (select question_id from question_tag where tag_id = $6)) and ",
                fits!("l", "l.group_id"),
                " order by l.created_at desc, l.question_id desc limit $15"
            )
        ),
    };
    let seek = request.seek.as_ref();
    diesel::sql_query(text)
        .bind::<Text, _>(head)
        .bind::<Text, _>(last)
        .bind::<Text, _>(prefix)
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
        .bind::<Int4, _>(RANKED_MAX)
        .cached()
        .load(conn)
        .await
}
