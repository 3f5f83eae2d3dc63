//! Merges in PostgreSQL, and how rows of any feature go over and come back.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{
    Merge,
    rules::{MergeOutcome, Party},
};
use crate::{
    domain::{MemberId, MergeId, PartnerId, Role},
    kit::{Conn, Problem, db::CachedExt, pagination::Request},
};

/// Moves rows of `table` over to the other member, as their column `column` says whose they are, and notes them by their
/// column `key`. Returns how many.
pub async fn take_over(conn: &mut Conn, merge: &Merge, table: &str, key: &str, column: &str) -> QueryResult<i64> {
    take_over_where(conn, merge, table, key, column, "true").await
}

/// Moves and notes as [`take_over`] does, but only rows `t` of which `only` is true.
pub async fn take_over_where(conn: &mut Conn, merge: &Merge, table: &str, key: &str, column: &str, only: &str) -> QueryResult<i64> {
    let text = format!(
        "with moved as (update {table} t set {column} = $2 where {column} = $1 and ({only}) returning t.{key} as id)
         insert into merged_row (merge_id, place, row_id) select $3, '{table}.{column}', id from moved"
    );
    note(conn, merge, text).await
}

/// Removes the rows `t` of `table` of which `only` is true (`$1` is who is merged, `$2` into whom), and notes what they were.
/// Returns how many.
pub async fn set_aside(conn: &mut Conn, merge: &Merge, table: &str, key: &str, only: &str) -> QueryResult<i64> {
    let text = format!(
        "with gone as (delete from {table} t where ({only}) and $1 <> $2 returning t.{key} as id, to_jsonb(t) as was)
         insert into merged_row (merge_id, place, row_id, was) select $3, '{table}', id, was from gone"
    );
    note(conn, merge, text).await
}

/// Notes what the rows `t` of `table` are of which `only` is true, and leaves them there.
pub async fn remember(conn: &mut Conn, merge: &Merge, table: &str, key: &str, only: &str) -> QueryResult<i64> {
    let text = format!(
        "insert into merged_row (merge_id, place, row_id, was) select $3, '{table}', t.{key}, to_jsonb(t) from {table} t
         where ({only}) and $1 <> $2"
    );
    note(conn, merge, text).await
}

async fn note(conn: &mut Conn, merge: &Merge, text: String) -> QueryResult<i64> {
    let noted = diesel::sql_query(text)
        .bind::<SqlUuid, _>(merge.from)
        .bind::<SqlUuid, _>(merge.into)
        .bind::<SqlUuid, _>(merge.id)
        .execute(conn)
        .await?;
    Ok(noted as i64)
}

#[derive(QueryableByName)]
struct Noted {
    #[diesel(sql_type = SqlUuid)]
    row_id: Uuid,
}

/// Moves rows back that [`take_over`] moved, as far as they still are the other's.
pub async fn give_back(conn: &mut Conn, merge: &Merge, table: &str, key: &str, column: &str) -> QueryResult<i64> {
    // Handed in one by one: of ids in a table, the planner does not know how many there are, and compares each with each.
    let noted: Vec<Noted> = diesel::sql_query("select row_id from merged_row where merge_id = $1 and place = $2")
        .bind::<SqlUuid, _>(merge.id)
        .bind::<Text, _>(format!("{table}.{column}"))
        .load(conn)
        .await?;
    if noted.is_empty() {
        return Ok(0);
    }
    let given = diesel::sql_query(format!("update {table} t set {column} = $1 where t.{key} = any($3) and t.{column} = $2"))
        .bind::<SqlUuid, _>(merge.from)
        .bind::<SqlUuid, _>(merge.into)
        .bind::<Array<SqlUuid>, _>(noted.into_iter().map(|row| row.row_id).collect::<Vec<_>>())
        .execute(conn)
        .await?;
    Ok(given as i64)
}

/// Puts rows back that [`set_aside`] removed (or [`remember`] noted, and that are gone), where nothing has taken their place.
pub async fn bring_back(conn: &mut Conn, merge: &Merge, table: &str) -> QueryResult<i64> {
    let text = format!(
        "insert into {table} select (jsonb_populate_record(null::{table}, r.was)).* from merged_row r
         where r.merge_id = $3 and r.place = '{table}' and $1 <> $2 order by r.id on conflict do nothing"
    );
    note(conn, merge, text).await
}

/// Moves partners' names for a member.
pub async fn take_over_names(conn: &mut Conn, merge: &Merge) -> QueryResult<i64> {
    let text = "with moved as (update external_member set member_id = $2 where member_id = $1 returning partner_id, external_id)
         insert into merged_row (merge_id, place, row_id, was)
         select $3, 'external_member.member_id', partner_id, jsonb_build_object('external_id', external_id) from moved";
    note(conn, merge, text.to_owned()).await
}

/// Moves back the names that [`take_over_names`] moved. Returns how many.
pub async fn give_back_names(conn: &mut Conn, merge: &Merge) -> QueryResult<i64> {
    let text = "update external_member t set member_id = $1 from merged_row r
         where r.merge_id = $3 and r.place = 'external_member.member_id' and t.partner_id = r.row_id
           and t.external_id = r.was ->> 'external_id' and t.member_id = $2";
    note(conn, merge, text.to_owned()).await
}

#[derive(QueryableByName)]
struct PartyRow {
    #[diesel(sql_type = SqlUuid)]
    id: MemberId,
    #[diesel(sql_type = Text)]
    role: Role,
    #[diesel(sql_type = Bool)]
    claimed: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    merged_into: Option<MemberId>,
}

/// Two members who are not erased, locked in one order. Nobody who only refers to them waits for that.
pub async fn lock(conn: &mut Conn, members: [MemberId; 2]) -> Result<[Party; 2], Problem> {
    let rows: Vec<PartyRow> = diesel::sql_query(
        "select m.id, m.role, exists (select from account where member_id = m.id) as claimed, m.merged_into
         from member m where m.id = any($1) and m.erased_at is null order by m.id for no key update of m",
    )
    .bind::<Array<SqlUuid>, _>(members.to_vec())
    .load(conn)
    .await?;
    let party = |id: MemberId| {
        let row = rows.iter().find(|row| row.id == id).ok_or_else(|| Problem::not_found("member"))?;
        Ok::<_, Problem>(Party { id: row.id, role: row.role, claimed: row.claimed, merged_into: row.merged_into })
    };
    Ok([party(members[0])?, party(members[1])?])
}

/// Makes a member a part of another, or (None) its own again.
pub async fn set_merged(conn: &mut Conn, id: MemberId, into: Option<MemberId>) -> QueryResult<()> {
    diesel::sql_query("update member set merged_into = $2, version = version + 1 where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Nullable<SqlUuid>, _>(into)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends all of a member's sessions.
pub async fn end_sessions(conn: &mut Conn, member: MemberId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query("update session set revoked_at = $2 where member_id = $1 and revoked_at is null")
        .bind::<SqlUuid, _>(member)
        .bind::<Timestamptz, _>(now)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Inserts a merge, whose outcome follows by [`set_outcome`].
pub async fn insert(conn: &mut Conn, merge: &Merge, by: Option<MemberId>, reason: &str) -> QueryResult<()> {
    diesel::sql_query("insert into merge (id, from_id, into_id, by_id, reason, outcome, at) values ($1, $2, $3, $4, $5, '{}', $6)")
        .bind::<SqlUuid, _>(merge.id)
        .bind::<SqlUuid, _>(merge.from)
        .bind::<SqlUuid, _>(merge.into)
        .bind::<Nullable<SqlUuid>, _>(by)
        .bind::<Text, _>(reason)
        .bind::<Timestamptz, _>(merge.at)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Writes what a merge came to.
pub async fn set_outcome(conn: &mut Conn, id: MergeId, outcome: &MergeOutcome) -> Result<(), Problem> {
    diesel::sql_query("update merge set outcome = $2 where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Jsonb, _>(serde_json::to_value(outcome).map_err(Problem::internal)?)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes that a merge was undone, by whom and when.
pub async fn set_undone(conn: &mut Conn, id: MergeId, by: MemberId, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query("update merge set undone_at = $3, undone_by = $2 where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(by)
        .bind::<Timestamptz, _>(now)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// A merge with names, for people.
#[derive(QueryableByName, Clone, Debug)]
pub struct MergeRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: MergeId,
    #[diesel(sql_type = SqlUuid)]
    pub from_id: MemberId,
    #[diesel(sql_type = Text)]
    pub from_handle: String,
    #[diesel(sql_type = Text)]
    pub from_name: String,
    #[diesel(sql_type = SqlUuid)]
    pub into_id: MemberId,
    #[diesel(sql_type = Text)]
    pub into_handle: String,
    #[diesel(sql_type = Text)]
    pub into_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub by_handle: Option<String>,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Jsonb)]
    outcome: Value,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub undone_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub undone_by: Option<String>,
    /// Of the one that it was merged into.
    #[diesel(sql_type = Bool)]
    pub gone: bool,
    /// Whether the one still is a part of the other: that may be a part of a third one by now.
    #[diesel(sql_type = Bool)]
    pub stands: bool,
}

impl MergeRow {
    /// Who was merged into whom, and when.
    pub fn merge(&self) -> Merge {
        Merge { id: self.id, from: self.from_id, into: self.into_id, at: self.at }
    }

    /// What the merge came to; 500 where that cannot be read.
    pub fn outcome(&self) -> Result<MergeOutcome, Problem> {
        serde_json::from_value(self.outcome.clone()).map_err(Problem::internal)
    }
}

/// SQL: merges `g` with the names that [`MergeRow`] wants.
macro_rules! merges {
    () => {
        "select g.id, g.from_id, f.handle as from_handle, f.display_name as from_name, g.into_id, i.handle as into_handle,
                i.display_name as into_name, b.handle as by_handle, g.reason, g.outcome, g.at, g.undone_at, u.handle as undone_by,
                i.erased_at is not null as gone, g.undone_at is null and f.merged_into = g.into_id as stands
         from merge g join member f on f.id = g.from_id join member i on i.id = g.into_id
         left join member b on b.id = g.by_id left join member u on u.id = g.undone_by "
    };
}

/// One merge; 404 where there is none.
pub async fn find(conn: &mut Conn, id: MergeId) -> Result<MergeRow, Problem> {
    let rows: Vec<MergeRow> = diesel::sql_query(concat!(merges!(), "where g.id = $1")).bind::<SqlUuid, _>(id).cached().load(conn).await?;
    rows.into_iter().next().ok_or_else(|| Problem::not_found("merge"))
}

/// The merge by which one member became a part of the other, if it stands.
pub async fn find_points_and_tier(conn: &mut Conn, from: MemberId, into: MemberId) -> QueryResult<Option<MergeRow>> {
    let text = concat!(merges!(), "where g.from_id = $1 and g.into_id = $2 and g.undone_at is null");
    let rows: Vec<MergeRow> = diesel::sql_query(text).bind::<SqlUuid, _>(from).bind::<SqlUuid, _>(into).cached().load(conn).await?;
    Ok(rows.into_iter().next())
}

/// The merge by which a partner's name for somebody came to this member, if it did and stands.
pub async fn find_of_name(conn: &mut Conn, partner: PartnerId, external_id: &str, into: MemberId) -> QueryResult<Option<MergeRow>> {
    let rows: Vec<MergeRow> = diesel::sql_query(concat!(
        merges!(),
        "join merged_row r on r.merge_id = g.id and r.place = 'external_member.member_id' and r.row_id = $1 and r.was ->> 'external_id' = $2
         where g.into_id = $3 and g.undone_at is null order by g.id desc limit 1"
    ))
    .bind::<SqlUuid, _>(partner)
    .bind::<Text, _>(external_id)
    .bind::<SqlUuid, _>(into)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().next())
}

/// Whether a merge that a partner's name for somebody took part in was undone since then.
pub async fn was_parted_since(conn: &mut Conn, partner: PartnerId, external_id: &str, since: DateTime<Utc>) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Parted {
        #[diesel(sql_type = Bool)]
        parted: bool,
    }
    let Parted { parted } = diesel::sql_query(
        "select exists (select from merged_row r join merge g on g.id = r.merge_id
                        where r.place = 'external_member.member_id' and r.row_id = $1 and r.was ->> 'external_id' = $2
                          and g.undone_at >= $3) as parted",
    )
    .bind::<SqlUuid, _>(partner)
    .bind::<Text, _>(external_id)
    .bind::<Timestamptz, _>(since)
    .get_result(conn)
    .await?;
    Ok(parted)
}

/// Merges of a member, on either side, the newest first.
pub async fn list(conn: &mut Conn, member: MemberId, request: &Request<()>) -> QueryResult<Vec<MergeRow>> {
    let (order, than) = if request.back() { ("asc", ">") } else { ("desc", "<") };
    let text = format!("{}where $1 in (g.from_id, g.into_id) and ($2 is null or g.id {than} $2) order by g.id {order} limit $3", merges!());
    diesel::sql_query(text)
        .bind::<SqlUuid, _>(member)
        .bind::<Nullable<SqlUuid>, _>(request.seek.as_ref().map(|seek| seek.id))
        .bind::<BigInt, _>(request.rows())
        .load(conn)
        .await
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: MemberId,
}

/// The members that are parts of another.
pub async fn find_parts(conn: &mut Conn, of: MemberId) -> QueryResult<Vec<MemberId>> {
    let rows: Vec<Id> = diesel::sql_query("select id from member where merged_into = $1 and erased_at is null order by id")
        .bind::<SqlUuid, _>(of)
        .cached()
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
