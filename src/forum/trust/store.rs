//! Trust in PostgreSQL: whose is due, from which facts, and what was set by hand.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int2, Nullable, SmallInt, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::rules::{Facts, MOST, T2_CLEAN_DAYS, T3_WINDOW_DAYS};
use crate::{
    domain::MemberId,
    kit::{Conn, db::CachedExt},
    schema::{member, trust_by_hand, trust_due},
};

/// Has members' trust computed at a time, or earlier where it was due earlier.
pub async fn mark_due(conn: &mut Conn, due: impl IntoIterator<Item = (MemberId, DateTime<Utc>)>) -> QueryResult<()> {
    let mut first = BTreeMap::new();
    for (member, at) in due {
        first.entry(member).and_modify(|first: &mut DateTime<Utc>| *first = at.min(*first)).or_insert(at);
    }
    // A map, so that everybody locks members in the same order.
    let (members, times): (Vec<MemberId>, Vec<DateTime<Utc>>) = first.into_iter().unzip();
    diesel::sql_query(
        "insert into trust_due (member_id, due_at) select member_id, due_at from unnest($1, $2) as d (member_id, due_at)
         on conflict (member_id) do update set due_at = excluded.due_at where trust_due.due_at > excluded.due_at",
    )
    .bind::<Array<SqlUuid>, _>(members)
    .bind::<Array<Timestamptz>, _>(times)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes the next members who are due off the list, at most `most`, and locks them. Who is locked by somebody else keeps their
/// turn: whoever merges members or decides on them holds them before their row on the list, and so do we.
pub async fn take_due(conn: &mut Conn, now: DateTime<Utc>, most: i64) -> QueryResult<Vec<MemberId>> {
    let due = trust_due::table.filter(trust_due::due_at.le(now)).order(trust_due::due_at).select(trust_due::member_id).limit(most);
    let due: Vec<MemberId> = due.load(conn).await?;
    let free = member::table.filter(member::id.eq_any(due)).order(member::id).select(member::id);
    let members: Vec<MemberId> = free.for_no_key_update().skip_locked().load(conn).await?;
    let taken = diesel::delete(trust_due::table.filter(trust_due::member_id.eq_any(members)).filter(trust_due::due_at.le(now)));
    taken.returning(trust_due::member_id).get_results(conn).await
}

/// A member who is due, with their present level and what bears on the next one.
#[derive(QueryableByName)]
pub struct FactsRow {
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = SmallInt)]
    pub trust: i16,
    #[diesel(sql_type = Timestamptz)]
    pub joined_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    purchased: bool,
    #[diesel(sql_type = BigInt)]
    contributions: i64,
    #[diesel(sql_type = BigInt)]
    replies: i64,
    #[diesel(sql_type = BigInt)]
    upvotes: i64,
    #[diesel(sql_type = BigInt)]
    flagged_lately: i64,
    #[diesel(sql_type = BigInt)]
    flagged: i64,
    #[diesel(sql_type = BigInt)]
    active_days: i64,
    #[diesel(sql_type = BigInt)]
    window_upvotes: i64,
    #[diesel(sql_type = BigInt)]
    accepted: i64,
}

impl FactsRow {
    /// What the rules decide by, as of `now`.
    pub fn facts(&self, now: DateTime<Utc>) -> Facts {
        Facts {
            days_since_joining: (now - self.joined_at).num_days(),
            purchased: self.purchased,
            contributions: self.contributions,
            replies: self.replies,
            upvotes: self.upvotes,
            flagged_lately: self.flagged_lately,
            flagged: self.flagged,
            active_days: self.active_days,
            window_upvotes: self.window_upvotes,
            accepted: self.accepted,
        }
    }
}

/// The facts about members, but for those whose level was set by hand. What the rules want so many of is counted no further, so that an
/// author of thousands, whom others like, costs little more than a newcomer.
pub async fn find_facts(conn: &mut Conn, members: &[MemberId], now: DateTime<Utc>) -> QueryResult<Vec<FactsRow>> {
    diesel::sql_query(
        "select m.id as member_id, m.trust, m.created_at as joined_at, exists (select 1 from purchase where member_id = m.id) as purchased,
                posts.count + comments.count + votes.count as contributions, answers.count + replies.count as replies, liked.upvotes,
                flags.lately as flagged_lately, flags.count as flagged, activity.days as active_days, received.upvotes as window_upvotes,
                helped.count as accepted
         from member m
         cross join lateral (
           select count(*) from (select from post where author_id = m.id and state = 'published' limit $4) p) posts
         cross join lateral (
           select count(*) from (select from comment where author_id = m.id and state = 'published' limit $4) c) comments
         cross join lateral (select count(*) from (select from vote where member_id = m.id limit $4) v) votes
         cross join lateral (
           select count(*) from (
             select from post where author_id = m.id and state = 'published' and kind = 'answer' limit $5) p) answers
         cross join lateral (
           select count(*) from (select from comment where author_id = m.id and state = 'published' limit $5) c) replies
         cross join lateral (
           select coalesce(sum(up_votes), 0)::bigint as upvotes from (
             select c.up_votes from post p join post_counter c on c.post_id = p.id
             where p.author_id = m.id and p.state = 'published' and c.up_votes > 0 limit $6) p) liked
         cross join lateral (
           select count(distinct f.post_id) as count, count(distinct f.post_id) filter (where f.created_at > $2) as lately
           from post p join flag f on f.post_id = p.id and f.verdict = 'upheld' and f.created_at > $3
           where p.author_id = m.id) flags
         cross join lateral (
           select count(distinct day) as days from (
             select (created_at at time zone 'UTC')::date as day from post where author_id = m.id and created_at > $3
             union all select (created_at at time zone 'UTC')::date from comment where author_id = m.id and created_at > $3
             union all select (cast_at at time zone 'UTC')::date from vote where member_id = m.id and cast_at > $3) days) activity
         cross join lateral (
           select count(*) as upvotes from (
             select from post p join vote v on v.post_id = p.id and v.value = 1 and v.cast_at > $3
             where p.author_id = m.id and p.state = 'published' limit $7) v) received
         cross join lateral (
           select count(*) from (
             select from post p join post q on q.id = p.question_id and q.accepted_answer_id = p.id and q.accepted_at > $3 and q.author_id <> m.id
             where p.author_id = m.id and p.kind = 'answer' and p.state = 'published' limit $8) a) helped
         where m.id = any($1) and m.erased_at is null and not exists (select 1 from trust_by_hand where member_id = m.id)",
    )
    .bind::<Array<SqlUuid>, _>(members)
    .bind::<Timestamptz, _>(now - Duration::days(T2_CLEAN_DAYS))
    .bind::<Timestamptz, _>(now - Duration::days(T3_WINDOW_DAYS))
    .bind::<BigInt, _>(MOST.contributions)
    .bind::<BigInt, _>(MOST.replies)
    .bind::<BigInt, _>(MOST.upvotes)
    .bind::<BigInt, _>(MOST.window_upvotes)
    .bind::<BigInt, _>(MOST.accepted)
    .cached()
    .load(conn)
    .await
}

/// Sets trust levels, as `(member, level)`.
pub async fn set_trust(conn: &mut Conn, levels: &[(MemberId, i16)]) -> QueryResult<()> {
    let (members, levels): (Vec<MemberId>, Vec<i16>) = levels.iter().copied().unzip();
    diesel::sql_query(
        "update member set trust = n.trust from unnest($1, $2) as n (id, trust) where member.id = n.id and member.trust <> n.trust",
    )
    .bind::<Array<SqlUuid>, _>(members)
    .bind::<Array<Int2>, _>(levels)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Pins a member's level. Returns the one that was pinned before.
pub async fn pin(conn: &mut Conn, member: MemberId, trust: i16, by: MemberId, now: DateTime<Utc>) -> QueryResult<Option<i16>> {
    #[derive(QueryableByName)]
    struct Before {
        #[diesel(sql_type = Nullable<Int2>)]
        before: Option<i16>,
    }
    let Before { before } = diesel::sql_query(
        "with before as (select trust from trust_by_hand where member_id = $1)
         insert into trust_by_hand (member_id, trust, set_by, set_at) values ($1, $2, $3, $4)
         on conflict (member_id) do update set trust = excluded.trust, set_by = excluded.set_by, set_at = excluded.set_at
         returning (select trust from before) as before",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<Int2, _>(trust)
    .bind::<SqlUuid, _>(by)
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .await?;
    Ok(before)
}

/// True when there was a pinned level to take away.
pub async fn unpin(conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
    Ok(diesel::delete(trust_by_hand::table.find(member)).execute(conn).await? == 1)
}
