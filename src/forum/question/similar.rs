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
        analysis::{IN_TITLE, Word, any_of, quoted, words},
        dictionary::{Asked, Known},
        language::Spoken,
        store::find_neighbours,
    },
    kit::{Conn, db::CachedExt},
    visible_group,
};

/// Words that are looked at; further ones of a long text change little.
const WORDS_MAX: usize = 120;
/// As many of the rarest words are taken as so many posts have.
const CANDIDATES_MAX: i32 = 3_000;
const SHOWN: i32 = 5;
/// A word of the title says more than one of the body.
const TITLE_WEIGHT: f64 = 1.5;

/// A word that questions may share.
struct Telling {
    asked: Asked,
    word: Word,
    weight: f64,
}

/// The words of a question that say something, by what a dictionary knows them by, each once; those of the title may be mended.
fn telling(title: &str, body: &str, spoken: &Spoken) -> BTreeMap<String, Telling> {
    let mut telling = BTreeMap::new();
    for (text, weight) in [(title, TITLE_WEIGHT), (body, 1.0)] {
        for word in words(text).into_iter().filter(|word| !spoken.is_stop_word(&word.written)) {
            if telling.len() == WORDS_MAX {
                break;
            }
            telling.entry(word.folded().into_owned()).or_insert_with(|| {
                let asked = Asked::about(&word, false);
                Telling { asked: Asked { mendable: asked.mendable && weight == TITLE_WEIGHT, ..asked }, word, weight }
            });
        }
    }
    telling
}

/// The questions that share the rarest words, those that share most first. A word counts by how rare it is and, up to a point, how
/// often it occurs, twice in a title, and the less, the longer the question is than 150 words: the shape of Okapi BM25 (Robertson and
/// Zaragoza, 2009; b = 0.3). What a word of the title may be misspelt for counts, too. `tests/import/stackexchange.rs` measures it.
pub async fn find(conn: &mut Conn, (title, body): (&str, &str), spoken: &Spoken, member: Option<MemberId>) -> QueryResult<Vec<CardRow>> {
    let (asked, words): (Vec<Asked>, Vec<(Word, f64)>) =
        telling(title, body, spoken).into_values().map(|telling| (telling.asked, (telling.word, telling.weight))).unzip();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let known = Known::of(find_neighbours(conn, &asked).await?, spoken);
    let spellings: Vec<Vec<String>> = words.iter().map(|(word, _)| known.spellings(word)).collect();
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
             where d.words @@ (t.query && $7::tsquery) and d.published and ",
        visible_group!("d.group_id", "$4"),
        " limit $5) d group by d.post_id, d.word_count order by likeness desc, d.post_id desc limit $6
         )
         select ",
        card_columns!(),
        " from found c join question_listing l on l.question_id = c.id ",
        card_joins!(),
        " order by c.likeness desc, c.id desc"
    ))
    .bind::<Array<Text>, _>(spellings.iter().map(|spellings| any_of(spellings)).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(spellings.iter().map(|spellings| spellings.join(" ")).collect::<Vec<_>>())
    .bind::<Array<Double>, _>(words.iter().map(|(_, weight)| *weight).collect::<Vec<_>>())
    .bind::<Nullable<SqlUuid>, _>(member)
    .bind::<Int4, _>(CANDIDATES_MAX)
    .bind::<Int4, _>(SHOWN)
    .bind::<Text, _>(quoted(&IN_TITLE.to_string()))
    .cached()
    .load(conn)
    .await
}
