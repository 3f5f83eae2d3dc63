//! Awards in PostgreSQL.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Bool, Date, Int2, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::rules::{AwardAction, HelpfulAnswer, Paid, TRUST_MIN, step};
use crate::{
    domain::{GroupId, MemberId, MergeId, PostId, RuleVersionId, TransactionId},
    identity::merge::Merge,
    kit::{Conn, db::CachedExt},
    loyalty::earning::terms::Trigger,
};

/// An award that is not revoked, of a member who is not gone: those neither earn nor owe.
#[derive(QueryableByName, Clone, Debug)]
pub struct Award {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub rule_version_id: RuleVersionId,
    #[diesel(sql_type = Text)]
    pub trigger: Trigger,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub post_id: Option<PostId>,
    #[diesel(sql_type = SqlUuid)]
    pub source_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub giver_id: Option<MemberId>,
    /// As it is now.
    #[diesel(sql_type = Int2)]
    pub giver_trust: i16,
    #[diesel(sql_type = BigInt)]
    pub granted: i64,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub transaction_id: Option<TransactionId>,
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    #[diesel(sql_type = Timestamptz)]
    pub occurred_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Of its post.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub group_id: Option<GroupId>,
    /// Its points wait for the trust of who accepted the answer.
    #[diesel(sql_type = Bool)]
    pub awaits_trust: bool,
    /// Whether its points counted towards a tier.
    #[diesel(sql_type = Bool)]
    pub qualified: bool,
    /// Of its lot, if it was granted.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub available_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
}

impl Award {
    /// What it was for.
    pub fn claim(&self) -> Option<HelpfulAnswer> {
        Some(HelpfulAnswer {
            trigger: self.trigger,
            post_id: self.post_id?,
            author_id: self.member_id,
            group_id: self.group_id,
            giver_id: self.giver_id?,
            giver_trust: self.giver_trust,
            source_id: self.source_id,
            at: self.occurred_at,
        })
    }
}

/// SQL: awards `a` that are not revoked, of members who are not erased; a condition follows.
macro_rules! award_columns {
    () => {
        "select a.id, a.member_id, a.rule_version_id, a.trigger, a.post_id, a.source_id, a.giver_id,
                case when g.role <> 'member' then 4::smallint else coalesce(g.trust, 0::smallint) end as giver_trust,
                a.granted, a.transaction_id, a.day, a.occurred_at,
                a.withdrawn_at, a.awaits_trust, p.group_id, q.transaction_id is not null as qualified, lot.available_at, lot.expires_at
         from award a
         join member m on m.id = a.member_id and m.erased_at is null
         left join member g on g.id = a.giver_id
         left join post p on p.id = a.post_id
         left join lot on lot.transaction_id = a.transaction_id
         left join qualifying_entry q on q.transaction_id = a.transaction_id
         where a.revoked_at is null and "
    };
}

#[derive(QueryableByName)]
struct Living {
    #[diesel(sql_type = SqlUuid)]
    id: MemberId,
}

/// Those of `members` who have not been erased.
pub async fn find_living(conn: &mut Conn, members: &[MemberId]) -> QueryResult<Vec<MemberId>> {
    let rows: Vec<Living> = diesel::sql_query("select id from member where id = any($1) and erased_at is null")
        .bind::<Array<SqlUuid>, _>(members)
        .cached()
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// What stands, or only waits for its post to come back, of a member's day.
pub async fn find_paid(
    conn: &mut Conn,
    member_id: MemberId,
    trigger: Trigger,
    day: NaiveDate,
    giver_id: Option<MemberId>,
) -> QueryResult<Paid> {
    diesel::sql_query(
        "select count(*) as times, coalesce(bool_or(giver_id = $4), false) as by_giver from award
         where member_id = $1 and trigger = $2 and day = $3 and granted > 0 and revoked_at is null",
    )
    .bind::<SqlUuid, _>(member_id)
    .bind::<Text, _>(trigger)
    .bind::<Date, _>(day)
    .bind::<Nullable<SqlUuid>, _>(giver_id)
    .cached()
    .get_result(conn)
    .await
}

/// Awards beside the votes and acceptances that they are for: all of posts `p` that are so and so.
#[macro_export]
macro_rules! awards_and_claims {
    ($posts:literal) => {
        concat!(
            "(with due as (
               select 'answer_upvoted' as trigger, v.id as source_id, p.id as post_id, p.author_id, p.group_id, v.member_id as giver_id, v.cast_at as at
               from post p join vote v on v.post_id = p.id
               where v.value = 1 and v.voter_trust >= 1 and v.member_id <> p.author_id and p.kind = 'answer' and ",
            $posts,
            "  union all
               select 'answer_accepted', p.id, p.id, p.author_id, p.group_id, q.author_id, q.accepted_at
               from post p join post q on q.id = p.question_id and q.accepted_answer_id = p.id
               where q.accepted_earns_points and q.author_id <> p.author_id and p.kind = 'answer' and ",
            $posts,
            "), live as (
               select a.id, a.post_id, a.trigger, a.source_id, a.withdrawn_at from award a join post p on p.id = a.post_id
               where a.revoked_at is null and a.trigger in ('answer_accepted', 'answer_upvoted') and ",
            $posts,
            ")
             select p.id as post_id, p.question_id, p.author_id, p.state = 'published' as published, a.id as award_id,
                    a.withdrawn_at is not null as withdrawn, d.source_id, d.giver_id, d.at, d.group_id, coalesce(d.trigger, a.trigger) as trigger
             from due d full join live a on a.source_id = d.source_id and a.trigger = d.trigger
             join post p on p.id = coalesce(d.post_id, a.post_id))"
        )
    };
}

#[derive(QueryableByName)]
struct ChangeRow {
    #[diesel(sql_type = SqlUuid)]
    post_id: PostId,
    #[diesel(sql_type = SqlUuid)]
    author_id: MemberId,
    #[diesel(sql_type = Bool)]
    published: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    award_id: Option<Uuid>,
    #[diesel(sql_type = Bool)]
    withdrawn: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    source_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    giver_id: Option<MemberId>,
    #[diesel(sql_type = Int2)]
    giver_trust: i16,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    group_id: Option<GroupId>,
    #[diesel(sql_type = Text)]
    trigger: Trigger,
}

/// What awards of a post need.
pub enum AwardChange {
    Grant(HelpfulAnswer),
    /// Of the award of this id.
    Other(AwardAction, Uuid, PostId),
}

/// What the awards of these posts need, to be as their votes and acceptances stand: in the order of what they are for,
/// and what is given up before what is granted.
pub async fn find_changes(conn: &mut Conn, posts: &[PostId]) -> QueryResult<Vec<AwardChange>> {
    let rows: Vec<ChangeRow> = diesel::sql_query(concat!(
        "select c.*, case when g.role <> 'member' then 4::smallint else coalesce(g.trust, 0::smallint) end as giver_trust from ",
        awards_and_claims!("p.id = any($1)"),
        " c left join member g on g.id = c.giver_id
         where (c.award_id is null and c.published) or c.source_id is null or (c.award_id is not null and c.published = c.withdrawn)
         order by c.source_id is not null, c.at, c.award_id, c.source_id"
    ))
    .bind::<Array<SqlUuid>, _>(posts)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().filter_map(change).collect())
}

fn change(row: ChangeRow) -> Option<AwardChange> {
    let step = step(row.source_id.is_some(), row.published, row.award_id.is_some(), row.withdrawn)?;
    let (AwardAction::Grant, Some(giver_id), Some(source_id), Some(at)) = (step, row.giver_id, row.source_id, row.at) else {
        return Some(AwardChange::Other(step, row.award_id?, row.post_id));
    };
    let ChangeRow { trigger, post_id, author_id, group_id, giver_trust, .. } = row;
    Some(AwardChange::Grant(HelpfulAnswer { trigger, post_id, author_id, group_id, giver_id, giver_trust, source_id, at }))
}

/// The awards of these ids that are not revoked, in no particular order.
pub async fn find(conn: &mut Conn, ids: &[Uuid]) -> QueryResult<Vec<Award>> {
    diesel::sql_query(concat!(award_columns!(), "a.id = any($1)")).bind::<Array<SqlUuid>, _>(ids).cached().load(conn).await
}

/// What a cap kept from a member on a day, in order.
pub async fn find_suppressed(conn: &mut Conn, member_id: MemberId, trigger: Trigger, day: NaiveDate) -> QueryResult<Vec<Award>> {
    diesel::sql_query(concat!(
        award_columns!(),
        "a.granted = 0 and a.limited_by <> 'newcomer' and a.withdrawn_at is null and a.member_id = $1 and a.trigger = $2 and a.day = $3 order by a.occurred_at, a.id"
    ))
    .bind::<SqlUuid, _>(member_id)
    .bind::<Text, _>(trigger)
    .bind::<Date, _>(day)
    .cached()
    .load(conn)
    .await
}

/// An award as decided.
pub struct NewAward<'a> {
    pub id: Uuid,
    pub claim: &'a HelpfulAnswer,
    pub rule_version_id: RuleVersionId,
    pub requested: i64,
    /// The ledger transaction that granted it.
    pub granted_in: Option<TransactionId>,
    pub limited_by: Option<&'static str>,
    pub day: NaiveDate,
}

/// Inserts an award. One without a transaction has granted nothing, as `limited_by` says.
pub async fn insert(conn: &mut Conn, new: &NewAward<'_>) -> QueryResult<()> {
    let NewAward { claim, .. } = new;
    diesel::sql_query(
        "insert into award (id, member_id, rule_version_id, trigger, post_id, giver_id, source_id, requested, granted, limited_by,
                            transaction_id, day, occurred_at, awaits_trust)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(claim.author_id)
    .bind::<SqlUuid, _>(new.rule_version_id)
    .bind::<Text, _>(claim.trigger)
    .bind::<SqlUuid, _>(claim.post_id)
    .bind::<SqlUuid, _>(claim.giver_id)
    .bind::<SqlUuid, _>(claim.source_id)
    .bind::<BigInt, _>(new.requested)
    .bind::<BigInt, _>(if new.granted_in.is_some() { new.requested } else { 0 })
    .bind::<Nullable<Text>, _>(new.limited_by)
    .bind::<Nullable<SqlUuid>, _>(new.granted_in)
    .bind::<Date, _>(new.day)
    .bind::<Timestamptz, _>(claim.at)
    .bind::<Bool, _>(new.granted_in.is_some() && claim.needs_trust())
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Pays what a cap had suppressed.
pub async fn grant(conn: &mut Conn, id: Uuid, granted_in: TransactionId, awaits_trust: bool) -> QueryResult<()> {
    diesel::sql_query("update award set granted = requested, transaction_id = $2, limited_by = null, awaits_trust = $3 where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(granted_in)
        .bind::<Bool, _>(awaits_trust)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes that an award stands no more; its points are taken back by the ledger.
pub async fn revoke(conn: &mut Conn, id: Uuid, at: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query("update award set revoked_at = $2, awaits_trust = false where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(at)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes an award out of sight, or (without `at`) back; what was granted again stands in `granted_in`.
pub async fn set_withdrawn(conn: &mut Conn, id: Uuid, at: Option<DateTime<Utc>>, granted_in: Option<TransactionId>) -> QueryResult<()> {
    diesel::sql_query("update award set withdrawn_at = $2, transaction_id = coalesce($3, transaction_id) where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Nullable<Timestamptz>, _>(at)
        .bind::<Nullable<SqlUuid>, _>(granted_in)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Lets points be spent, once their time has come, whose giver has reached trust meanwhile.
pub async fn confirm(conn: &mut Conn) -> QueryResult<usize> {
    diesel::sql_query(
        "update award a set awaits_trust = false from member g
         where g.id = a.giver_id and a.awaits_trust and (g.trust >= $1 or g.role <> 'member')",
    )
    .bind::<Int2, _>(TRUST_MIN)
    .cached()
    .execute(conn)
    .await
}

/// Some awards whose time has come while their giver is still a newcomer.
pub async fn find_lapsed(conn: &mut Conn, now: DateTime<Utc>, most: i64) -> QueryResult<Vec<Award>> {
    diesel::sql_query(concat!(
        award_columns!(),
        "a.awaits_trust and a.withdrawn_at is null and lot.available_at <= $1 order by a.id limit $2"
    ))
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(most)
    .cached()
    .load(conn)
    .await
}

/// Notes that an award is not paid after all, although what it was for stands.
pub async fn lapse(conn: &mut Conn, id: Uuid, limited_by: &str) -> QueryResult<()> {
    diesel::sql_query("update award set granted = 0, transaction_id = null, awaits_trust = false, limited_by = $2 where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(limited_by)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// An award of one member for what another did.
#[derive(QueryableByName)]
pub struct Mutual {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub post_id: PostId,
}

/// What stands of two members' awards that the other is the giver of.
pub async fn find_mutual(conn: &mut Conn, one: MemberId, other: MemberId) -> QueryResult<Vec<Mutual>> {
    diesel::sql_query(
        "select id, post_id from award
         where revoked_at is null and post_id is not null and ((member_id, giver_id) = ($1, $2) or (member_id, giver_id) = ($2, $1))
         order by id",
    )
    .bind::<SqlUuid, _>(one)
    .bind::<SqlUuid, _>(other)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct Noted {
    #[diesel(sql_type = SqlUuid)]
    post_id: PostId,
}

/// The posts whose awards a merge took back.
pub async fn find_noted(conn: &mut Conn, merge: MergeId) -> QueryResult<Vec<PostId>> {
    let rows: Vec<Noted> =
        diesel::sql_query("select distinct row_id as post_id from merged_row where merge_id = $1 and place = 'award' order by 1")
            .bind::<SqlUuid, _>(merge)
            .load(conn)
            .await?;
    Ok(rows.into_iter().map(|row| row.post_id).collect())
}

/// Awards of one trigger that stand no more, and the points that they had granted.
#[derive(QueryableByName)]
pub struct Revoked {
    #[diesel(sql_type = Text)]
    pub trigger: Trigger,
    #[diesel(sql_type = BigInt)]
    pub points: i64,
}

/// What those of some awards had granted that do not stand any more.
pub async fn find_revoked(conn: &mut Conn, ids: &[Uuid]) -> QueryResult<Vec<Revoked>> {
    diesel::sql_query(
        "select trigger, sum(granted)::bigint as points from award
         where id = any($1) and revoked_at is not null and withdrawn_at is null group by 1 order by 1",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .load(conn)
    .await
}

/// Gives awards that came after a merge to whom it is undone for: the author of their post, and who accepted it. They are
/// those that a cap suppressed, since points that had moved would forbid the undo.
pub async fn give_later(conn: &mut Conn, merge: &Merge) -> QueryResult<()> {
    for text in [
        "update award a set member_id = $1 from merged_row r
         where r.merge_id = $3 and r.place = 'post.author_id' and a.post_id = r.row_id and a.member_id = $2",
        "update award a set giver_id = $1 from merged_row r join post p on p.question_id = r.row_id
         where r.merge_id = $3 and r.place = 'post.author_id' and a.post_id = p.id and a.trigger = 'answer_accepted' and a.giver_id = $2",
    ] {
        diesel::sql_query(text)
            .bind::<SqlUuid, _>(merge.from)
            .bind::<SqlUuid, _>(merge.into)
            .bind::<SqlUuid, _>(merge.id)
            .execute(conn)
            .await?;
    }
    Ok(())
}
