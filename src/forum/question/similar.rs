//! Questions that share telling words with one that is about to be asked.

use std::collections::BTreeMap;

use diesel::{
    QueryResult,
    sql_types::{Array, Double, Int4, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::list::{CardRow, card_columns, card_joins};
use crate::{
    domain::MemberId,
    forum::search_document::{
        analysis::{Word, words},
        dictionary::{Spelt, mended},
        language::is_stop_word,
        store::find_neighbours,
    },
    kit::{Conn, db::CachedExt},
    visible_group,
};

/// Words that are looked at; further ones of a long text change little.
const WORDS_MAX: usize = 120;
/// Questions that are looked at: as many of the rarest words are taken as they have.
const CANDIDATES_MAX: i32 = 3_000;
const SHOWN: i32 = 5;
/// A word of the title says more than one of the body.
const TITLE_WEIGHT: f64 = 1.5;

/// A word that questions may share.
struct Telling {
    spellings: Vec<String>,
    weight: f64,
}

/// The words of a question that say something, by what a dictionary knows them by, each once.
fn telling(title: &str, body: &str) -> BTreeMap<String, Telling> {
    let mut telling = BTreeMap::new();
    for (text, weight) in [(title, TITLE_WEIGHT), (body, 1.0)] {
        for word in words(text).iter().filter(|word| !is_stop_word(&word.written)) {
            if telling.len() == WORDS_MAX {
                break;
            }
            telling.entry(word.folded().into_owned()).or_insert_with(|| Telling { spellings: word.alternatives(), weight });
        }
    }
    telling
}

/// The questions that share the rarest words, those that share most first. A word counts by how rare it is and, up to a point, how
/// often it occurs, twice in a title, and the less, the longer the question is than 150 words: the shape of Okapi BM25 (Robertson and
/// Zaragoza, 2009; b = 0.3). What a word of the title may be misspelt for counts, too. `tests/import/stackexchange.rs` measures it.
pub async fn find(conn: &mut Conn, title: &str, body: &str, member: Option<MemberId>) -> QueryResult<Vec<CardRow>> {
    let mut telling = telling(title, body);
    let spelt: Vec<Spelt> = words(title).iter().filter_map(|word: &Word| Spelt::of(word, false)).collect();
    if !spelt.is_empty() {
        for (word, others) in mended(find_neighbours(conn, &spelt).await?) {
            if let Some(telling) = telling.get_mut(&word) {
                telling.spellings.extend(others);
            }
        }
    }
    if telling.is_empty() {
        return Ok(Vec::new());
    }
    let quoted = |telling: &Telling| telling.spellings.iter().map(|spelling| format!("'{spelling}'")).collect::<Vec<_>>().join(" | ");
    diesel::sql_query(concat!(
        "with asked as (
           select a.query, a.weight * cardinality(string_to_array(a.spellings, ' ')) as weight, coalesce(max(w.documents), 1) as documents
           from unnest($1, $2, $3) as a (query, spellings, weight)
           left join search_word w on w.word = any(string_to_array(a.spellings, ' ')) group by a.query, a.spellings, a.weight
         ), taken as materialized (
           select query::tsquery as query, weight * ln(1 + (select coalesce(max(documents), 1) from search_word)::float8 / documents) as weight
           from (select *, sum(documents) over rarest as candidates, row_number() over rarest as place from asked
                 window rarest as (order by documents, query)) a
           where candidates <= $5 or place = 1
         ), found as (
           select d.post_id as id, sum(t.weight * d.share) / (0.7 + 0.3 * d.word_count / 150.0) as likeness
           from taken t cross join lateral (
             select d.post_id, d.word_count, ts_rank('{0, 0.5, 0, 1}', d.words, t.query) as share from search_document d
             where d.words @@ t.query and d.post_id = d.question_id and d.published and ",
        visible_group!("d.group_id", "$4"),
        " limit $5) d group by d.post_id, d.word_count order by likeness desc, d.post_id desc limit $6
         )
         select ",
        card_columns!(),
        " from found c join question_listing l on l.question_id = c.id ",
        card_joins!(),
        " order by c.likeness desc, c.id desc"
    ))
    .bind::<Array<Text>, _>(telling.values().map(quoted).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(telling.values().map(|telling| telling.spellings.join(" ")).collect::<Vec<_>>())
    .bind::<Array<Double>, _>(telling.values().map(|telling| telling.weight).collect::<Vec<_>>())
    .bind::<Nullable<SqlUuid>, _>(member)
    .bind::<Int4, _>(CANDIDATES_MAX)
    .bind::<Int4, _>(SHOWN)
    .cached()
    .load(conn)
    .await
}
