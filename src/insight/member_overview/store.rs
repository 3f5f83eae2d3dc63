//! What is known of one member, from tables of all features.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{BigInt, Int2, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::view::{ActiveSanction, ExternalId, GroupOfCustomer, RedemptionsOfState, ReferralsOfState, Spend};
use crate::{
    domain::MemberId,
    kit::{Conn, db::CachedExt},
};

const EACH_MAX: i64 = 100;

/// What there is one of, or a count.
#[derive(QueryableByName)]
pub struct MemberFacts {
    #[diesel(sql_type = Text)]
    pub bio: String,
    #[diesel(sql_type = BigInt)]
    pub sessions: i64,
    #[diesel(sql_type = BigInt)]
    pub questions: i64,
    #[diesel(sql_type = BigInt)]
    pub answers: i64,
    #[diesel(sql_type = BigInt)]
    pub accepted_answers: i64,
    #[diesel(sql_type = BigInt)]
    pub comments: i64,
    #[diesel(sql_type = BigInt)]
    pub flags_raised: i64,
    #[diesel(sql_type = BigInt)]
    pub flags_raised_upheld: i64,
    #[diesel(sql_type = BigInt)]
    pub flags_against_open: i64,
    #[diesel(sql_type = BigInt)]
    pub flags_against_upheld: i64,
    #[diesel(sql_type = BigInt)]
    pub available: i64,
    #[diesel(sql_type = BigInt)]
    pub pending: i64,
    #[diesel(sql_type = BigInt)]
    pub reserved: i64,
    #[diesel(sql_type = BigInt)]
    pub arrears: i64,
    #[diesel(sql_type = Int2)]
    pub tier_rank: i16,
    #[diesel(sql_type = Nullable<Text>)]
    pub tier_name: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub tier_valid_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    pub qualifying_points: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub advocate: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub referral_state: Option<String>,
}

/// `window_start` is since when points count towards a tier.
pub async fn find_facts(conn: &mut Conn, id: MemberId, window_start: DateTime<Utc>, now: DateTime<Utc>) -> QueryResult<MemberFacts> {
    diesel::sql_query(
        "select m.bio, posts.*, raised.*, against.*,
                (select count(*) from session where member_id = m.id and revoked_at is null and expires_at > $3) as sessions,
                (select count(*) from comment where author_id = m.id and state = 'published') as comments,
                coalesce(w.available, 0) as available, coalesce(w.pending, 0) as pending, coalesce(w.reserved, 0) as reserved,
                coalesce(w.arrears, 0) as arrears,
                coalesce(mt.rank, 0::smallint) as tier_rank, t.name as tier_name, mt.valid_until as tier_valid_until,
                coalesce((select sum(points) from qualifying_entry where member_id = m.id and qualified_at > $2), 0)::bigint
                  as qualifying_points,
                advocate.handle as advocate, f.state as referral_state
         from member m
         left join wallet w on w.member_id = m.id
         left join member_tier mt on mt.member_id = m.id
         left join tier t on t.rank = coalesce(mt.rank, 0)
         left join referral f on f.referee_id = m.id
         left join member advocate on advocate.id = f.advocate_id
         cross join lateral (
           select count(*) filter (where p.kind = 'question') as questions, count(*) filter (where p.kind = 'answer') as answers,
                  count(*) filter (where q.accepted_answer_id = p.id) as accepted_answers
           from post p join post q on q.id = p.question_id
           where p.author_id = m.id and p.state = 'published') posts
         cross join lateral (
           select count(*) as flags_raised, count(*) filter (where verdict = 'upheld') as flags_raised_upheld
           from flag where flagger_id = m.id) raised
         cross join lateral (
           select (select count(*) from post p join flag g on g.post_id = p.id and g.verdict = 'open' where p.author_id = m.id)
                    as flags_against_open,
                  (select count(*) from post p join flag g on g.post_id = p.id and g.verdict = 'upheld' where p.author_id = m.id)
                    as flags_against_upheld) against
         where m.id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(window_start)
    .bind::<Timestamptz, _>(now)
    .cached()
    .get_result(conn)
    .await
}

/// Orders and what is left of them after returns, for each currency.
pub async fn list_spend(conn: &mut Conn, id: MemberId) -> QueryResult<Vec<Spend>> {
    diesel::sql_query(
        "select p.currency, count(*) as orders, coalesce(sum(l.kept), 0)::bigint as net_minor, coalesce(sum(r.returns), 0)::bigint as returns
         from purchase p
         cross join lateral (
           select sum(net_minor * (quantity - returned_quantity) / quantity) as kept from purchase_line where purchase_id = p.id) l
         cross join lateral (select count(*) as returns from purchase_return where purchase_id = p.id) r
         where p.member_id = $1 group by p.currency order by p.currency",
    )
    .bind::<SqlUuid, _>(id)
    .cached()
    .load(conn)
    .await
}

/// The groups that a member has to do with, latest first; at most `EACH_MAX`.
pub async fn list_groups(conn: &mut Conn, id: MemberId) -> QueryResult<Vec<GroupOfCustomer>> {
    diesel::sql_query(
        "select g.slug, g.name, g.private, m.role, m.state, m.since from membership m join user_group g on g.id = m.group_id
         where m.member_id = $1 and g.deleted_at is null order by m.since desc, g.id limit $2",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<BigInt, _>(EACH_MAX)
    .cached()
    .load(conn)
    .await
}

/// The partners' names for a member, by partner; at most `EACH_MAX`.
pub async fn list_external_ids(conn: &mut Conn, id: MemberId) -> QueryResult<Vec<ExternalId>> {
    diesel::sql_query(
        "select p.id as partner_id, p.name as partner, e.external_id, e.linked_at
         from external_member e join partner p on p.id = e.partner_id
         where e.member_id = $1 order by p.name, e.external_id limit $2",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<BigInt, _>(EACH_MAX)
    .cached()
    .load(conn)
    .await
}

/// The silences and suspensions that a member is under, latest first; at most `EACH_MAX`.
pub async fn list_active_sanctions(conn: &mut Conn, id: MemberId, now: DateTime<Utc>) -> QueryResult<Vec<ActiveSanction>> {
    diesel::sql_query(
        "select id, kind, reason, starts_at, ends_at from sanction
         where member_id = $1 and kind <> 'warning' and lifted_at is null and (ends_at is null or ends_at > $2)
         order by starts_at desc, id desc limit $3",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(EACH_MAX)
    .cached()
    .load(conn)
    .await
}

/// A member's redemptions and their points, by state.
pub async fn count_redemptions(conn: &mut Conn, id: MemberId) -> QueryResult<Vec<RedemptionsOfState>> {
    diesel::sql_query(
        "select state, count(*) as redemptions, sum(points)::bigint as points from redemption where member_id = $1 group by state order by state",
    )
    .bind::<SqlUuid, _>(id)
    .cached()
    .load(conn)
    .await
}

/// How many a member referred, by state.
pub async fn count_referrals(conn: &mut Conn, id: MemberId) -> QueryResult<Vec<ReferralsOfState>> {
    diesel::sql_query("select state, count(*) as referrals from referral where advocate_id = $1 group by state order by state")
        .bind::<SqlUuid, _>(id)
        .cached()
        .load(conn)
        .await
}
