//! What posts are found by, and all their words, in PostgreSQL. Triggers add a document with its post, and follow the post's group,
//! author and state.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Bool, Int2, Int4, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::{
    analysis::Document,
    dictionary::{COMMON, COMMONER, Counted, Neighbour, Spelt, WORD_CHARS},
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

/// Some posts whose words were made otherwise than today, or not yet; locked, but those that others have locked.
pub async fn find_stale(conn: &mut Conn, rows: i32) -> QueryResult<Vec<Stale>> {
    diesel::sql_query(
        "select p.id, coalesce(p.title, '') as title, p.body_markdown
         from (select post_id from search_document where analyzer < $1 order by analyzer, post_id limit $2 for no key update skip locked) d
         join post p on p.id = d.post_id",
    )
    .bind::<Int2, _>(ANALYZER)
    .bind::<Int4, _>(rows)
    .cached()
    .load(conn)
    .await
}

/// The words nearest to those that hardly any post has, and that begin none, where they may be unfinished.
pub async fn find_neighbours(conn: &mut Conn, words: &[Spelt]) -> QueryResult<Vec<Neighbour>> {
    diesel::sql_query(
        "select a.word, n.word as neighbour, n.documents, a.documents as known
         from (select a.word, a.unfinished, coalesce(max(k.documents), 0) as documents
               from unnest($1, $2, $3) as a (word, spellings, unfinished)
               left join search_word k on k.word = any(string_to_array(a.spellings, ' ')) group by a.word, a.unfinished) a
         cross join lateral (select s.word, s.documents from search_word s order by s.word <-> a.word limit $4) n
         where a.documents < $6 and n.documents > a.documents * $5 and not (a.unfinished and exists (
           select from search_word s where s.word >= a.word collate \"C\" and s.word < (a.word || chr(1114111)) collate \"C\"))",
    )
    .bind::<Array<Text>, _>(words.iter().map(|spelt| &spelt.word).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(words.iter().map(|spelt| spelt.spellings.join(" ")).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(words.iter().map(|spelt| spelt.unfinished).collect::<Vec<_>>())
    .bind::<Int4, _>(NEIGHBOURS)
    .bind::<Int4, _>(COMMONER)
    .bind::<Int4, _>(COMMON)
    .cached()
    .load(conn)
    .await
}

/// When the words were counted last, and how much was written since then and by now.
pub async fn find_count(conn: &mut Conn) -> QueryResult<Counted> {
    diesel::sql_query(
        "select c.counted_at, c.documents_written as written_then, s.n_tup_ins + s.n_tup_upd as written_now, s.n_live_tup as documents
         from pg_stat_user_tables s left join search_word_count c on true where s.relid = 'search_document'::regclass",
    )
    .cached()
    .get_result(conn)
    .await
}

/// Counts all words anew that at least one post in `one_in` has. Reads every document.
pub async fn count_words(conn: &mut Conn, one_in: i32, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::sql_query(
        "with counted as materialized (
           select word, (2 ^ floor(log(2, ndoc)))::int as documents from ts_stat('select words from search_document where words is not null')
           where length(word) between $1 and $2 and word !~ '[0-9+#]'
             and ndoc > (select greatest(reltuples, 0)::int / $3 from pg_class where oid = 'search_document'::regclass)
         ), gone as (
           delete from search_word w where not exists (select from counted c where c.word = w.word)
         ), noted as (
           insert into search_word_count (counted_at, documents_written)
           select $4, n_tup_ins + n_tup_upd from pg_stat_user_tables where relid = 'search_document'::regclass
           on conflict (id) do update set counted_at = excluded.counted_at, documents_written = excluded.documents_written
         )
         insert into search_word (word, documents) select word, documents from counted
         on conflict (word) do update set documents = excluded.documents where search_word.documents <> excluded.documents",
    )
    .bind::<Int4, _>(*WORD_CHARS.start() as i32)
    .bind::<Int4, _>(*WORD_CHARS.end() as i32)
    .bind::<Int4, _>(one_in)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes words out of the dictionary, until they are counted again.
pub async fn delete_words(conn: &mut Conn, words: &[String]) -> QueryResult<()> {
    diesel::sql_query("delete from search_word where word = any($1)").bind::<Array<Text>, _>(words).cached().execute(conn).await?;
    Ok(())
}
