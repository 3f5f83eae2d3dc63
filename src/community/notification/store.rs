//! Notifications in PostgreSQL: who is told, what is kept, and what is read. How they are shown: [`super::view`].

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::rules::{NewNotification, News, NotificationKind};
use crate::{
    domain::{GroupId, MemberId, PostId, SessionId},
    identity::merge::{
        Merge,
        store::{bring_back, give_back, set_aside, take_over},
    },
    kit::{Conn, db::CachedExt},
    visible_group,
};

/// Things that one notification remembers to have told of.
const SOURCES_MAX: i32 = 100;

#[derive(QueryableByName)]
struct Pair {
    #[diesel(sql_type = SqlUuid)]
    of: Uuid,
    #[diesel(sql_type = SqlUuid)]
    member_id: MemberId,
}

/// Who follows these questions.
pub async fn find_followers(conn: &mut Conn, questions: &[PostId]) -> QueryResult<Vec<(PostId, MemberId)>> {
    let rows: Vec<Pair> = diesel::sql_query("select question_id as of, member_id from question_follow where question_id = any($1)")
        .bind::<Array<SqlUuid>, _>(questions)
        .cached()
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (PostId(row.of), row.member_id)).collect())
}

/// Who leads these groups.
pub async fn find_leaders(conn: &mut Conn, groups: &[GroupId]) -> QueryResult<Vec<(GroupId, MemberId)>> {
    let rows: Vec<Pair> = diesel::sql_query(
        "select group_id as of, member_id from membership
         where group_id = any($1) and state = 'active' and role in ('owner', 'moderator')",
    )
    .bind::<Array<SqlUuid>, _>(groups)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (GroupId(row.of), row.member_id)).collect())
}

/// Tells those who have an account, may see what it is about, and do not know it yet.
pub async fn insert(conn: &mut Conn, notifications: &[NewNotification]) -> QueryResult<()> {
    if notifications.is_empty() {
        return Ok(());
    }
    fn column<T>(notifications: &[NewNotification], of: impl Fn(&News) -> T) -> Vec<T> {
        notifications.iter().map(|draft| of(&draft.news)).collect()
    }
    // PostgreSQL has no lists of lists of unequal length.
    let sources: Vec<String> = notifications
        .iter()
        .map(|draft| format!("{{{}}}", draft.sources.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",")))
        .collect();
    diesel::sql_query(concat!(
        "with draft as (
           select id, member_id, kind, about_id, sources::uuid[] as sources, actor_id, question_id, post_id, comment_id, group_id,
                  redemption_id, amount, detail, at
           from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             as d (id, member_id, kind, about_id, sources, actor_id, question_id, post_id, comment_id, group_id, redemption_id,
                   amount, detail, at)
         )
         insert into notification as old (id, member_id, kind, about_id, sources, count, actor_id, question_id, post_id, comment_id,
                                          group_id, redemption_id, amount, detail, created_at)
         select d.id, d.member_id, d.kind, d.about_id, d.sources, cardinality(d.sources), d.actor_id, d.question_id, d.post_id,
                d.comment_id, d.group_id, d.redemption_id, d.amount, d.detail, d.at
         from draft d join member m on m.id = d.member_id and m.erased_at is null
         left join post q on q.id = d.question_id
         where exists (select 1 from account a where a.member_id = d.member_id)
           and (m.role <> 'member' or ",
        visible_group!("q.group_id", "d.member_id"),
        ") and not exists (select 1 from notification n where n.member_id = d.member_id and n.kind = d.kind
                           and n.about_id = d.about_id and n.sources @> d.sources)
         on conflict (member_id, kind, about_id) where read_at is null do update set
           id = excluded.id, replaces_id = old.id,
           count = old.count + (select count(*) from unnest(excluded.sources) s where s <> all (old.sources)),
           sources = (excluded.sources || old.sources)[1:$15],
           actor_id = excluded.actor_id, post_id = excluded.post_id, comment_id = excluded.comment_id,
           amount = case old.kind when 'points_available' then old.amount + excluded.amount else excluded.amount end,
           detail = excluded.detail, created_at = excluded.created_at"
    ))
    .bind::<Array<SqlUuid>, _>(notifications.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(notifications.iter().map(|draft| draft.member_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(column(notifications, |news| news.kind))
    .bind::<Array<SqlUuid>, _>(column(notifications, |news| news.about))
    .bind::<Array<Text>, _>(sources)
    .bind::<Array<Nullable<SqlUuid>>, _>(column(notifications, |news| news.actor_id))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(notifications, |news| news.question_id))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(notifications, |news| news.post_id))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(notifications, |news| news.comment_id))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(notifications, |news| news.group_id))
    .bind::<Array<Nullable<SqlUuid>>, _>(column(notifications, |news| news.redemption_id))
    .bind::<Array<Nullable<BigInt>>, _>(notifications.iter().map(|draft| draft.amount).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(column(notifications, |news| news.detail.clone()))
    .bind::<Array<Timestamptz>, _>(column(notifications, |news| news.at))
    .bind::<Int4, _>(SOURCES_MAX)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes some that were read before then. Returns how many.
pub async fn delete_read(conn: &mut Conn, before: DateTime<Utc>, most: i64) -> QueryResult<usize> {
    diesel::sql_query("delete from notification where id in (select id from notification where read_at < $1 limit $2)")
        .bind::<Timestamptz, _>(before)
        .bind::<BigInt, _>(most)
        .cached()
        .execute(conn)
        .await
}

/// Notes that a member has read these, or with None all.
pub async fn read(conn: &mut Conn, member: MemberId, ids: Option<&[Uuid]>, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query(
        "update notification set read_at = $3 where member_id = $1 and read_at is null and ($2::uuid[] is null or id = any($2))",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<Nullable<Array<SqlUuid>>, _>(ids)
    .bind::<Timestamptz, _>(now)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// The kinds that a member does not want to be told.
pub async fn find_off(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<NotificationKind>> {
    #[derive(QueryableByName)]
    struct Off {
        #[diesel(sql_type = Text)]
        kind: NotificationKind,
    }
    let rows: Vec<Off> = diesel::sql_query("select kind from notification_off where member_id = $1 order by kind")
        .bind::<SqlUuid, _>(member)
        .cached()
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.kind).collect())
}

/// What any of these members do not want to be told.
pub async fn find_unwanted(conn: &mut Conn, members: &[MemberId]) -> QueryResult<HashSet<(MemberId, NotificationKind)>> {
    #[derive(QueryableByName)]
    struct Unwanted {
        #[diesel(sql_type = SqlUuid)]
        member_id: MemberId,
        #[diesel(sql_type = Text)]
        kind: NotificationKind,
    }
    let rows: Vec<Unwanted> = diesel::sql_query("select member_id, kind from notification_off where member_id = any($1)")
        .bind::<Array<SqlUuid>, _>(members)
        .cached()
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.member_id, row.kind)).collect())
}

/// Puts these in place of what a member has switched off.
pub async fn set_off(conn: &mut Conn, member: MemberId, kinds: &[NotificationKind]) -> QueryResult<()> {
    diesel::sql_query(
        "with gone as (delete from notification_off where member_id = $1 and kind <> all ($2))
         insert into notification_off (member_id, kind) select distinct $1, unnest($2) on conflict do nothing",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<Array<Text>, _>(kinds)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves what a member was told. Of unread news about the same, those of who stays are kept. Returns how many moved.
pub async fn take(conn: &mut Conn, merge: &Merge) -> QueryResult<i64> {
    let same = "t.member_id = $1 and t.read_at is null and exists (
                  select from notification o
                  where o.member_id = $2 and o.read_at is null and o.kind = t.kind and o.about_id = t.about_id)";
    set_aside(conn, merge, "notification", "id", same).await?;
    take_over(conn, merge, "notification", "id", "member_id").await
}

/// Moves back the notifications that a merge moved or set aside.
pub async fn give(conn: &mut Conn, merge: &Merge) -> QueryResult<()> {
    give_back(conn, merge, "notification", "id", "member_id").await?;
    bring_back(conn, merge, "notification").await?;
    Ok(())
}

/// Those of `members` who are a part of another, and of whom.
pub async fn find_merged(conn: &mut Conn, members: &[MemberId]) -> QueryResult<HashMap<MemberId, MemberId>> {
    let rows: Vec<Pair> =
        diesel::sql_query("select merged_into as of, id as member_id from member where id = any($1) and merged_into is not null")
            .bind::<Array<SqlUuid>, _>(members)
            .cached()
            .load(conn)
            .await?;
    Ok(rows.into_iter().map(|row| (row.member_id, MemberId(row.of))).collect())
}

/// A member, and the latest notification that they have.
#[derive(QueryableByName)]
pub struct Latest {
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
}

/// The latest of those members who have a later one than is known.
pub async fn find_news(conn: &mut Conn, known: &[Latest]) -> QueryResult<Vec<Latest>> {
    diesel::sql_query(
        "select l.member_id, n.id from unnest($1, $2) as l (member_id, id) cross join lateral (
           select id from notification n where n.member_id = l.member_id and n.id > l.id order by n.id desc limit 1) n",
    )
    .bind::<Array<SqlUuid>, _>(known.iter().map(|latest| latest.member_id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(known.iter().map(|latest| latest.id).collect::<Vec<_>>())
    .cached()
    .load(conn)
    .await
}

/// Those of `sessions` that are over, or whose member is gone.
pub async fn find_ended(conn: &mut Conn, sessions: &[SessionId], now: DateTime<Utc>) -> QueryResult<HashSet<SessionId>> {
    #[derive(QueryableByName)]
    struct Ended {
        #[diesel(sql_type = SqlUuid)]
        id: SessionId,
    }
    let rows: Vec<Ended> = diesel::sql_query(
        "select l.id from unnest($1) as l (id)
         where not exists (select 1 from session s where s.id = l.id and s.revoked_at is null and s.expires_at > $2)",
    )
    .bind::<Array<SqlUuid>, _>(sessions)
    .bind::<Timestamptz, _>(now)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
