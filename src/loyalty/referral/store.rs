//! Codes and referrals in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::rules::{Acquaintance, ReferralReason, ReferralState, ReferredOrder};
use crate::{
    domain::{MemberId, MergeId, PurchaseId, ReferralId, TransactionId},
    kit::{Conn, db::CachedExt, pagination},
    schema::{member, purchase, referral, referral_code},
};

/// The member's code; makes one of the given when there is none. None when somebody else has that one.
pub async fn code_of(conn: &mut Conn, member: MemberId, fresh: &str, now: DateTime<Utc>) -> QueryResult<Option<String>> {
    diesel::insert_into(referral_code::table)
        .values((referral_code::member_id.eq(member), referral_code::code.eq(fresh), referral_code::created_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    find_code(conn, member).await
}

/// A member's code; None where they have not asked for it yet.
pub async fn find_code(conn: &mut Conn, member: MemberId) -> QueryResult<Option<String>> {
    referral_code::table.find(member).select(referral_code::code).first(conn).await.optional()
}

/// Whose code was brought, and how they know who brought it.
#[derive(QueryableByName)]
pub struct Advocate {
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Bool)]
    same_email: bool,
    #[diesel(sql_type = Bool)]
    prior_order: bool,
}

impl Advocate {
    /// What connects the two, for the rules.
    pub fn acquaintance(&self) -> Acquaintance {
        Acquaintance { same_email: self.same_email, prior_order: self.prior_order }
    }
}

/// Whose code this is, and what connects them with the member who brought it. Nobody, when they are gone, or the same.
pub async fn find_advocate(conn: &mut Conn, code: &str, referee: MemberId) -> QueryResult<Option<Advocate>> {
    diesel::sql_query(
        "select coalesce(m.merged_into, m.id) as member_id,
                -- Of all that is one person.
                exists (select from account b join account a on a.email_canonical = b.email_canonical join member o on o.id = a.member_id
                        where b.member_id = $2 and coalesce(o.merged_into, o.id) = coalesce(m.merged_into, m.id)) as same_email,
                exists (select from purchase where member_id = $2 and returned_whole_at is null) as prior_order
         from referral_code c join member m on m.id = c.member_id
         where c.code = lower($1) and $2 not in (m.id, coalesce(m.merged_into, m.id)) and m.erased_at is null",
    )
    .bind::<Text, _>(code.trim())
    .bind::<SqlUuid, _>(referee)
    .get_result(conn)
    .await
    .optional()
}

/// The first one counts: a member who was referred before stays so.
pub async fn insert(
    conn: &mut Conn,
    advocate: MemberId,
    referee: MemberId,
    (state, reason): (ReferralState, Option<ReferralReason>),
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(referral::table)
        .values((
            referral::id.eq(ReferralId::new()),
            referral::advocate_id.eq(advocate),
            referral::referee_id.eq(referee),
            referral::state.eq(state),
            referral::reason.eq(reason.map_or("", ReferralReason::as_str)),
            referral::created_at.eq(at),
            referral::resolved_at.eq((state == ReferralState::Rejected).then_some(at)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// A referral, as far as its listener wants it. The minimum is minor units.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = referral)]
pub struct ReferralRow {
    pub id: ReferralId,
    pub advocate_id: MemberId,
    pub referee_id: MemberId,
    pub state: ReferralState,
    pub created_at: DateTime<Utc>,
    /// What the order that qualified it had to come to.
    pub min_minor: Option<i64>,
}

/// One referral; an error where there is none.
pub async fn find(conn: &mut Conn, id: ReferralId) -> QueryResult<ReferralRow> {
    referral::table.find(id).select(ReferralRow::as_select()).first(conn).await
}

/// Those of the members who were referred and have not bought enough yet.
pub async fn find_pending(conn: &mut Conn, referees: &[MemberId]) -> QueryResult<Vec<ReferralRow>> {
    referral::table
        .filter(referral::referee_id.eq_any(referees))
        .filter(referral::state.eq(ReferralState::Pending))
        .select(ReferralRow::as_select())
        .load(conn)
        .await
}

/// The referral that an order of a member qualified: as the member, or as one who was merged into them.
pub async fn find_of_purchase(conn: &mut Conn, id: PurchaseId, referee: MemberId) -> QueryResult<Option<ReferralRow>> {
    let parts = member::table.filter(member::id.eq(referee).or(member::merged_into.eq(referee))).select(member::id);
    referral::table
        .filter(referral::referee_id.eq_any(parts))
        .filter(referral::purchase_id.eq(id))
        .select(ReferralRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// An order, as rules want it: what was paid for it, and what was kept. An error where there is none.
pub async fn find_order(conn: &mut Conn, id: PurchaseId) -> QueryResult<ReferredOrder> {
    diesel::sql_query(
        "select p.purchased_at, p.currency, p.net_minor, p.gift_card_minor + p.points_paid_minor as unpaid_minor, l.kept_minor,
                p.returned_whole_at is not null as returned_whole
         from purchase p cross join lateral (
           select coalesce(sum(floor(net_minor::numeric * (quantity - returned_quantity) / quantity)), 0)::bigint as kept_minor
           from purchase_line where purchase_id = p.id) l
         where p.id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn)
    .await
}

/// Some whose return window is over, longest first.
pub async fn find_matured(conn: &mut Conn, now: DateTime<Utc>, most: i64) -> QueryResult<Vec<ReferralRow>> {
    referral::table
        .filter(referral::state.eq(ReferralState::Qualified))
        .filter(referral::matures_at.le(now))
        .order(referral::matures_at)
        .limit(most)
        .select(ReferralRow::as_select())
        .load(conn)
        .await
}

/// Notes the order that qualified a referral, and when its return window is over.
pub async fn qualify(
    conn: &mut Conn,
    id: ReferralId,
    purchase_id: PurchaseId,
    at: DateTime<Utc>,
    min_minor: i64,
    matures_at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(referral::table.find(id))
        .set((
            referral::state.eq(ReferralState::Qualified),
            referral::purchase_id.eq(purchase_id),
            referral::min_minor.eq(min_minor),
            referral::qualified_at.eq(at),
            referral::matures_at.eq(matures_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes back that an order qualified it.
pub async fn wait_again(conn: &mut Conn, id: ReferralId) -> QueryResult<()> {
    diesel::update(referral::table.find(id))
        .set((
            referral::state.eq(ReferralState::Pending),
            referral::purchase_id.eq(None::<PurchaseId>),
            referral::min_minor.eq(None::<i64>),
            referral::qualified_at.eq(None::<DateTime<Utc>>),
            referral::matures_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends a referral in this state, with the reason where it is rejected or reversed.
pub async fn resolve(
    conn: &mut Conn,
    id: ReferralId,
    state: ReferralState,
    reason: Option<ReferralReason>,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(referral::table.find(id))
        .set((referral::state.eq(state), referral::reason.eq(reason.map_or("", ReferralReason::as_str)), referral::resolved_at.eq(at)))
        .execute(conn)
        .await?;
    Ok(())
}

/// What decides whether a matured referral is rewarded.
#[derive(QueryableByName)]
pub struct Reckoning {
    #[diesel(sql_type = Bool)]
    pub someone_gone: bool,
    #[diesel(sql_type = BigInt)]
    pub rewarded_this_year: i64,
}

/// Whether either of the two is gone, and how many of the advocate's referrals were rewarded since `year_start`.
pub async fn reckon(conn: &mut Conn, row: &ReferralRow, year_start: DateTime<Utc>) -> QueryResult<Reckoning> {
    diesel::sql_query(
        "select exists (select from member where id in ($1, $2) and erased_at is not null) as someone_gone,
                (select count(*) from referral where advocate_id = $1 and state = 'rewarded' and resolved_at >= $3) as rewarded_this_year",
    )
    .bind::<SqlUuid, _>(row.advocate_id)
    .bind::<SqlUuid, _>(row.referee_id)
    .bind::<Timestamptz, _>(year_start)
    .get_result(conn)
    .await
}

/// What one side was granted.
#[derive(QueryableByName)]
pub struct Granted {
    /// Again, where it was taken back in between.
    #[diesel(sql_type = Array<SqlUuid>)]
    pub transactions: Vec<TransactionId>,
    #[diesel(sql_type = SqlUuid)]
    pub member_id: MemberId,
    #[diesel(sql_type = Text)]
    pub leg: String,
    #[diesel(sql_type = BigInt)]
    pub points: i64,
    #[diesel(sql_type = Timestamptz)]
    pub counted_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// What a referral granted, to either side.
pub async fn find_granted(conn: &mut Conn, id: ReferralId) -> QueryResult<Vec<Granted>> {
    diesel::sql_query(
        "select coalesce(w.merged_into, t.member_id) as member_id, t.leg, -e.amount as points, t.counted_at, lot.expires_at,
                array(select r.id from ledger_transaction r where r.source_type = 'referral' and r.source_id = $1
                        and r.kind in ('earn', 'restore') and r.member_id = t.member_id order by r.id) as transactions
         from ledger_transaction t join ledger_entry e on e.transaction_id = t.id and e.account = 'issuance'
         join wallet w on w.member_id = t.member_id join lot on lot.transaction_id = t.id
         where t.source_type = 'referral' and t.source_id = $1 and t.kind = 'earn'",
    )
    .bind::<Text, _>(id.to_string())
    .load(conn)
    .await
}

/// Referrals among members who become `one`, whichever brought the other, and such of `from` as the one who was brought that
/// `into` cannot have: they were brought by somebody themselves.
pub async fn find_to_resolve(conn: &mut Conn, one: &[MemberId], from: MemberId, into: MemberId) -> QueryResult<Vec<ReferralRow>> {
    let between = referral::advocate_id.eq_any(one).and(referral::referee_id.eq_any(one));
    let brought = diesel::alias!(referral as brought);
    let known = brought.filter(brought.field(referral::referee_id).eq(into)).select(brought.field(referral::id));
    referral::table
        .filter(between.or(referral::referee_id.eq(from).and(diesel::dsl::exists(known))))
        .order(referral::id)
        .select(ReferralRow::as_select())
        .load(conn)
        .await
}

/// What a member has bought, in the order of time.
pub async fn find_orders(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<PurchaseId>> {
    purchase::table
        .filter(purchase::member_id.eq(member))
        .order((purchase::purchased_at, purchase::id))
        .select(purchase::id)
        .load(conn)
        .await
}

/// Puts back how referrals stood that a merge resolved or qualified, at its own moment: what was decided later stays. Returns
/// those of them whose points it had taken back.
pub async fn reopen(conn: &mut Conn, merge: MergeId, at: DateTime<Utc>) -> QueryResult<Vec<ReferralId>> {
    #[derive(QueryableByName)]
    struct Reopened {
        #[diesel(sql_type = SqlUuid)]
        id: ReferralId,
        #[diesel(sql_type = Bool)]
        rewarded: bool,
    }
    let reopened: Vec<Reopened> = diesel::sql_query(
        "update referral t
         set state = w.state, reason = w.reason, resolved_at = w.resolved_at, purchase_id = w.purchase_id, min_minor = w.min_minor,
             qualified_at = w.qualified_at, matures_at = w.matures_at
         from merged_row r, jsonb_populate_record(null::referral, r.was) w
         where r.merge_id = $1 and r.place = 'referral' and t.id = r.row_id and (t.resolved_at = $2 or t.qualified_at = $2)
         returning t.id, t.state = 'rewarded' as rewarded",
    )
    .bind::<SqlUuid, _>(merge)
    .bind::<Timestamptz, _>(at)
    .load(conn)
    .await?;
    Ok(reopened.into_iter().filter(|row| row.rewarded).map(|row| row.id).collect())
}

/// A referral with names, for people.
#[derive(QueryableByName, Clone, Debug)]
pub struct ListedRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: ReferralId,
    #[diesel(sql_type = Text)]
    pub advocate: String,
    #[diesel(sql_type = Text)]
    pub referee: String,
    #[diesel(sql_type = Text)]
    pub state: ReferralState,
    #[diesel(sql_type = Text)]
    /// Empty where there is none.
    pub reason: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub matures_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub resolved_at: Option<DateTime<Utc>>,
}

/// A page of referrals, newest first.
pub async fn list(
    conn: &mut Conn,
    advocate: Option<MemberId>,
    state: Option<ReferralState>,
    request: &pagination::Request<()>,
) -> QueryResult<Vec<ListedRow>> {
    diesel::sql_query(
        "select r.id, a.handle as advocate, b.handle as referee, r.state, r.reason, r.created_at, r.matures_at, r.resolved_at
         from (
           (select * from referral where not $4 and ($3 is null or id < $3) and ($1 is null or advocate_id = $1)
              and ($2 is null or state = $2) order by id desc limit $5)
           union all
           (select * from referral where $4 and id > $3 and ($1 is null or advocate_id = $1)
              and ($2 is null or state = $2) order by id limit $5)
         ) r join member a on a.id = r.advocate_id join member b on b.id = r.referee_id
         order by case when $4 then r.id end, r.id desc",
    )
    .bind::<Nullable<SqlUuid>, _>(advocate)
    .bind::<Nullable<Text>, _>(state)
    .bind::<Nullable<SqlUuid>, _>(request.seek.as_ref().map(|seek| seek.id))
    .bind::<Bool, _>(request.back())
    .bind::<BigInt, _>(request.rows())
    .cached()
    .load(conn)
    .await
}

/// How many referrals of an advocate stand where.
pub async fn count_by_state(conn: &mut Conn, advocate: MemberId) -> QueryResult<Vec<(ReferralState, i64)>> {
    referral::table
        .filter(referral::advocate_id.eq(advocate))
        .group_by(referral::state)
        .select((referral::state, diesel::dsl::count_star()))
        .load(conn)
        .await
}
