//! Partners, and their names for members, in PostgreSQL.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Bool, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::rules::Linked;
use crate::{
    domain::{MemberId, PartnerId},
    kit::{Conn, db::CachedExt, pagination::Request},
    schema::{external_member, member, partner},
};

/// None when there is a partner of this name already.
pub async fn insert(conn: &mut Conn, name: &str, now: DateTime<Utc>) -> QueryResult<Option<PartnerId>> {
    diesel::insert_into(partner::table)
        .values((partner::id.eq(PartnerId::new()), partner::name.eq(name), partner::created_at.eq(now)))
        .on_conflict_do_nothing()
        .returning(partner::id)
        .get_result(conn)
        .await
        .optional()
}

/// The partner of this very name.
pub async fn find_by_name(conn: &mut Conn, name: &str) -> QueryResult<Option<PartnerId>> {
    partner::table.filter(partner::name.eq(name)).select(partner::id).first(conn).await.optional()
}

/// The partner whose orders come from files, whatever it is called by now.
pub async fn find_or_create_importer(conn: &mut Conn, name: &str, now: DateTime<Utc>) -> QueryResult<PartnerId> {
    let importer = partner::table.filter(partner::is_importer).select(partner::id).first(conn).await.optional()?;
    if let Some(id) = importer {
        return Ok(id);
    }
    diesel::insert_into(partner::table)
        .values((partner::id.eq(PartnerId::new()), partner::name.eq(name), partner::created_at.eq(now), partner::is_importer.eq(true)))
        .on_conflict(partner::name)
        .do_update()
        .set(partner::is_importer.eq(true))
        .returning(partner::id)
        .get_result(conn)
        .await
}

/// Whether there is such a partner.
pub async fn exists(conn: &mut Conn, id: PartnerId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(partner::table.find(id))).get_result(conn).await
}

/// A partner, as administrators see it.
#[derive(Queryable)]
pub struct PartnerRow {
    pub id: PartnerId,
    pub name: String,
    pub created_at: DateTime<Utc>,
}

/// Locked until the end of the transaction.
pub async fn lock(conn: &mut Conn, id: PartnerId) -> QueryResult<Option<PartnerRow>> {
    let found = partner::table.find(id).select((partner::id, partner::name, partner::created_at));
    found.for_no_key_update().first(conn).await.optional()
}

/// False when another partner has the name.
pub async fn rename(conn: &mut Conn, id: PartnerId, name: &str) -> QueryResult<bool> {
    let taken = partner::table.filter(partner::name.eq(name)).filter(partner::id.ne(id));
    if diesel::select(diesel::dsl::exists(taken)).get_result(conn).await? {
        return Ok(false);
    }
    diesel::update(partner::table.find(id)).set(partner::name.eq(name)).execute(conn).await?;
    Ok(true)
}

/// A page of partners, by name.
pub async fn list(conn: &mut Conn, request: &Request<String>) -> QueryResult<Vec<PartnerRow>> {
    let query = partner::table.select((partner::id, partner::name, partner::created_at)).limit(request.rows()).into_boxed();
    match &request.seek {
        None => query.order(partner::name.asc()),
        Some(seek) if seek.back => query.filter(partner::name.lt(&seek.key)).order(partner::name.desc()),
        Some(seek) => query.filter(partner::name.gt(&seek.key)).order(partner::name.asc()),
    }
    .load(conn)
    .await
}

/// A member with their e-mail address, as a partner that knows them may see them.
#[derive(QueryableByName)]
pub struct ExternalRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: MemberId,
    #[diesel(sql_type = Text)]
    pub handle: String,
    #[diesel(sql_type = Text)]
    pub display_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    #[diesel(sql_type = Int4)]
    pub reputation: i32,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub linked_at: DateTime<Utc>,
}

/// The member whom a partner knows by this name.
pub async fn find_external(conn: &mut Conn, partner_id: PartnerId, external_id: &str) -> QueryResult<Option<ExternalRow>> {
    let rows: Vec<ExternalRow> = diesel::sql_query(
        "select m.id, m.handle, m.display_name, a.email, greatest(coalesce(r.total, 0), 1) as reputation, m.created_at, e.linked_at
         from external_member e
         join member m on m.id = e.member_id
         left join account a on a.member_id = m.id
         left join reputation r on r.member_id = m.id
         where e.partner_id = $1 and e.external_id = $2",
    )
    .bind::<SqlUuid, _>(partner_id)
    .bind::<Text, _>(external_id)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().next())
}

#[derive(QueryableByName)]
struct LinkedRow {
    #[diesel(sql_type = SqlUuid)]
    member_id: MemberId,
    #[diesel(sql_type = Bool)]
    claimed: bool,
}

/// Whom the name leads to.
pub async fn find_linked(conn: &mut Conn, partner_id: PartnerId, external_id: &str) -> QueryResult<Option<Linked>> {
    let rows: Vec<LinkedRow> = diesel::sql_query(
        "select x.member_id, exists (select from account a where a.member_id = x.member_id) as claimed
         from external_member x where x.partner_id = $1 and x.external_id = $2",
    )
    .bind::<SqlUuid, _>(partner_id)
    .bind::<Text, _>(external_id)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().next().map(|LinkedRow { member_id, claimed }| Linked { member_id, claimed }))
}

/// Whom the name leads to, that member locked until the end of the transaction, so that two people do not claim one.
pub async fn lock_linked(conn: &mut Conn, partner_id: PartnerId, external_id: &str) -> QueryResult<Option<Linked>> {
    let locked: Option<MemberId> = external_member::table
        .inner_join(member::table)
        .filter(external_member::partner_id.eq(partner_id))
        .filter(external_member::external_id.eq(external_id))
        .select(member::id)
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    // A statement of its own: it sees what whoever held the lock before has done.
    if locked.is_some() { find_linked(conn, partner_id, external_id).await } else { Ok(None) }
}

/// A partner's name; an error where there is no such partner.
pub async fn find_name(conn: &mut Conn, id: PartnerId) -> QueryResult<String> {
    partner::table.find(id).select(partner::name).first(conn).await
}

/// Gives a member the partner's name for them, which nobody has. False when somebody got it in this moment.
pub async fn add_external(
    conn: &mut Conn,
    partner_id: PartnerId,
    external_id: &str,
    member_id: MemberId,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let added = diesel::insert_into(external_member::table)
        .values((
            external_member::partner_id.eq(partner_id),
            external_member::external_id.eq(external_id),
            external_member::member_id.eq(member_id),
            external_member::linked_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(added == 1)
}

/// Gives an unclaimed member the names that somebody registered with.
pub async fn claim_member(conn: &mut Conn, id: MemberId, handle: &str, handle_key: &str, display_name: &str) -> QueryResult<()> {
    diesel::update(member::table.find(id))
        .set((
            member::handle.eq(handle),
            member::handle_key.eq(handle_key),
            member::display_name.eq(display_name),
            member::version.eq(member::version + 1),
        ))
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}
