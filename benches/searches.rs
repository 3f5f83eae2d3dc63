//! A thousand searches of a forum, named by their kinds.

use std::{cmp::Reverse, collections::HashMap};

use anyhow::Context;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    databases::Databases,
    load::{self, Requests},
};

/// A kind of searches, and their paths.
pub struct Searches {
    pub kind: &'static str,
    paths: Vec<String>,
}

impl Searches {
    /// The paths in turn.
    pub fn requests(&self) -> Requests {
        let requests: Vec<_> = self.paths.iter().map(|path| load::get(path, "").next()).collect();
        Requests::new(move |n| requests[n as usize % requests.len()].clone())
    }
}

/// 300 of two words of a text, 200 of which one is misspelt, 100 with umlauts spelt out, 100 in Chinese, 100 of one of the commonest
/// words, 100 of one unfinished word; and 100 questions, to which similar ones are looked for by title and body.
pub fn of(databases: &Databases) -> anyhow::Result<Vec<Searches>> {
    let texts = |condition: &str, texts: usize| {
        databases.rows(&format!("select body_markdown from post where {condition} order by md5(id::text) limit {texts}"))
    };
    let latin = texts("body_markdown ~ '^A note: [a-z .]*\n\n'", 1_000)?;
    let umlauts = texts("body_markdown ~ '^A note: [a-z .]*[äü]'", 100)?;
    let chinese = texts("body_markdown ~ '^A note: [一-龥]'", 100)?;
    let questions = databases.rows(
        "select split_part(title, ' number ', 1) || E'\t' || body_markdown from post where kind = 'question' order by md5(id::text) limit 100",
    )?;
    let search = |words: String| format!("/api/v1/search?q={}", utf8_percent_encode(&words, NON_ALPHANUMERIC));
    let words = |text: &str, n: usize| {
        let words: Vec<&str> =
            text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 3 && *word != "note").collect();
        [words[n % words.len()].to_owned(), words[(n * 7 + 5) % words.len()].to_owned()]
    };
    let each = |texts: &[String], of: &dyn Fn(usize, &str) -> String| {
        let paths = texts.iter().enumerate().map(|(n, text)| search(of(n, text)));
        paths.collect::<Vec<_>>()
    };
    let misspelt = |n: usize, text: &str| {
        let [first, second] = words(text, n);
        let mut letters: Vec<char> = first.chars().collect();
        letters.swap(1, 2);
        format!("{} {second}", letters.into_iter().collect::<String>())
    };
    let spelt_out = |n: usize, text: &str| words(text, n).join(" ").replace('ä', "ae").replace('ü', "ue");
    let two_or_more = |n: usize, text: &str| text.chars().skip(8 + n).take(2 + n % 3).filter(|c| *c != '，').collect();
    let similar = |question: &String| {
        let (title, body) = question.split_once('\t').context("no title")?;
        let [title, body] = [title, body].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string());
        anyhow::Ok(format!("/api/v1/questions/similar?title={title}&body={body}"))
    };
    let mut counts: HashMap<String, usize> = HashMap::new();
    latin.iter().flat_map(|text| words(text, 0)).for_each(|word| *counts.entry(word).or_default() += 1);
    let mut common: Vec<_> = counts.into_iter().map(|(word, count)| (Reverse(count), word)).collect();
    common.sort();
    let common = (0..100).map(|n| search(common[n % 20].1.clone())).collect();
    Ok(vec![
        Searches { kind: "two words", paths: each(&latin[..300], &|n, text| words(text, n).join(" ")) },
        Searches { kind: "one of two misspelt", paths: each(&latin[300..500], &misspelt) },
        Searches { kind: "umlauts spelt out", paths: each(&umlauts, &spelt_out) },
        Searches { kind: "Chinese", paths: each(&chinese, &two_or_more) },
        Searches { kind: "one of the commonest words", paths: common },
        Searches { kind: "one unfinished word", paths: each(&latin[500..600], &|n, text| words(text, n)[0].chars().take(4).collect()) },
        Searches { kind: "similar, by title and body", paths: questions.iter().map(similar).collect::<anyhow::Result<_>>()? },
    ])
}
