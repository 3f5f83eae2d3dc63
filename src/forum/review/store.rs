//! Review items in PostgreSQL.

use chrono::{DateTime, Duration, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int4, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::rules::{CLAIM_MINUTES, Case, Decision, EXCERPT_CHARS, Plan, ReviewState};
use crate::{
    domain::{GroupId, MemberId, PostId, PostKind, PostState, ReviewItemId, Role},
    kit::{Conn, db::CachedExt, pagination::Request, time},
    schema::review_item,
    visible_question,
};

/// An item with all that a moderator has to know, but for the effect.
#[derive(QueryableByName, Debug)]
pub struct Row {
    #[diesel(sql_type = SqlUuid)]
    pub id: ReviewItemId,
    #[diesel(sql_type = Text)]
    pub state: ReviewState,
    #[diesel(sql_type = Int4)]
    pub weight: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub hidden_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub locked_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub claimed_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub claimed_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub decision: Option<Decision>,
    #[diesel(sql_type = Nullable<Text>)]
    pub decided_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub decided_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub reason: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub note: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = SqlUuid)]
    pub post_id: PostId,
    #[diesel(sql_type = Text)]
    pub kind: PostKind,
    #[diesel(sql_type = SqlUuid)]
    pub question_id: PostId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub excerpt: String,
    #[diesel(sql_type = Text)]
    pub post_state: PostState,
    #[diesel(sql_type = Int4)]
    pub score: i32,
    #[diesel(sql_type = Timestamptz)]
    pub posted_at: DateTime<Utc>,
    /// None: in no group.
    #[diesel(sql_type = Nullable<Text>)]
    pub group_slug: Option<String>,
    #[diesel(sql_type = Text)]
    pub author: String,
    #[diesel(sql_type = Text)]
    pub author_role: Role,
    #[diesel(sql_type = SmallInt)]
    pub author_trust: i16,
    #[diesel(sql_type = BigInt)]
    pub author_sanctions: i64,
    /// An array of [`super::view::FlagOnItem`].
    #[diesel(sql_type = Jsonb)]
    pub flags: Value,
}

/// `$2` is the time: a claim that has lapsed is none.
macro_rules! select_items {
    () => {
            "select i.id, case when i.state = 'claimed' and i.claimed_until <= $2 then 'open' else i.state end as state, i.weight, i.hidden_at,
                    i.locked_until, c.handle as claimed_by, case when c.id is not null then i.claimed_until end as claimed_until, i.decision,
                    d.handle as decided_by, i.decided_at, i.reason, i.note, i.created_at, i.version, p.id as post_id, p.kind, p.question_id,
                    coalesce(q.title, '') as title, left(p.body_markdown, $1) as excerpt, p.state as post_state, pc.score,
                    p.created_at as posted_at, g.slug as group_slug, a.handle as author, a.role as author_role, a.trust as author_trust,
                    (select count(*) from sanction s where s.member_id = a.id) as author_sanctions,
                    (select coalesce(jsonb_agg(jsonb_build_object('flagger', m.handle, 'reason', f.reason, 'note', f.note, 'weight', f.weight,
                              'verdict', f.verdict, 'created_at', f.created_at) order by f.id), '[]')
                     from flag f join member m on m.id = f.flagger_id where f.review_item_id = i.id) as flags
             from review_item i join post p on p.id = i.post_id join post_counter pc on pc.post_id = p.id join post q on q.id = p.question_id join member a on a.id = p.author_id
             left join user_group g on g.id = p.group_id left join member d on d.id = i.decided_by
             left join member c on c.id = i.claimed_by and i.state = 'claimed' and i.claimed_until > $2 "
    };
}

/// Which items a list shows.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Empty: whatever is not decided.
    pub state: Option<ReviewState>,
    pub kind: Option<PostKind>,
    pub group: Option<GroupId>,
}

/// SQL: undecided items beyond (weight, id) `$3, $4`, in this order.
macro_rules! waiting {
    ($comparison:literal, $order:literal) => {
        concat!(
            select_items!(),
            "where i.state <> 'decided' and ($8 is null or (i.state = 'claimed' and i.claimed_until > $2) = ($8 = 'claimed'))
               and ($6 is null or p.kind = $6) and ($7 is null or p.group_id = $7)
               and (i.weight, i.id) ",
            $comparison,
            " ($3, $4) order by i.weight ",
            $order,
            ", i.id ",
            $order,
            " limit $5"
        )
    };
}

/// SQL: decided items beyond (decided_at, id) `$3, $4`, in this order.
macro_rules! decided {
    ($comparison:literal, $order:literal) => {
        concat!(
            select_items!(),
            "where i.state = 'decided' and ($6 is null or p.kind = $6) and ($7 is null or p.group_id = $7)
               and (i.decided_at, i.id) ",
            $comparison,
            " ($3, $4) order by i.decided_at ",
            $order,
            ", i.id ",
            $order,
            " limit $5"
        )
    };
}

/// Items: the undecided by weight, the decided by time, each the highest first. `request`'s key is the weight, or the
/// time in microseconds.
pub async fn list(conn: &mut Conn, filter: &Filter, request: &Request<i64>, now: DateTime<Utc>) -> QueryResult<Vec<Row>> {
    // A page without a cursor starts before everything, so that its plan is that of any other.
    let (key, id) = request.seek.as_ref().map_or((i64::MAX, Uuid::max()), |seek| (seek.key, seek.id));
    if filter.state == Some(ReviewState::Decided) {
        return diesel::sql_query(if request.back() { decided!(">", "asc") } else { decided!("<", "desc") })
            .bind::<Int4, _>(EXCERPT_CHARS)
            .bind::<Timestamptz, _>(now)
            .bind::<Timestamptz, _>(time::of_micros(key))
            .bind::<SqlUuid, _>(id)
            .bind::<BigInt, _>(request.rows())
            .bind::<Nullable<Text>, _>(filter.kind)
            .bind::<Nullable<SqlUuid>, _>(filter.group)
            .cached()
            .load(conn)
            .await;
    }
    diesel::sql_query(if request.back() { waiting!(">", "asc") } else { waiting!("<", "desc") })
        .bind::<Int4, _>(EXCERPT_CHARS)
        .bind::<Timestamptz, _>(now)
        .bind::<BigInt, _>(key)
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(request.rows())
        .bind::<Nullable<Text>, _>(filter.kind)
        .bind::<Nullable<SqlUuid>, _>(filter.group)
        .bind::<Nullable<Text>, _>(filter.state)
        .cached()
        .load(conn)
        .await
}

/// One item, as moderators see it.
pub async fn find(conn: &mut Conn, id: ReviewItemId, now: DateTime<Utc>) -> QueryResult<Option<Row>> {
    diesel::sql_query(concat!(select_items!(), "where i.id = $3"))
        .bind::<Int4, _>(EXCERPT_CHARS)
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(id)
        .cached()
        .get_result(conn)
        .await
        .optional()
}

/// A post of one's own on which moderators decided, or which flags hid.
#[derive(QueryableByName, Debug)]
pub struct Notice {
    #[diesel(sql_type = SqlUuid)]
    pub id: ReviewItemId,
    #[diesel(sql_type = SqlUuid)]
    pub post_id: PostId,
    #[diesel(sql_type = Text)]
    pub kind: PostKind,
    #[diesel(sql_type = SqlUuid)]
    pub question_id: PostId,
    /// None where the author may not see the question, or no longer.
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
    #[diesel(sql_type = Text)]
    pub post_state: PostState,
    #[diesel(sql_type = Nullable<Text>)]
    pub decision: Option<Decision>,
    #[diesel(sql_type = Nullable<Text>)]
    pub note: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// SQL: what an author is told of their hidden or decided posts beyond (time, id) `$2, $3`, in this order.
macro_rules! notices {
    ($comparison:literal, $order:literal) => {
        concat!(
            "select i.id, p.id as post_id, p.kind, p.question_id, q.title, p.state as post_state, i.decision,
                    nullif(i.note, '') as note, coalesce(i.decided_at, i.hidden_at) as at
             from post p join review_item i on i.post_id = p.id
             left join post q on q.id = p.question_id and ($5 or ",
            visible_question!("q", "$1"),
            ") where p.author_id = $1 and (coalesce(i.decided_at, i.hidden_at), i.id) ",
            $comparison,
            " ($2, $3) and (i.decision is null or i.decision not in ('approve', 'dismiss') or i.note <> '')
             order by 9 ",
            $order,
            ", i.id ",
            $order,
            " limit $4"
        )
    };
}

/// What moderators and flags did about a member's posts, the newest first. What nobody held against them is left out,
/// unless a moderator had something to say about it.
pub async fn list_notices(conn: &mut Conn, (author, staff): (MemberId, bool), request: &Request<i64>) -> QueryResult<Vec<Notice>> {
    let (key, id) = request.seek.as_ref().map_or((i64::MAX, Uuid::max()), |seek| (seek.key, seek.id));
    diesel::sql_query(if request.back() { notices!(">", "asc") } else { notices!("<", "desc") })
        .bind::<SqlUuid, _>(author)
        .bind::<Timestamptz, _>(time::of_micros(key))
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(request.rows())
        .bind::<Bool, _>(staff)
        .cached()
        .load(conn)
        .await
}

/// What one member gains or loses by a change of a post's state.
#[derive(QueryableByName, Debug)]
pub struct Movement {
    #[diesel(sql_type = SqlUuid)]
    pub post_id: PostId,
    #[diesel(sql_type = Text)]
    pub handle: String,
    #[diesel(sql_type = BigInt)]
    pub reputation: i64,
    #[diesel(sql_type = BigInt)]
    pub points_pending: i64,
    #[diesel(sql_type = BigInt)]
    pub points_available: i64,
}

/// Per post and member, what withdrawing a published post reverses, and what returning a withdrawn one posts again: what
/// the listeners of reputation and of awards do when they hear of it.
const EFFECTS: &str = "
  with moved as (
    select e.post_id, e.member_id, case when p.state = 'published' then e.amount else -e.amount end as reputation,
           0 as pending, 0 as available
    from reputation_entry e join post p on p.id = e.post_id
    where e.post_id = any($1)
      and case when p.state = 'published' then e.kind not in ('spam_upheld', 'spam_cleared')
               else e.kind in ('post_withdrawn', 'post_returned', 'spam_upheld', 'spam_cleared') end
    union all
    select a.post_id, a.member_id, 0, case when waits then a.granted else 0 end, case when waits then 0 else a.granted end
    from award a join post p on p.id = a.post_id join lot l on l.transaction_id = a.transaction_id
    cross join lateral (select case when p.state = 'published' then l.activated_at is null else l.available_at > $2 end as waits) t
    where a.post_id = any($1) and a.revoked_at is null and (a.withdrawn_at is null) = (p.state = 'published')
  )
  select m.post_id, member.handle, sum(m.reputation)::bigint as reputation, sum(m.pending)::bigint as points_pending,
         sum(m.available)::bigint as points_available
  from moved m join member on member.id = m.member_id
  group by m.post_id, member.id
  having sum(m.reputation) <> 0 or sum(m.pending) <> 0 or sum(m.available) <> 0
  order by m.post_id, member.handle";

/// What a decision would move for each of these posts and members: reputation and points.
pub async fn find_effects(conn: &mut Conn, posts: &[PostId], now: DateTime<Utc>) -> QueryResult<Vec<Movement>> {
    diesel::sql_query(EFFECTS).bind::<Array<SqlUuid>, _>(posts).bind::<Timestamptz, _>(now).cached().load(conn).await
}

/// The post that an item is about; None where there is no such item.
pub async fn find_post_of(conn: &mut Conn, id: ReviewItemId) -> QueryResult<Option<PostId>> {
    review_item::table.find(id).select(review_item::post_id).first(conn).await.optional()
}

/// An item, as far as rules want it.
#[derive(Queryable)]
pub struct Item {
    pub state: ReviewState,
    pub version: i32,
    pub claimed_by: Option<MemberId>,
    pub claimed_until: Option<DateTime<Utc>>,
    pub decision: Option<Decision>,
    pub state_before: Option<PostState>,
    pub state_after: Option<PostState>,
}

impl Item {
    /// What a decision is about, with the post's author and state.
    pub fn case(&self, author: (MemberId, Role), post_state: PostState) -> Case {
        Case {
            state: self.state,
            version: self.version,
            claimed_by: self.claimed_by,
            claimed_until: self.claimed_until,
            author,
            post_state,
        }
    }
}

/// The item as rules want it; locked on demand, after its post.
pub async fn find_item(conn: &mut Conn, id: ReviewItemId, lock: bool) -> QueryResult<Option<Item>> {
    let found = review_item::table.find(id).select((
        review_item::state,
        review_item::version,
        review_item::claimed_by,
        review_item::claimed_until,
        review_item::decision,
        review_item::state_before,
        review_item::state_after,
    ));
    if lock { found.for_update().first(conn).await.optional() } else { found.first(conn).await.optional() }
}

/// A member's role; an error where there is no such member.
pub async fn find_role(conn: &mut Conn, member: MemberId) -> QueryResult<Role> {
    use crate::schema::member;
    member::table.find(member).select(member::role).first(conn).await
}

/// Claims an item for [`CLAIM_MINUTES`] from `now` on.
pub async fn claim(conn: &mut Conn, id: ReviewItemId, by: MemberId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(review_item::table.find(id))
        .set((
            review_item::state.eq(ReviewState::Claimed),
            review_item::claimed_by.eq(by),
            review_item::claimed_until.eq(now + Duration::minutes(CLAIM_MINUTES)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Gives up a claim; true when it was `by`'s.
pub async fn unclaim(conn: &mut Conn, id: ReviewItemId, by: MemberId) -> QueryResult<bool> {
    let claimed = review_item::table.find(id).filter(review_item::state.eq(ReviewState::Claimed)).filter(review_item::claimed_by.eq(by));
    let given_up = diesel::update(claimed)
        .set((
            review_item::state.eq(ReviewState::Open),
            review_item::claimed_by.eq(None::<MemberId>),
            review_item::claimed_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .await?;
    Ok(given_up == 1)
}

/// A decision as it is kept.
pub struct DecisionRecord<'a> {
    pub decision: Decision,
    pub by: MemberId,
    pub reason: &'a str,
    pub note: &'a str,
    pub state_before: PostState,
    pub plan: Plan,
}

/// Writes a decision, ends the claim, and counts the version up.
pub async fn record_decision(conn: &mut Conn, id: ReviewItemId, record: &DecisionRecord<'_>, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(review_item::table.find(id))
        .set((
            review_item::state.eq(ReviewState::Decided),
            review_item::claimed_by.eq(None::<MemberId>),
            review_item::claimed_until.eq(None::<DateTime<Utc>>),
            review_item::decision.eq(record.decision),
            review_item::decided_by.eq(record.by),
            review_item::decided_at.eq(now),
            review_item::reason.eq(record.reason),
            review_item::note.eq(record.note),
            review_item::state_before.eq(record.state_before),
            review_item::state_after.eq(record.plan.post),
            review_item::version.eq(review_item::version + 1),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Puts a decided item back into the queue. False when the post has another undecided one by now.
pub async fn reopen(conn: &mut Conn, id: ReviewItemId) -> QueryResult<bool> {
    let reopened = diesel::sql_query(
        "update review_item i set state = 'open', decision = null, decided_by = null, decided_at = null, reason = null, note = null,
                state_before = null, state_after = null, version = version + 1
         where id = $1 and not exists (select 1 from review_item o where o.post_id = i.post_id and o.state <> 'decided')",
    )
    .bind::<SqlUuid, _>(id)
    .execute(conn)
    .await?;
    Ok(reopened == 1)
}
