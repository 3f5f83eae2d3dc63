//! What posts are found by, and all their words, in PostgreSQL. Triggers add a document with its post, and follow the post's group,
//! author and state.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Bool, Int2, Int4, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::{
    analysis::Document,
    dictionary::{Asked, COMMON, COMMONER, Counted, MENDED_WORDS_MAX, Neighbour},
};
use crate::{
    domain::PostId,
    kit::{Conn, db::CachedExt},
};

/// How posts are taken apart at present. It goes up with each change of that; older documents are then made anew by and by.
const ANALYZER: i16 = 1;
/// Words this near are looked at.
const NEIGHBOURS: i32 = 100;

/// Sets what posts are found by.
pub async fn put(conn: &mut Conn, documents: &[Document]) -> QueryResult<()> {
    diesel::sql_query(
        "update search_document d set language = t.language, word_count = t.word_count, words = t.words::tsvector, analyzer = $5
         from unnest($1, $2, $3, $4) as t (post_id, language, word_count, words) where d.post_id = t.post_id",
    )
    .bind::<Array<SqlUuid>, _>(documents.iter().map(|document| document.post_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(documents.iter().map(|document| document.language.code).collect::<Vec<_>>())
    .bind::<Array<Int4>, _>(documents.iter().map(|document| document.word_count).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(documents.iter().map(|document| &document.vector).collect::<Vec<_>>())
    .bind::<Int2, _>(ANALYZER)
    .cached()
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes the words of these posts away; they are made anew within a minute.
pub async fn empty(conn: &mut Conn, posts: &[PostId]) -> QueryResult<()> {
    diesel::sql_query("update search_document set language = null, word_count = 0, words = null, analyzer = 0 where post_id = any($1)")
        .bind::<Array<SqlUuid>, _>(posts)
        .cached()
        .execute(conn)
        .await?;
    Ok(())
}

/// The text of a post whose words are to be made anew.
#[derive(QueryableByName)]
pub struct Stale {
    #[diesel(sql_type = SqlUuid)]
    pub id: PostId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub body_markdown: String,
}

/// How many posts have words that were made otherwise than today, or none yet.
pub async fn count_stale(conn: &mut Conn) -> QueryResult<u64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        posts: i64,
    }
    let count: Count = diesel::sql_query("select count(*) as posts from search_document where analyzer < $1")
        .bind::<Int2, _>(ANALYZER)
        .cached()
        .get_result(conn)
        .await?;
    Ok(count.posts as u64)
}

/// Some posts whose words were made otherwise than today, or not yet; their documents locked, but those that others have locked.
pub async fn find_stale(conn: &mut Conn, rows: i32) -> QueryResult<Vec<Stale>> {
    #[derive(QueryableByName)]
    struct Id {
        #[diesel(sql_type = SqlUuid)]
        post_id: PostId,
    }
    let ids: Vec<Id> = diesel::sql_query(
        "select post_id from search_document where analyzer < $1 order by analyzer, post_id limit $2 for no key update skip locked",
    )
    .bind::<Int2, _>(ANALYZER)
    .bind::<Int4, _>(rows)
    .cached()
    .load(conn)
    .await?;
    // A statement of its own: it sees what whoever had them locked a moment ago has written.
    diesel::sql_query("select id, coalesce(title, '') as title, body_markdown from post where id = any($1)")
        .bind::<Array<SqlUuid>, _>(ids.iter().map(|row| row.post_id).collect::<Vec<_>>())
        .cached()
        .load(conn)
        .await
}

/// At how many posts these words stand; and the words nearest to some of those that hardly any post has, but for such as begin
/// others and may be unfinished.
pub async fn find_neighbours(conn: &mut Conn, words: &[Asked]) -> QueryResult<Vec<Neighbour>> {
    diesel::sql_query(
        "with asked as (
           select a.word, bool_and(a.unfinished) as unfinished, bool_and(a.mendable) as mendable, coalesce(max(k.documents), 0) as known
           from unnest($1, $2, $3, $4) as a (word, spellings, unfinished, mendable)
           left join search_word k on k.word = any(string_to_array(a.spellings, ' ')) group by a.word
         ), rare as (
           select *, mendable and known < $7 and not (unfinished and exists (
                    select from search_word s where s.word >= a.word collate \"C\" and s.word < (a.word || chr(1114111)) collate \"C\"))
                    as misspelt
           from asked a
         ), mended as materialized (
           select word, known, misspelt and count(*) filter (where misspelt) over (order by word) <= $8 as misspelt from rare
         )
         select a.word, a.known, n.word as neighbour, n.documents,
                (select string_agg(substr(word, 2), ' ') from search_word where word >= '@' and word < 'A') as languages
         from mended a left join lateral (
           select s.word, s.documents from search_word s where a.misspelt and mends(s.word) order by s.word <-> a.word limit $5) n
           on n.documents > a.known * $6",
    )
    .bind::<Array<Text>, _>(words.iter().map(|asked| &asked.word).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(words.iter().map(|asked| asked.spellings.join(" ")).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(words.iter().map(|asked| asked.unfinished).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(words.iter().map(|asked| asked.mendable).collect::<Vec<_>>())
    .bind::<Int4, _>(NEIGHBOURS)
    .bind::<Int4, _>(COMMONER)
    .bind::<Int4, _>(COMMON)
    .bind::<Int4, _>(MENDED_WORDS_MAX)
    .cached()
    .load(conn)
    .await
}

/// When the words were counted last, and how much was written since then and by now.
pub async fn find_count(conn: &mut Conn) -> QueryResult<Counted> {
    diesel::sql_query(
        "select c.counted_at, c.documents_written as written_then, s.n_tup_upd as written_now,
                (select greatest(reltuples, 0)::int8 from pg_class where oid = s.relid) as documents
         from search_word_count c cross join pg_stat_user_tables s where s.relid = 'search_document'::regclass",
    )
    .cached()
    .get_result(conn)
    .await
}

/// Counts all words anew that more than one post in `one_in` has. Reads every document, and then holds up those who take words out
/// for as long as it takes to write. False where somebody did so meanwhile: what was read may have what they took out.
pub async fn count_words(conn: &mut Conn, one_in: i32, now: DateTime<Utc>) -> QueryResult<bool> {
    let before = find_deletions(conn).await?;
    diesel::sql_query(
        "create temporary table counted on commit drop as
         select word, (2 ^ floor(log(2, ndoc)))::int as documents from ts_stat('select words from search_document where words is not null')
         where word !~ '^\\^' and ndoc > (select greatest(reltuples, 0)::int / $1 from pg_class where oid = 'search_document'::regclass)",
    )
    .bind::<Int4, _>(one_in)
    .execute(conn)
    .await?;
    conn.batch_execute("analyze counted; lock table search_word in share row exclusive mode").await?;
    if find_deletions(conn).await? != before {
        return Ok(false);
    }
    conn.batch_execute(
        "delete from search_word w where not exists (select from counted c where c.word = w.word);
         insert into search_word (word, documents) select word, documents from counted
         on conflict (word) do update set documents = excluded.documents where search_word.documents <> excluded.documents",
    )
    .await?;
    diesel::sql_query(
        "update search_word_count
         set counted_at = $1, documents_written = (select n_tup_upd from pg_stat_user_tables where relid = 'search_document'::regclass)",
    )
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(true)
}

async fn find_deletions(conn: &mut Conn) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Deletions {
        #[diesel(sql_type = BigInt)]
        deletions: i64,
    }
    let row: Deletions = diesel::sql_query("select deletions from search_word_count").get_result(conn).await?;
    Ok(row.deletions)
}

/// Takes words out of the dictionary, until all are counted again.
pub async fn delete_words(conn: &mut Conn, words: &[String]) -> QueryResult<()> {
    // In this order: whoever counts locks the table first, too.
    diesel::sql_query("delete from search_word where word = any($1)").bind::<Array<Text>, _>(words).cached().execute(conn).await?;
    diesel::sql_query("update search_word_count set deletions = deletions + 1").cached().execute(conn).await?;
    Ok(())
}
