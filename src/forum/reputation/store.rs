//! The book of reputation in PostgreSQL. Only the outbox's leader writes it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Bool, Date, Int2, Int4, Int8, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::rules::{Entry, EntryKind, GoneVote, MovedEntry, NewVote, ScoredPost};
use crate::{
    domain::{GroupId, MemberId, MergeId, PostId, PostKind, VoteId},
    identity::merge::Merge,
    kit::{Conn, db::CachedExt},
    visible_question,
};

#[derive(QueryableByName)]
struct ScoredPostRow {
    #[diesel(sql_type = SqlUuid)]
    id: PostId,
    #[diesel(sql_type = Text)]
    kind: PostKind,
    #[diesel(sql_type = SqlUuid)]
    author_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    asker_id: MemberId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    group_id: Option<GroupId>,
    #[diesel(sql_type = Bool)]
    published: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    accepted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    spam: bool,
}

/// Posts whose last decided review removed them as spam, of those that are out of sight.
#[macro_export]
macro_rules! spam_posts {
    () => {
        "select r.post_id from (
           select distinct on (post_id) post_id, decision from review_item where state = 'decided' order by post_id, decided_at desc, id desc
         ) r join post on post.id = r.post_id where r.decision = 'remove_spam' and post.state <> 'published'"
    };
}

/// The posts as they stand.
pub async fn find_scored_posts(conn: &mut Conn, posts: &[PostId]) -> QueryResult<Vec<ScoredPost>> {
    let rows: Vec<ScoredPostRow> = diesel::sql_query(concat!(
        "select p.id, p.kind, p.author_id, q.author_id as asker_id, p.group_id, p.state = 'published' as published,
                case when q.accepted_answer_id = p.id then q.accepted_at end as accepted_at, s.post_id is not null as spam
         from post p join post q on q.id = p.question_id
         left join (",
        spam_posts!(),
        " and r.post_id = any($1)) s on s.post_id = p.id
         where p.id = any($1)"
    ))
    .bind::<Array<SqlUuid>, _>(posts)
    .cached()
    .load(conn)
    .await?;
    let scored = |row: ScoredPostRow| ScoredPost {
        id: row.id,
        kind: row.kind,
        author_id: row.author_id,
        asker_id: row.asker_id,
        group_id: row.group_id,
        published: row.published,
        accepted_at: row.accepted_at,
        spam: row.spam,
    };
    Ok(rows.into_iter().map(scored).collect())
}

#[derive(QueryableByName)]
struct NewVoteRow {
    #[diesel(sql_type = SqlUuid)]
    id: VoteId,
    #[diesel(sql_type = SqlUuid)]
    post_id: PostId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    voter_id: Option<MemberId>,
    #[diesel(sql_type = Int2)]
    value: i16,
    #[diesel(sql_type = Timestamptz)]
    cast_at: DateTime<Utc>,
}

/// Votes on these posts that the book does not know, in the order in which they were cast.
pub async fn find_new_votes(conn: &mut Conn, posts: &[PostId]) -> QueryResult<Vec<NewVote>> {
    let rows: Vec<NewVoteRow> = diesel::sql_query(
        "select v.id, v.post_id, v.member_id as voter_id, v.value, v.cast_at from vote v
         where v.post_id = any($1) and not exists (
           select from reputation_entry e
           where e.post_id = any($1) and e.kind in ('question_up_vote', 'answer_up_vote', 'down_vote') and e.source = v.id::text)
         order by v.cast_at, v.id",
    )
    .bind::<Array<SqlUuid>, _>(posts)
    .cached()
    .load(conn)
    .await?;
    let vote = |NewVoteRow { id, post_id, voter_id, value, cast_at }| NewVote { id, post_id, voter_id, value, cast_at };
    Ok(rows.into_iter().map(vote).collect())
}

#[derive(QueryableByName)]
struct GoneVoteRow {
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = SqlUuid)]
    post_id: PostId,
    #[diesel(sql_type = SqlUuid)]
    member_id: MemberId,
    #[diesel(sql_type = Int4)]
    amount: i32,
}

/// What these posts still have from votes that no longer stand.
pub async fn find_gone_votes(conn: &mut Conn, posts: &[PostId]) -> QueryResult<Vec<GoneVote>> {
    let rows: Vec<GoneVoteRow> = diesel::sql_query(
        "select e.source, e.post_id, e.member_id, sum(e.amount)::int as amount from reputation_entry e
         where e.post_id = any($1) and e.kind in ('question_up_vote', 'answer_up_vote', 'down_vote', 'down_vote_cast', 'vote_taken_back')
           and not exists (select from vote v where v.post_id = any($1) and v.id::text = e.source)
         group by e.source, e.post_id, e.member_id having sum(e.amount) <> 0 order by e.source, e.member_id",
    )
    .bind::<Array<SqlUuid>, _>(posts)
    .cached()
    .load(conn)
    .await?;
    let vote = |GoneVoteRow { source, post_id, member_id, amount }| GoneVote { source, post_id, member_id, amount };
    Ok(rows.into_iter().map(vote).collect())
}

/// An entry that was posted before.
#[derive(QueryableByName)]
pub struct PostedEntry {
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub post_id: PostId,
    #[diesel(sql_type = Text)]
    pub kind: EntryKind,
    #[diesel(sql_type = Int4)]
    pub amount: i32,
}

/// What a member's entries come to.
pub async fn find_total(conn: &mut Conn, member: MemberId) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Total {
        #[diesel(sql_type = BigInt)]
        total: i64,
    }
    let rows: Vec<Total> = diesel::sql_query("select total::bigint as total from reputation where member_id = $1")
        .bind::<SqlUuid, _>(member)
        .cached()
        .load(conn)
        .await?;
    Ok(rows.into_iter().next().map_or(0, |row| row.total))
}

/// What these posts brought, a line for each member and kind.
pub async fn of_posts(conn: &mut Conn, posts: &[PostId]) -> QueryResult<Vec<PostedEntry>> {
    diesel::sql_query(
        "select member_id, post_id, kind, sum(amount)::int as amount from reputation_entry
         where post_id = any($1) group by member_id, post_id, kind",
    )
    .bind::<Array<SqlUuid>, _>(posts)
    .cached()
    .load(conn)
    .await
}

/// Makes every total the sum of its entries. Returns how many were not.
pub async fn add_up(conn: &mut Conn) -> QueryResult<usize> {
    diesel::sql_query(
        "with due as (
           select coalesce(e.member_id, r.member_id) as member_id, coalesce(e.total, 0)::int as total
           from (select member_id, sum(amount) as total from reputation_entry group by 1) e
           full join reputation r on r.member_id = e.member_id
           where r.total is distinct from coalesce(e.total, 0)
         )
         insert into reputation (member_id, total) select member_id, total from due
         on conflict (member_id) do update set total = excluded.total",
    )
    .execute(conn)
    .await
}

/// What votes gave a member on one day (UTC).
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
           on conflict (kind, source, member_id) where not moved do nothing
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

/// An entry with its question; None for one that the member may not see, or no longer.
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

/// A member's entries, latest first, each with its question as far as they may see that today.
pub async fn list(
    conn: &mut Conn,
    (member, staff): (MemberId, bool),
    seek: Option<(DateTime<Utc>, Uuid)>,
    back: bool,
    rows: i64,
) -> QueryResult<Vec<EntryRow>> {
    /// SQL: a member's entries, each with its question as far as they may see it; the rest is a condition.
    macro_rules! entry_rows {
        ($rest:literal) => {
            concat!(
                "select e.id, e.kind, e.amount, q.id as question_id, q.title, e.occurred_at
                 from reputation_entry e left join post p on p.id = e.post_id
                 left join post q on q.id = p.question_id and ($5 or ",
                visible_question!("q", "$1"),
                ") where e.member_id = $1 and e.amount <> 0 and ",
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
        .bind::<Bool, _>(staff)
        .cached()
        .load(conn)
        .await
}

/// SQL: gives `entries` of member `$2` to `$3`, adds up both totals, and notes them for merge `$1` unless `$4`.
macro_rules! change_hands {
    ($entries:literal) => {
        concat!(
            "with moved as (
               update reputation_entry e set member_id = $3, moved = true where e.member_id = $2 and ",
            $entries,
            " returning e.id, e.post_id, e.amount, e.occurred_at
             ), counted as (
               insert into reputation (member_id, total)
               select h.member_id, sum(h.sign * moved.amount) from moved cross join (values ($2, -1), ($3, 1)) h (member_id, sign)
               group by h.member_id order by h.member_id
               on conflict (member_id) do update set total = reputation.total + excluded.total
             ), noted as (
               insert into merged_row (merge_id, place, row_id)
               select $1, 'reputation_entry.member_id', id from moved where not $4
             )
             select post_id, amount, occurred_at as at, id > $1 as later from moved"
        )
    };
}

/// Gives the entries of who goes to who stays.
pub async fn take(conn: &mut Conn, merge: &Merge) -> QueryResult<Vec<MovedEntry>> {
    change(conn, change_hands!("true"), merge.id, (merge.from, merge.into), false).await
}

/// Gives them back, and with them what came later of the same posts and votes.
pub async fn give(conn: &mut Conn, merge: &Merge) -> QueryResult<Vec<MovedEntry>> {
    let entries = change_hands!(
        "e.id in (
           select row_id from merged_row where merge_id = $1 and place = 'reputation_entry.member_id'
           union
           select l.id from reputation_entry l
           where l.member_id = $2 and l.id > $1 and (
             l.post_id in (select row_id from merged_row where merge_id = $1 and place = 'post.author_id')
             or l.kind in ('accepted_an_answer', 'acceptance_taken_back') and l.post_id in (
               select a.id from merged_row r join post a on a.question_id = r.row_id
               where r.merge_id = $1 and r.place = 'post.author_id' and a.kind = 'answer')
             or l.kind = 'vote_taken_back' and l.source in (
               select c.source from merged_row r join reputation_entry c on c.id = r.row_id
               where r.merge_id = $1 and r.place = 'reputation_entry.member_id' and c.kind = 'down_vote_cast')))"
    );
    change(conn, entries, merge.id, (merge.into, merge.from), true).await
}

/// From one member to another. What has changed hands is never again taken for a second posting of the same.
async fn change(
    conn: &mut Conn,
    text: &'static str,
    merge: MergeId,
    (from, to): (MemberId, MemberId),
    back: bool,
) -> QueryResult<Vec<MovedEntry>> {
    diesel::sql_query(text)
        .bind::<SqlUuid, _>(merge)
        .bind::<SqlUuid, _>(from)
        .bind::<SqlUuid, _>(to)
        .bind::<Bool, _>(back)
        .cached()
        .load(conn)
        .await
}
