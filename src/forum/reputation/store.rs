//! The book of reputation in PostgreSQL. Only the outbox's leader writes it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Date, Int4, Int8, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::rules::{Entry, EntryKind};
use crate::{
    kit::{Conn, db::CachedExt},
    words::{MemberId, PostId, VoteId},
};

#[derive(QueryableByName)]
pub struct Posted {
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub post_id: PostId,
    #[diesel(sql_type = Text)]
    pub kind: EntryKind,
    #[diesel(sql_type = Text)]
    pub source: String,
    #[diesel(sql_type = Int4)]
    pub amount: i32,
}

/// What these votes brought.
pub async fn of_votes(conn: &mut Conn, votes: &[VoteId]) -> QueryResult<Vec<Posted>> {
    let sources: Vec<String> = votes.iter().map(VoteId::to_string).collect();
    diesel::sql_query(
        "select member_id, post_id, kind, source, amount from reputation_entry
         where kind = any('{question_up_vote,answer_up_vote,down_vote,down_vote_cast,vote_taken_back}') and source = any($1)",
    )
    .bind::<Array<Text>, _>(sources)
    .cached()
    .load(conn)
    .await
}

/// What these posts brought, a line for each member and kind.
pub async fn of_posts(conn: &mut Conn, posts: &[PostId]) -> QueryResult<Vec<Posted>> {
    diesel::sql_query(
        "select member_id, post_id, kind, '' as source, sum(amount)::int as amount from reputation_entry
         where post_id = any($1) group by member_id, post_id, kind",
    )
    .bind::<Array<SqlUuid>, _>(posts)
    .cached()
    .load(conn)
    .await
}

#[derive(QueryableByName)]
pub struct DayTotal {
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
}

/// What votes brought these members on these UTC days.
pub async fn of_days(conn: &mut Conn, days: &[(MemberId, NaiveDate)]) -> QueryResult<Vec<DayTotal>> {
    let (members, days): (Vec<MemberId>, Vec<NaiveDate>) = days.iter().copied().unzip();
    diesel::sql_query(
        "select d.member_id, d.day, e.amount
         from unnest($1, $2) as d (member_id, day)
         cross join lateral (
           select coalesce(sum(amount), 0) as amount from reputation_entry e
           where e.member_id = d.member_id
             and e.occurred_at >= d.day::timestamp at time zone 'UTC' and e.occurred_at < (d.day + 1)::timestamp at time zone 'UTC'
             and (e.kind in ('question_up_vote', 'answer_up_vote') or e.kind = 'vote_taken_back' and e.amount < 0)
         ) e",
    )
    .bind::<Array<SqlUuid>, _>(members)
    .bind::<Array<Date>, _>(days)
    .cached()
    .load(conn)
    .await
}

/// Posts entries and adds them to the totals. Returns which were new, by their place in `entries`.
pub async fn post(conn: &mut Conn, entries: &[Entry]) -> QueryResult<Vec<usize>> {
    #[derive(QueryableByName)]
    struct New {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let ids: Vec<Uuid> = entries.iter().map(|_| Uuid::now_v7()).collect();
    let new: Vec<New> = diesel::sql_query(
        "with new as (
           insert into reputation_entry (id, member_id, kind, amount, post_id, source, occurred_at)
           select * from unnest($1, $2, $3, $4, $5, $6, $7)
           on conflict (kind, source, member_id) do nothing
           returning id, member_id, amount
         ), counted as (
           insert into reputation (member_id, total) select member_id, sum(amount) from new group by member_id order by member_id
           on conflict (member_id) do update set total = reputation.total + excluded.total
         )
         select id from new",
    )
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Array<SqlUuid>, _>(entries.iter().map(|entry| entry.member_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(entries.iter().map(|entry| entry.kind).collect::<Vec<_>>())
    .bind::<Array<Int4>, _>(entries.iter().map(|entry| entry.amount).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(entries.iter().map(|entry| entry.post_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(entries.iter().map(|entry| entry.source.as_str()).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(entries.iter().map(|entry| entry.at).collect::<Vec<_>>())
    .cached()
    .load(conn)
    .await?;
    let new: std::collections::HashSet<Uuid> = new.into_iter().map(|row| row.id).collect();
    Ok(ids.iter().enumerate().filter(|(_, id)| new.contains(id)).map(|(n, _)| n).collect())
}

#[derive(QueryableByName)]
pub struct EntryRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub kind: EntryKind,
    #[diesel(sql_type = Int4)]
    pub amount: i32,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub question_id: Option<PostId>,
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub occurred_at: DateTime<Utc>,
}

/// A member's entries, latest first.
pub async fn list(
    conn: &mut Conn,
    member: MemberId,
    seek: Option<(DateTime<Utc>, Uuid)>,
    back: bool,
    rows: i64,
) -> QueryResult<Vec<EntryRow>> {
    macro_rules! entry_rows {
        ($rest:literal) => {
            concat!(
                "select e.id, e.kind, e.amount, q.id as question_id, q.title, e.occurred_at
                 from reputation_entry e left join post p on p.id = e.post_id left join post q on q.id = p.question_id
                 where e.member_id = $1 and ",
                $rest
            )
        };
    }
    let text = if back {
        entry_rows!("(e.occurred_at, e.id) > ($2, $3) order by e.occurred_at, e.id limit $4")
    } else {
        entry_rows!("($2 is null or (e.occurred_at, e.id) < ($2, $3)) order by e.occurred_at desc, e.id desc limit $4")
    };
    let (at, id) = seek.unzip();
    diesel::sql_query(text)
        .bind::<SqlUuid, _>(member)
        .bind::<Nullable<Timestamptz>, _>(at)
        .bind::<Nullable<SqlUuid>, _>(id)
        .bind::<Int8, _>(rows)
        .cached()
        .load(conn)
        .await
}
