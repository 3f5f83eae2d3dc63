//! Lists of questions: five orders, both directions, one statement a page.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Bool, Double, Int4, Int8, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use poem_openapi::Object;

use super::view::GroupRef;
use crate::{
    domain::{GroupId, MemberId, PostId, TagId},
    identity::{
        Actor,
        member::{Author, AuthorView},
    },
    kit::{
        Conn,
        db::CachedExt,
        pagination::{ROWS_MAX, Request},
        slug::{self, slug},
    },
    text_enum, visible_group,
};

text_enum! {
    /// Orders of questions.
    pub enum QuestionOrder {
        /// Votes, answers and newness weighed.
        Hot = "hot",
        /// Last activity first.
        Active = "active",
        New = "new",
        /// Highest score first.
        Top = "top",
        /// Those without answers, newest first.
        Unanswered = "unanswered",
    }
}

/// Above this many questions of a tag, or that somebody follows, a list walks its order's index and skips what does not fit; below,
/// it sorts what fits.
pub const SORTED_QUESTIONS_MAX: i32 = 2_000;

/// A question in a list.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
pub struct QuestionCard {
    pub id: PostId,
    pub title: String,
    /// The title as part of a URL; empty when nothing is left of it.
    pub slug: String,
    /// The first 200 characters or so, as plain text.
    pub excerpt: String,
    pub tags: Vec<String>,
    pub group: Option<GroupRef>,
    pub author: AuthorView,
    pub score: i32,
    pub answer_count: i32,
    pub comment_count: i32,
    /// An answer was accepted.
    pub solved: bool,
    pub closed: bool,
    pub locked: bool,
    pub created_at: DateTime<Utc>,
    pub active_at: DateTime<Utc>,
}

/// A question in a list, with its place in each order.
#[derive(QueryableByName, Debug)]
pub struct CardRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: PostId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    excerpt: String,
    #[diesel(sql_type = Array<Text>)]
    tags: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    group_slug: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    group_name: Option<String>,
    #[diesel(sql_type = Int4)]
    score: i32,
    #[diesel(sql_type = Int4)]
    answer_count: i32,
    #[diesel(sql_type = Int4)]
    comment_count: i32,
    #[diesel(sql_type = Bool)]
    solved: bool,
    #[diesel(sql_type = Bool)]
    closed: bool,
    #[diesel(sql_type = Bool)]
    locked: bool,
    #[diesel(sql_type = Double)]
    hot_key: f64,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    active_at: DateTime<Utc>,
    #[diesel(embed)]
    author: Author,
}

impl CardRow {
    /// The sort key, as cursors carry it.
    pub fn key(&self, sort: QuestionOrder) -> i64 {
        match sort {
            QuestionOrder::Hot => self.hot_key.to_bits() as i64,
            QuestionOrder::Active => self.active_at.timestamp_micros(),
            QuestionOrder::New | QuestionOrder::Unanswered => self.created_at.timestamp_micros(),
            QuestionOrder::Top => self.score.into(),
        }
    }
}

impl From<CardRow> for QuestionCard {
    fn from(row: CardRow) -> Self {
        Self {
            id: row.id,
            slug: slug(&row.title, slug::CHARS_MAX),
            title: row.title,
            excerpt: row.excerpt,
            tags: row.tags,
            group: row.group_slug.zip(row.group_name).map(|(slug, name)| GroupRef { slug, name }),
            author: row.author.into(),
            score: row.score,
            answer_count: row.answer_count,
            comment_count: row.comment_count,
            solved: row.solved,
            closed: row.closed,
            locked: row.locked,
            created_at: row.created_at,
            active_at: row.active_at,
        }
    }
}

/// SQL: the columns of a card for the questions in `l`.
macro_rules! card_columns {
    () => {
        concat!(
            "p.id, p.title, p.excerpt, l.score, l.answer_count, pc.comment_count, p.accepted_answer_id is not null as solved,
             p.closed_at is not null as closed, p.locked_at is not null as locked, l.hot_key, l.created_at, l.active_at, l.tags,
             g.slug as group_slug, g.name as group_name, ",
            $crate::author_columns!("m", "r")
        )
    };
}

/// SQL: what the columns of a card are taken from, after `l`.
macro_rules! card_joins {
    () => {
        " join post p on p.id = l.question_id join post_counter pc on pc.post_id = l.question_id join member m on m.id = p.author_id
         left join reputation r on r.member_id = m.id left join user_group g on g.id = l.group_id "
    };
}

pub(crate) use {card_columns, card_joins};

/// What a list is narrowed to.
#[derive(Clone, Copy, Default)]
pub struct Filter {
    /// With the number of its questions.
    pub tag: Option<(TagId, i32)>,
    pub group: Option<GroupId>,
    pub author: Option<MemberId>,
    /// To what the reader follows, with about how many questions that are.
    pub followed: Option<i64>,
}

/// A page of the questions that `actor` may see.
pub async fn load(
    conn: &mut Conn,
    sort: QuestionOrder,
    filter: Filter,
    actor: Option<&Actor>,
    request: &Request<i64>,
) -> QueryResult<Vec<CardRow>> {
    let seek = request.seek.as_ref();
    let key = seek.map(|seek| seek.key);
    diesel::sql_query(text(sort, filter, actor.is_some_and(Actor::is_staff), seek.is_some(), request.back()))
        .bind::<Nullable<Double>, _>(key.map(|key| f64::from_bits(key as u64)))
        .bind::<Nullable<Timestamptz>, _>(key.and_then(DateTime::from_timestamp_micros))
        .bind::<Nullable<BigInt>, _>(key)
        .bind::<Nullable<SqlUuid>, _>(seek.map(|seek| seek.id))
        .bind::<Int8, _>(request.rows())
        .bind::<Nullable<SqlUuid>, _>(filter.tag.map(|(id, _)| id))
        .bind::<Nullable<SqlUuid>, _>(filter.group)
        .bind::<Nullable<SqlUuid>, _>(filter.author)
        .bind::<Nullable<SqlUuid>, _>(actor.map(|actor| actor.member_id))
        .cached()
        .load(conn)
        .await
}

/// The statement. It comes in as many forms as there are orders and kinds of filter, so that each can use its index, and
/// in no more, so that each is prepared once.
fn text(sort: QuestionOrder, filter: Filter, staff: bool, seeks: bool, back: bool) -> String {
    let (column, parameter) = match sort {
        QuestionOrder::Hot => ("hot_key", "$1"),
        QuestionOrder::Active => ("active_at", "$2"),
        QuestionOrder::New | QuestionOrder::Unanswered => ("created_at", "$2"),
        QuestionOrder::Top => ("score", "$3"),
    };
    let (than, order) = if back { (">", "asc") } else { ("<", "desc") };
    let mut wants = vec!["l.published".to_owned()];
    let mut with = Vec::new();
    if sort == QuestionOrder::Unanswered {
        wants.push("l.answer_count = 0".to_owned());
    }
    match filter.tag {
        Some((_, questions)) if questions > SORTED_QUESTIONS_MAX => {
            wants.push("l.tags @> (select array[name] from tag where id = $6)".to_owned());
        }
        Some(_) => {
            with.push("tagged as materialized (select question_id from question_tag where tag_id = $6)");
            wants.push("l.question_id in (select question_id from tagged)".to_owned());
        }
        None => {}
    }
    match filter.followed {
        Some(questions) if questions > SORTED_QUESTIONS_MAX.into() => {
            with.push("mine as materialized (select group_id from membership where member_id = $9 and state = 'active')");
            wants.push(
                "coalesce((select true from question_follow f where f.member_id = $9 and f.question_id = l.question_id),
                          (select true from question_tag qt join tag_follow f on f.tag_id = qt.tag_id
                           where qt.question_id = l.question_id and f.member_id = $9 limit 1),
                          l.group_id in (select group_id from mine))"
                    .to_owned(),
            );
        }
        Some(_) => {
            with.push(
                "followed as materialized (
                   select question_id from question_follow where member_id = $9
                   union select qt.question_id from tag_follow f join question_tag qt on qt.tag_id = f.tag_id where f.member_id = $9
                   union select l.question_id from membership m join question_listing l on l.group_id = m.group_id and l.published
                         where m.member_id = $9 and m.state = 'active')",
            );
            wants.push("l.question_id in (select question_id from followed)".to_owned());
        }
        None => {}
    }
    if filter.group.is_some() {
        wants.push("l.group_id = $7".to_owned());
    }
    if filter.author.is_some() {
        wants.push("l.question_id in (select id from post where author_id = $8 and kind = 'question')".to_owned());
    }
    if !staff {
        wants.push(visible_group!("l.group_id", "$9").to_owned());
    }
    if seeks {
        wants.push(format!("(l.{column}, l.question_id) {than} ({parameter}, $4)"));
    }
    let with = if with.is_empty() { String::new() } else { format!("with {} ", with.join(", ")) };
    // PostgreSQL takes an unknown limit for a tenth of the table, and would plan each page anew; a known one bounds it.
    format!(
        "{with}select {} from (
           select * from (select l.* from question_listing l where {} order by l.{column} {order}, l.question_id {order} limit {}) l limit $5
         ) l {} order by l.{column} {order}, l.question_id {order}",
        concat!(card_columns!()),
        wants.join(" and "),
        ROWS_MAX,
        card_joins!(),
    )
}
