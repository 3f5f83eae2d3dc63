//! Imported rows in PostgreSQL, a batch a statement. What is there already stays as it is.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int2, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::rules::Participant;
use crate::{
    domain::{CommentId, MemberId, PostId, PostKind, TagId, VoteId},
    events::PostRef,
    identity::handle::handle_keys,
    kit::{Conn, db::CachedExt, markdown::RENDERER},
    schema::import_progress,
};

/// Stage and position of an import that has begun.
pub async fn find_progress(conn: &mut Conn, source: &str) -> QueryResult<Option<(String, i64)>> {
    import_progress::table.find(source).select((import_progress::stage, import_progress::position)).first(conn).await.optional()
}

/// Notes how far a source is imported, for the next try to go on from there.
pub async fn save_progress(conn: &mut Conn, source: &str, stage: &str, position: i64, now: DateTime<Utc>) -> QueryResult<()> {
    let values = (import_progress::stage.eq(stage), import_progress::position.eq(position), import_progress::updated_at.eq(now));
    diesel::insert_into(import_progress::table)
        .values((import_progress::source.eq(source), values))
        .on_conflict(import_progress::source)
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    Ok(())
}

/// A member to be inserted. `import_id` is what the dump calls them.
pub struct NewMember {
    pub id: MemberId,
    pub import_id: String,
    pub handle: String,
    pub display_name: String,
    pub bio: String,
    pub on_leaderboards: bool,
    pub created_at: DateTime<Utc>,
}

/// Adds those whose id and handle are free. Returns how many.
pub async fn insert_members(conn: &mut Conn, source: &str, members: &[&NewMember]) -> QueryResult<usize> {
    let column = |of: fn(&NewMember) -> &str| members.iter().map(|member| of(member)).collect::<Vec<_>>();
    diesel::sql_query(
        "insert into member (id, handle, handle_key, display_name, bio, on_leaderboards, import_source, import_id, created_at)
         select id, handle, handle_key, display_name, bio, on_leaderboards, $9, import_id, created_at
         from unnest($1, $2, $3, $4, $5, $6, $7, $8)
           as m (id, handle, handle_key, display_name, bio, on_leaderboards, import_id, created_at)
         on conflict do nothing",
    )
    .bind::<Array<SqlUuid>, _>(members.iter().map(|m| m.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(column(|m| &m.handle))
    .bind::<Array<Text>, _>(members.iter().map(|m| handle_keys(&m.handle).shape).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(column(|m| &m.display_name))
    .bind::<Array<Text>, _>(column(|m| &m.bio))
    .bind::<Array<Bool>, _>(members.iter().map(|m| m.on_leaderboards).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(column(|m| &m.import_id))
    .bind::<Array<Timestamptz>, _>(members.iter().map(|m| m.created_at).collect::<Vec<_>>())
    .bind::<Text, _>(source)
    .cached()
    .execute(conn)
    .await
}

#[derive(QueryableByName)]
struct Id<T: diesel::deserialize::FromSql<SqlUuid, diesel::pg::Pg> + 'static> {
    #[diesel(sql_type = SqlUuid)]
    id: T,
}

/// Those of `ids` that are members, erased ones included.
pub async fn find_member_ids(conn: &mut Conn, ids: &[MemberId]) -> QueryResult<Vec<MemberId>> {
    let rows: Vec<Id<MemberId>> =
        diesel::sql_query("select id from member where id = any($1)").bind::<Array<SqlUuid>, _>(ids).cached().load(conn).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Members by the names they have in `source`.
pub async fn find_members(conn: &mut Conn, source: &str, import_ids: &[String]) -> QueryResult<HashMap<String, MemberId>> {
    #[derive(QueryableByName)]
    struct Named {
        #[diesel(sql_type = Text)]
        import_id: String,
        #[diesel(embed)]
        member: Id<MemberId>,
    }
    let rows: Vec<Named> =
        diesel::sql_query("select import_id, coalesce(merged_into, id) as id from member where import_source = $1 and import_id = any($2)")
            .bind::<Text, _>(source)
            .bind::<Array<Text>, _>(import_ids)
            .cached()
            .load(conn)
            .await?;
    Ok(rows.into_iter().map(|row| (row.import_id, row.member.id)).collect())
}

/// A post that was imported.
#[derive(QueryableByName, Clone, Copy)]
pub struct Known {
    #[diesel(sql_type = SqlUuid)]
    pub id: PostId,
    #[diesel(sql_type = Text)]
    pub kind: PostKind,
    #[diesel(sql_type = SqlUuid)]
    pub question_id: PostId,
    #[diesel(sql_type = SqlUuid)]
    pub author_id: MemberId,
    #[diesel(sql_type = SqlUuid)]
    pub asker_id: MemberId,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

impl Known {
    /// The post, as events name it: imported ones are in no group.
    pub fn post_ref(&self) -> PostRef {
        PostRef { id: self.id, kind: self.kind, question_id: self.question_id, author_id: self.author_id, group_id: None }
    }
}

/// Posts by the names they have in `source`. Locked, questions before answers, so that their counters can be changed.
pub async fn lock_posts(conn: &mut Conn, source: &str, import_ids: &[String]) -> QueryResult<HashMap<String, Known>> {
    #[derive(QueryableByName)]
    struct Named {
        #[diesel(sql_type = Text)]
        import_id: String,
        #[diesel(embed)]
        known: Known,
    }
    diesel::sql_query(
        "select id from post
         where id in (select unnest(array[id, question_id]) from post where import_source = $1 and import_id = any($2))
         order by kind desc, id for update",
    )
    .bind::<Text, _>(source)
    .bind::<Array<Text>, _>(import_ids)
    .cached()
    .execute(conn)
    .await?;
    let rows: Vec<Named> = diesel::sql_query(
        "select p.import_id, p.id, p.kind, p.question_id, p.author_id, q.author_id as asker_id, p.created_at
         from post p join post q on q.id = p.question_id where p.import_source = $1 and p.import_id = any($2)",
    )
    .bind::<Text, _>(source)
    .bind::<Array<Text>, _>(import_ids)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.import_id, row.known)).collect())
}

/// Adds tags that there are not yet.
pub async fn insert_tags(conn: &mut Conn, names: &[String], now: DateTime<Utc>) -> QueryResult<usize> {
    diesel::sql_query(
        "insert into tag (id, name, created_at) select id, name, $3 from unnest($1, $2) as t (id, name) order by name
         on conflict (name) do nothing",
    )
    .bind::<Array<SqlUuid>, _>(names.iter().map(|_| TagId::new()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(names)
    .bind::<Timestamptz, _>(now)
    .cached()
    .execute(conn)
    .await
}

/// Describes tags that nobody has described.
pub async fn describe_tags(conn: &mut Conn, descriptions: &[(String, String)]) -> QueryResult<usize> {
    let (names, texts): (Vec<&str>, Vec<&str>) = descriptions.iter().map(|(name, text)| (name.as_str(), text.as_str())).unzip();
    diesel::sql_query(
        "update tag set description = d.text from unnest($1, $2) as d (name, text) where tag.name = d.name and tag.description = ''",
    )
    .bind::<Array<Text>, _>(names)
    .bind::<Array<Text>, _>(texts)
    .cached()
    .execute(conn)
    .await
}

/// A question or answer to be inserted, rendered.
pub struct NewPost {
    pub id: PostId,
    pub question_id: PostId,
    pub import_id: String,
    pub author_id: MemberId,
    /// Questions have one, answers none.
    pub title: Option<String>,
    pub body_markdown: String,
    pub body_html: String,
    pub excerpt: String,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
}

/// Adds posts, without counting answers. Returns the ids of those that are new.
pub async fn insert_posts(conn: &mut Conn, source: &str, posts: &[NewPost]) -> QueryResult<Vec<PostId>> {
    let rows: Vec<Id<PostId>> = diesel::sql_query(
        "insert into post (id, kind, question_id, author_id, title, body_markdown, body_html, excerpt, renderer, closed_at,
                             close_reason, created_at, edited_at, import_source, import_id)
           select id, case when title is null then 'answer' else 'question' end, question_id, author_id, title, body_markdown, body_html,
                  excerpt, $12, closed_at, case when closed_at is not null then 'other' end, created_at,
                  edited_at, $11, import_id
           from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $13)
             as p (id, question_id, import_id, author_id, title, body_markdown, body_html, created_at, edited_at, closed_at, excerpt)
         on conflict do nothing
         returning id",
    )
    .bind::<Array<SqlUuid>, _>(posts.iter().map(|p| p.id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(posts.iter().map(|p| p.question_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(posts.iter().map(|p| &p.import_id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(posts.iter().map(|p| p.author_id).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(posts.iter().map(|p| p.title.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(posts.iter().map(|p| &p.body_markdown).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(posts.iter().map(|p| &p.body_html).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(posts.iter().map(|p| p.created_at).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(posts.iter().map(|p| p.edited_at).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(posts.iter().map(|p| p.closed_at).collect::<Vec<_>>())
    .bind::<Text, _>(source)
    .bind::<Int2, _>(RENDERER)
    .bind::<Array<Text>, _>(posts.iter().map(|p| &p.excerpt).collect::<Vec<_>>())
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Gives questions their tags, synonyms resolved, and counts them.
pub async fn tag_questions(conn: &mut Conn, tags: &[(PostId, String)]) -> QueryResult<()> {
    let (questions, names): (Vec<PostId>, Vec<&str>) = tags.iter().map(|(question, name)| (*question, name.as_str())).unzip();
    diesel::sql_query(
        "with tagged as (
           insert into question_tag (question_id, tag_id)
           select distinct g.question_id, coalesce(t.synonym_of, t.id) from unnest($1, $2) as g (question_id, name) join tag t using (name)
           on conflict do nothing
           returning tag_id
         )
         update tag set question_count = question_count + n
         from (select tag_id, count(*) as n from tagged group by tag_id) c where tag.id = c.tag_id",
    )
    .bind::<Array<SqlUuid>, _>(questions)
    .bind::<Array<Text>, _>(names)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// A comment to be inserted, rendered.
pub struct NewComment {
    pub id: CommentId,
    pub import_id: String,
    pub post_id: PostId,
    pub author_id: MemberId,
    pub body_markdown: String,
    pub body_html: String,
    /// Whom it names.
    pub mentions: Vec<MemberId>,
    pub created_at: DateTime<Utc>,
}

/// Who takes part in these questions' threads: by what is here, and by `more`.
pub async fn find_participants(
    conn: &mut Conn,
    questions: &[PostId],
    more: &[(PostId, MemberId)],
    but: MemberId,
) -> QueryResult<HashMap<PostId, Vec<Participant>>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        question_id: PostId,
        #[diesel(sql_type = SqlUuid)]
        id: MemberId,
        #[diesel(sql_type = Text)]
        handle: String,
        #[diesel(sql_type = Text)]
        display_name: String,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "with thread as (
           select id, question_id, author_id from post where id = any($1)
           union all
           select id, question_id, author_id from post where question_id = any($1) and kind = 'answer'
         ), part as (
           select question_id, author_id from thread
           union select t.question_id, c.author_id from thread t join comment c on c.post_id = t.id
           union select question_id, author_id from unnest($2, $3) as m (question_id, author_id)
         )
         select p.question_id, m.id, m.handle, m.display_name from part p join member m on m.id = p.author_id
         where m.erased_at is null and m.id <> $4",
    )
    .bind::<Array<SqlUuid>, _>(questions)
    .bind::<Array<SqlUuid>, _>(more.iter().map(|(question, _)| *question).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(more.iter().map(|(_, author)| *author).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(but)
    .cached()
    .load(conn)
    .await?;
    let mut participants: HashMap<PostId, Vec<Participant>> = HashMap::new();
    for Row { question_id, id, handle, display_name } in rows {
        participants.entry(question_id).or_default().push(Participant { id, handle, display_name });
    }
    Ok(participants)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Adds comments and counts them. Returns how many are new.
pub async fn insert_comments(conn: &mut Conn, source: &str, comments: &[NewComment]) -> QueryResult<usize> {
    let Count { n } = diesel::sql_query(
        "with added as (
           insert into comment (id, post_id, author_id, body_markdown, body_html, renderer, created_at, import_source, import_id)
           select id, post_id, author_id, body_markdown, body_html, $9, created_at, $8, import_id
           from unnest($1, $2, $3, $4, $5, $6, $7) as c (id, post_id, author_id, body_markdown, body_html, created_at, import_id)
           on conflict do nothing
           returning id, post_id
         ), named as (
           insert into mention (member_id, post_id, comment_id)
           select n.member_id, a.post_id, a.id from unnest($10, $11) as n (comment_id, member_id) join added a on a.id = n.comment_id
         ), counted as (
           update post_counter c set comment_count = comment_count + n
           from (select post_id, count(*) as n from added group by post_id) a where c.post_id = a.post_id
         )
         select count(*) as n from added",
    )
    .bind::<Array<SqlUuid>, _>(comments.iter().map(|c| c.id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(comments.iter().map(|c| c.post_id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(comments.iter().map(|c| c.author_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(comments.iter().map(|c| &c.body_markdown).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(comments.iter().map(|c| &c.body_html).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(comments.iter().map(|c| c.created_at).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(comments.iter().map(|c| &c.import_id).collect::<Vec<_>>())
    .bind::<Text, _>(source)
    .bind::<Int2, _>(RENDERER)
    .bind::<Array<SqlUuid>, _>(comments.iter().flat_map(|c| c.mentions.iter().map(|_| c.id)).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(comments.iter().flat_map(|c| &c.mentions).collect::<Vec<_>>())
    .cached()
    .get_result(conn)
    .await?;
    Ok(n as usize)
}

/// A vote of somebody unknown to be inserted; its value is 1 or -1.
pub struct NewVote {
    pub id: VoteId,
    pub import_id: String,
    pub post_id: PostId,
    /// 1 or -1.
    pub value: i16,
    pub cast_at: DateTime<Utc>,
}

/// Adds votes of people unknown and counts them. Returns the ids of those that are new.
pub async fn insert_votes(conn: &mut Conn, source: &str, votes: &[NewVote]) -> QueryResult<Vec<VoteId>> {
    let rows: Vec<Id<VoteId>> = diesel::sql_query(
        "with added as (
           insert into vote (id, post_id, value, cast_at, import_source, import_id)
           select id, post_id, value, cast_at, $6, import_id from unnest($1, $2, $3, $4, $5) as v (id, post_id, value, cast_at, import_id)
           on conflict do nothing
           returning id, post_id, value
         ), counted as (
           update post_counter c set up_votes = up_votes + up, down_votes = down_votes + down
           from (select post_id, count(*) filter (where value > 0) as up, count(*) filter (where value < 0) as down
                 from added group by post_id) a
           where c.post_id = a.post_id
         )
         select id from added",
    )
    .bind::<Array<SqlUuid>, _>(votes.iter().map(|v| v.id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(votes.iter().map(|v| v.post_id).collect::<Vec<_>>())
    .bind::<Array<Int2>, _>(votes.iter().map(|v| v.value).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(votes.iter().map(|v| v.cast_at).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(votes.iter().map(|v| &v.import_id).collect::<Vec<_>>())
    .bind::<Text, _>(source)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Accepts answers of questions that have none and that nobody has changed since. Returns the questions.
pub async fn accept(conn: &mut Conn, accepted: &[(PostId, PostId, DateTime<Utc>)], earns_points: bool) -> QueryResult<Vec<PostId>> {
    let rows: Vec<Id<PostId>> = diesel::sql_query(
        "update post set accepted_answer_id = a.answer_id, accepted_at = a.at, accepted_earns_points = $4
         from unnest($1, $2, $3) as a (question_id, answer_id, at)
         where post.id = a.question_id and post.accepted_answer_id is null and post.version = 1
         returning post.id",
    )
    .bind::<Array<SqlUuid>, _>(accepted.iter().map(|a| a.0).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(accepted.iter().map(|a| a.1).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(accepted.iter().map(|a| a.2).collect::<Vec<_>>())
    .bind::<Bool, _>(earns_points)
    .cached()
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// A link between two questions to be inserted.
pub struct NewLink {
    pub question_id: PostId,
    pub related_id: PostId,
    pub duplicate: bool,
    pub created_at: DateTime<Utc>,
}

/// Links questions; a closed one that duplicates another is closed for that. Returns how many links are new.
pub async fn insert_links(conn: &mut Conn, links: &[NewLink]) -> QueryResult<usize> {
    let Count { n } = diesel::sql_query(
        "with added as (
           insert into post_link (question_id, related_id, kind, created_at)
           select question_id, related_id, case when duplicate then 'duplicate' else 'linked' end, created_at
           from unnest($1, $2, $3, $4) as l (question_id, related_id, duplicate, created_at)
           on conflict do nothing
           returning question_id, related_id, kind
         ), closed as (
           update post set close_reason = 'duplicate', duplicate_of = a.related_id
           from added a where a.kind = 'duplicate' and post.id = a.question_id and post.closed_at is not null and post.version = 1
         )
         select count(*) as n from added",
    )
    .bind::<Array<SqlUuid>, _>(links.iter().map(|l| l.question_id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(links.iter().map(|l| l.related_id).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(links.iter().map(|l| l.duplicate).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(links.iter().map(|l| l.created_at).collect::<Vec<_>>())
    .cached()
    .get_result(conn)
    .await?;
    Ok(n as usize)
}
