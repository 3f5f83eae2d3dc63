//! Tags in PostgreSQL.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, Int4, Int8, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    domain::{GroupId, MemberId, PostId, TagId},
    forum::post::{PostRow, store::count_in_tags},
    kit::{
        Conn,
        db::{CachedExt, take_time},
    },
    shown_tag, visible_group,
};

/// A tag with its synonyms.
#[derive(QueryableByName, Clone, Debug)]
pub struct TagRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: TagId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub description: String,
    #[diesel(sql_type = Int4)]
    pub question_count: i32,
    /// The name of the tag that this one stands for.
    #[diesel(sql_type = Nullable<Text>)]
    pub synonym_of: Option<String>,
    /// The names of those that stand for this one.
    #[diesel(sql_type = Array<Text>)]
    pub synonyms: Vec<String>,
}

impl TagRow {
    /// As [`shown_tag!`] says.
    pub fn is_shown(&self) -> bool {
        self.question_count > 0 || !self.description.is_empty() || self.synonym_of.is_some()
    }
}

/// SQL: tags `t` with what [`TagRow`] wants; the rest is a condition.
macro_rules! tag_rows {
    ($($rest:tt)+) => {
        concat!(
            "select t.id, t.name, t.description, t.question_count, s.name as synonym_of,
                    array(select y.name from tag y where y.synonym_of = t.id order by y.name) as synonyms
             from tag t left join tag s on s.id = t.synonym_of ",
            $($rest)+
        )
    };
}

/// Locks the listings of a tag's questions until the end of the transaction: before the tag, as whoever counts a question in its tags
/// does. There may be many.
pub async fn lock_listings(conn: &mut Conn, name: &str) -> QueryResult<()> {
    take_time(conn).await?;
    diesel::sql_query(
        "select question_id from question_listing
         where question_id in (select q.question_id from question_tag q join tag t on t.id = q.tag_id where t.name = $1)
         order by question_id for no key update",
    )
    .bind::<Text, _>(name)
    .execute(conn)
    .await?;
    Ok(())
}

/// Locks tags until the end of the transaction, in the order in which questions refer to them. Whoever gives one of them
/// to a question at this moment is waited for, and whoever comes later waits and then sees what it stands for.
pub async fn lock(conn: &mut Conn, names: &[&str]) -> QueryResult<()> {
    diesel::sql_query("select id from tag where name = any($1) order by name for update")
        .bind::<Array<Text>, _>(names)
        .cached()
        .load::<Id>(conn)
        .await?;
    Ok(())
}

/// Locks all synonyms and what they stand for, in the same order. Returns them.
pub async fn lock_synonyms(conn: &mut Conn) -> QueryResult<Vec<TagId>> {
    let rows: Vec<Id> = diesel::sql_query(
        "select id from tag t where synonym_of is not null or exists (select 1 from tag s where s.synonym_of = t.id) order by name for update",
    )
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// How many questions and followers synonyms have.
pub async fn count_of_synonyms(conn: &mut Conn) -> QueryResult<u64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = Int8)]
        rows: i64,
    }
    let count: Count = diesel::sql_query(
        "select (select count(*) from question_tag q join tag t on t.id = q.tag_id and t.synonym_of is not null)
              + (select count(*) from tag_follow f join tag t on t.id = f.tag_id and t.synonym_of is not null) as rows",
    )
    .get_result(conn)
    .await?;
    Ok(count.rows as u64)
}

/// The tag of this very name, be it a synonym.
pub async fn find(conn: &mut Conn, name: &str) -> QueryResult<Option<TagRow>> {
    Ok(diesel::sql_query(tag_rows!("where t.name = $1")).bind::<Text, _>(name).cached().load(conn).await?.pop())
}

/// The tag of this name, or the one that it stands for.
pub async fn resolve(conn: &mut Conn, name: &str) -> QueryResult<Option<TagRow>> {
    Ok(diesel::sql_query(tag_rows!("where t.id = (select coalesce(synonym_of, id) from tag where name = $1)"))
        .bind::<Text, _>(name)
        .cached()
        .load(conn)
        .await?
        .pop())
}

async fn resolve_all(conn: &mut Conn, names: &[String]) -> QueryResult<(usize, Vec<TagRow>)> {
    #[derive(QueryableByName)]
    struct Resolved {
        #[diesel(sql_type = Int8)]
        known: i64,
        #[diesel(embed)]
        tag: TagRow,
    }
    let rows: Vec<Resolved> = diesel::sql_query(
        "select t.id, t.name, t.description, t.question_count, null::text as synonym_of, '{}'::text[] as synonyms,
                (select count(*) from tag k where k.name = any($1)) as known
         from tag t where t.id in (select coalesce(g.synonym_of, g.id) from tag g where g.name = any($1)) order by t.name",
    )
    .bind::<Array<Text>, _>(names)
    .cached()
    .load(conn)
    .await?;
    Ok((rows.as_slice().first().map_or(0, |row| row.known as usize), rows.into_iter().map(|row| row.tag).collect()))
}

/// The tags of these names, synonyms resolved; absent ones are made.
pub async fn find_or_create(conn: &mut Conn, names: &[String], now: DateTime<Utc>) -> QueryResult<Vec<TagRow>> {
    let (known, tags) = resolve_all(conn, names).await?;
    if known == names.len() {
        return Ok(tags);
    }
    let ids: Vec<TagId> = names.iter().map(|_| TagId::new()).collect();
    diesel::sql_query(
        "insert into tag (id, name, created_at) select id, name, $3 from unnest($1, $2) as n (id, name) order by name
         on conflict (name) do nothing",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(names)
    .bind::<Timestamptz, _>(now)
    .cached()
    .execute(conn)
    .await?;
    Ok(resolve_all(conn, names).await?.1)
}

/// Gives a new question its tags, and counts it.
pub async fn set_tags(conn: &mut Conn, question: PostId, tags: &[TagRow]) -> QueryResult<()> {
    insert_tags(conn, question, tags).await?;
    count_in_tags(conn, question, 1).await
}

/// Gives a question other tags. It is counted while it is published.
pub async fn replace_tags(conn: &mut Conn, question: &PostRow, tags: &[TagRow]) -> QueryResult<()> {
    let ids: Vec<TagId> = tags.iter().map(|tag| tag.id).collect();
    // All of them first and in one order, as they will be counted: who merges two of them comes before or after, not between, and
    // two who swap their tags do not wait for each other.
    diesel::sql_query(
        "select id from tag where id = any($2) or id in (select tag_id from question_tag where question_id = $1)
         order by name for no key update",
    )
    .bind::<SqlUuid, _>(question.id)
    .bind::<Array<SqlUuid>, _>(ids)
    .cached()
    .load::<Id>(conn)
    .await?;
    if question.group_id.is_none() && question.is_published() {
        count_in_tags(conn, question.id, -1).await?;
    }
    let rows: Vec<TagId> = diesel::sql_query("delete from question_tag where question_id = $1 returning tag_id as id")
        .bind::<SqlUuid, _>(question.id)
        .cached()
        .load::<Id>(conn)
        .await?
        .into_iter()
        .map(|row| row.id)
        .collect();
    insert_tags(conn, question.id, tags).await?;
    if question.group_id.is_some() {
        // Whether the old tags counted it depends on what they have heard of its group.
        return recount(conn, &rows.into_iter().chain(tags.iter().map(|tag| tag.id)).collect::<Vec<_>>()).await;
    }
    if question.is_published() {
        count_in_tags(conn, question.id, 1).await?;
    }
    Ok(())
}

async fn insert_tags(conn: &mut Conn, question: PostId, tags: &[TagRow]) -> QueryResult<()> {
    let ids: Vec<TagId> = tags.iter().map(|tag| tag.id).collect();
    // What a tag stands for may have changed since it was looked up; the row as it is locked says so.
    diesel::sql_query(
        "insert into question_tag (question_id, tag_id)
         select $1, coalesce(t.synonym_of, t.id) from (
           select id, synonym_of from tag where id = any($2) order by name for key share) t
         on conflict do nothing",
    )
    .bind::<SqlUuid, _>(question)
    .bind::<Array<SqlUuid>, _>(ids)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: TagId,
}

/// The tags of these groups' published questions.
pub async fn of_groups(conn: &mut Conn, groups: &[GroupId]) -> QueryResult<Vec<TagId>> {
    let rows: Vec<Id> = diesel::sql_query(
        "select distinct q.tag_id as id from question_listing l join question_tag q on q.question_id = l.question_id
         where l.group_id = any($1) and l.published",
    )
    .bind::<Array<SqlUuid>, _>(groups)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Counts anew the questions of these tags that everybody may see.
pub async fn recount(conn: &mut Conn, tags: &[TagId]) -> QueryResult<()> {
    // Locked by a statement of its own: the next one sees what whoever counted before has done.
    // Who only refers to these tags need not wait, nor be waited for.
    let locked = diesel::sql_query("select id from tag where id = any($1) order by name for no key update");
    locked.bind::<Array<SqlUuid>, _>(tags).cached().load::<Id>(conn).await?;
    diesel::sql_query(concat!(
        "update tag t set question_count = (select count(*) from question_tag q join post p on p.id = q.question_id
           where q.tag_id = t.id and p.state = 'published' and ",
        visible_group!("p.group_id", "null"),
        ") where t.id = any($1)"
    ))
    .bind::<Array<SqlUuid>, _>(tags)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// The names of a question's tags, in alphabetical order.
pub async fn names_of(conn: &mut Conn, question: PostId) -> QueryResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let rows: Vec<Name> =
        diesel::sql_query("select t.name from question_tag q join tag t on t.id = q.tag_id where q.question_id = $1 order by t.name")
            .bind::<SqlUuid, _>(question)
            .cached()
            .load(conn)
            .await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// Where a page of tags starts.
pub struct TagSeek {
    pub count: i32,
    pub name: String,
    pub id: TagId,
}

/// Tags that begin with `prefix`, most used first, or by name. Left out are tags that only stand for others, and those
/// that [`TagRow::is_shown`] does not show.
pub async fn list(conn: &mut Conn, by_name: bool, prefix: &str, seek: Option<TagSeek>, back: bool, rows: i64) -> QueryResult<Vec<TagRow>> {
    // starts_with has no wildcards that would need escaping; collation "C" makes the keyset the byte order it compares by.
    let text = match (by_name, back) {
        (false, false) => tag_rows!(
            "where t.synonym_of is null and ",
            shown_tag!("t"),
            " and starts_with(t.name, $1) and ($2 is null or (t.question_count, t.id) < ($2, $4))
             order by t.question_count desc, t.id desc limit $5"
        ),
        (false, true) => tag_rows!(
            "where t.synonym_of is null and ",
            shown_tag!("t"),
            " and starts_with(t.name, $1) and ($2 is null or (t.question_count, t.id) > ($2, $4))
             order by t.question_count, t.id limit $5"
        ),
        (true, false) => tag_rows!(
            "where t.synonym_of is null and ",
            shown_tag!("t"),
            " and starts_with(t.name, $1) and ($3 is null or t.name collate \"C\" > $3)
             order by t.name collate \"C\" limit $5"
        ),
        (true, true) => tag_rows!(
            "where t.synonym_of is null and ",
            shown_tag!("t"),
            " and starts_with(t.name, $1) and ($3 is null or t.name collate \"C\" < $3)
             order by t.name collate \"C\" desc limit $5"
        ),
    };
    let (count, name, id) = seek.map(|seek| (Some(seek.count), Some(seek.name), Some(seek.id))).unwrap_or_default();
    diesel::sql_query(text)
        .bind::<Text, _>(prefix)
        .bind::<Nullable<Int4>, _>(count)
        .bind::<Nullable<Text>, _>(name)
        .bind::<Nullable<SqlUuid>, _>(id)
        .bind::<Int8, _>(rows)
        .cached()
        .load(conn)
        .await
}

/// Tags that a member follows and that are shown, by name.
pub async fn list_followed(conn: &mut Conn, member: MemberId, seek: Option<&str>, back: bool, rows: i64) -> QueryResult<Vec<TagRow>> {
    let text = if back {
        tag_rows!(
            "join tag_follow f on f.tag_id = t.id where f.member_id = $1 and ",
            shown_tag!("t"),
            " and t.name collate \"C\" < $2 order by t.name collate \"C\" desc limit $3"
        )
    } else {
        tag_rows!(
            "join tag_follow f on f.tag_id = t.id where f.member_id = $1 and ",
            shown_tag!("t"),
            " and ($2 is null or t.name collate \"C\" > $2) order by t.name collate \"C\" limit $3"
        )
    };
    diesel::sql_query(text).bind::<SqlUuid, _>(member).bind::<Nullable<Text>, _>(seek).bind::<Int8, _>(rows).cached().load(conn).await
}

/// Gives a tag another description.
pub async fn set_description(conn: &mut Conn, id: TagId, description: &str) -> QueryResult<()> {
    diesel::sql_query("update tag set description = $2 where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(description)
        .execute(conn)
        .await?;
    Ok(())
}

/// Makes a tag stand for another, which takes over its questions; or, with None, for itself again.
pub async fn set_synonym(conn: &mut Conn, id: TagId, of: Option<TagId>) -> QueryResult<()> {
    diesel::sql_query("update tag set synonym_of = $2 where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Nullable<SqlUuid>, _>(of)
        .execute(conn)
        .await?;
    let Some(of) = of else { return Ok(()) };
    // One statement, so that each listing is written once.
    diesel::sql_query(
        "with gone as (delete from question_tag where tag_id = $1 returning question_id)
         insert into question_tag (question_id, tag_id) select question_id, $2 from gone on conflict do nothing",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(of)
    .execute(conn)
    .await?;
    hand_over_followers(conn, id, of).await?;
    recount(conn, &[id, of]).await
}

/// Those of `tags` that a member follows.
pub async fn followed_among(conn: &mut Conn, member: MemberId, tags: &[TagId]) -> QueryResult<HashSet<TagId>> {
    #[derive(QueryableByName)]
    struct Followed {
        #[diesel(sql_type = SqlUuid)]
        tag_id: TagId,
    }
    let rows: Vec<Followed> = diesel::sql_query("select tag_id from tag_follow where member_id = $1 and tag_id = any($2)")
        .bind::<SqlUuid, _>(member)
        .bind::<Array<SqlUuid>, _>(tags)
        .cached()
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.tag_id).collect())
}

/// Lets whoever follows a tag follow `of` instead, which it stands for from now on.
async fn hand_over_followers(conn: &mut Conn, tag: TagId, of: TagId) -> QueryResult<()> {
    diesel::sql_query(
        "with gone as (delete from tag_follow where tag_id = $1 returning member_id, since)
         insert into tag_follow (member_id, tag_id, since) select member_id, $2, since from gone on conflict do nothing",
    )
    .bind::<SqlUuid, _>(tag)
    .bind::<SqlUuid, _>(of)
    .execute(conn)
    .await?;
    Ok(())
}
