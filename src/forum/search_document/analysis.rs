//! The words that a text is found by: as they are written, folded, and stemmed.
//!
//! A post and a search are taken apart alike. Letters and digits make words; whatever stands between them parts them, so that a
//! path, a URL or an identifier is found by its parts, and as a whole by their order. What is written without spaces (Chinese,
//! Japanese, Korean, Thai and their like) makes pairs of neighbouring characters.

use std::{borrow::Cow, fmt::Write, ops::Range};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::language::{self, Language};
use crate::{domain::PostId, kit::text::has_no_width};

/// Characters of a word that count; what is longer is no word.
const WORD_CHARS_MAX: usize = 60;
/// Shorter stems are of another word: too much was taken off.
const STEM_CHARS_MIN: usize = 3;
/// Between the title's last word and the body's first, so that no phrase goes across.
const GAP: usize = 10;

/// A word, and where it stands in its text, in bytes.
#[derive(Debug, PartialEq)]
pub struct Word {
    pub range: Range<usize>,
    /// In small letters, composed (NFKC).
    pub written: String,
    /// Characters of a writing without spaces, two of them or the last one of a run.
    pub pair: bool,
}

/// The words of a text, in order.
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some(&(start, first)) = chars.peek() {
        if !first.is_alphanumeric() {
            chars.next();
            continue;
        }
        let unspaced = is_unspaced(first);
        let mut end = start;
        while let Some((at, c)) = chars.next_if(|(_, c)| belongs(*c) || (c.is_alphanumeric() && is_unspaced(*c) == unspaced)) {
            end = at + c.len_utf8();
        }
        if unspaced {
            push_pairs(&mut words, text, start..end);
            continue;
        }
        let end = end + symbols_after(&text[start..end], &text[end..]);
        let written =
            text[start..end].nfkc().filter(|c| !has_no_width(*c)).flat_map(char::to_lowercase).take(WORD_CHARS_MAX).nfc().collect();
        words.push(Word { range: start..end, written, pair: false });
    }
    words
}

/// Whether a character continues a word but begins none: accents of decomposed text, soft hyphens, joiners.
fn belongs(c: char) -> bool {
    is_combining_mark(c) || has_no_width(c)
}

/// Whether a character is of a writing without spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(c as u32,
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF // Thai and Lao, Burmese, Khmer
        | 0x1100..=0x11FF | 0x3130..=0x318F | 0xA960..=0xA97F | 0xAC00..=0xD7FF | 0xFFA0..=0xFFDC // Hangul
        | 0x3005..=0x3007 | 0x3041..=0x30FF | 0x31F0..=0x31FF | 0xFF66..=0xFF9F // Kana
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF) // Han
}

/// The bytes of what belongs to a name such as C++ or C#.
fn symbols_after(word: &str, rest: &str) -> usize {
    let symbols = if rest.starts_with("++") { 2 } else { usize::from(rest.starts_with('#')) };
    let named = word.chars().all(char::is_alphabetic) && !rest[symbols..].starts_with(char::is_alphabetic);
    if named { symbols } else { 0 }
}

fn push_pairs(words: &mut Vec<Word>, text: &str, run: Range<usize>) {
    let raw: Vec<(usize, char)> = text[run.clone()].char_indices().filter(|(_, c)| !has_no_width(*c)).collect();
    let composed: Vec<char> = text[run.clone()].nfkc().filter(|c| !has_no_width(*c)).collect();
    for (n, first) in composed.iter().enumerate() {
        let second = composed.get(n + 1);
        // A decomposed run stands as a whole for each of its pairs.
        let range = if raw.len() == composed.len() {
            let (last_at, last) = raw[(n + 1).min(raw.len() - 1)];
            run.start + raw[n].0..run.start + last_at + last.len_utf8()
        } else {
            run.clone()
        };
        words.push(Word { range, written: std::iter::once(first).chain(second).collect(), pair: true });
    }
}

/// The word without what people leave out: accents, and letters that only some alphabets have.
fn folded(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        return Cow::Borrowed(word);
    }
    let mut plain = String::with_capacity(word.len());
    for c in word.nfd().filter(|c| !is_accent(*c)) {
        match c {
            'ς' => plain.push('σ'),
            'ə' => plain.push('e'),
            '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => {
                plain.extend(deunicode::deunicode_char(c).unwrap_or_default().chars().flat_map(char::to_lowercase));
            }
            c => plain.push(c),
        }
    }
    Cow::Owned(plain.nfc().collect())
}

/// Accents of the Latin, Greek and Cyrillic alphabets, Hebrew points and Arabic vowel signs. Marks of other writings are letters.
fn is_accent(c: char) -> bool {
    matches!(c as u32, 0x0300..=0x036F | 0x0591..=0x05C7 | 0x0640 | 0x064B..=0x065F | 0x0670)
}

/// The word as those spell it who have no umlauts on their keyboards, folded; None where it has none.
fn spelt_out(word: &str) -> Option<String> {
    if !word.contains(['ä', 'ö', 'ü', 'ø', 'å']) {
        return None;
    }
    let spelt: String = word
        .chars()
        .map(|c| match c {
            'ä' => Cow::Borrowed("ae"),
            'ö' | 'ø' => Cow::Borrowed("oe"),
            'ü' => Cow::Borrowed("ue"),
            'å' => Cow::Borrowed("aa"),
            c => Cow::Owned(c.to_string()),
        })
        .collect();
    Some(folded(&spelt).into_owned())
}

impl Word {
    /// The word as it is written, folded: what a dictionary knows it by.
    pub fn folded(&self) -> Cow<'_, str> {
        folded(&self.written)
    }

    /// What a post in this language is found by for this word.
    pub fn lexemes(&self, language: &Language) -> Vec<String> {
        self.with(|| vec![language.stem(&self.written).into_owned()])
    }

    /// What a search for this word looks for, in whatever language.
    pub fn alternatives(&self) -> Vec<String> {
        self.with(|| language::stems(&self.written))
    }

    fn with(&self, stems: impl FnOnce() -> Vec<String>) -> Vec<String> {
        let mut lexemes = vec![self.folded().into_owned()];
        if !self.pair {
            lexemes.extend(spelt_out(&self.written));
            let stems = stems();
            lexemes.extend(stems.iter().filter(|stem| stem.chars().count() >= STEM_CHARS_MIN).map(|stem| folded(stem).into_owned()));
            lexemes.retain(|lexeme| !lexeme.is_empty());
            lexemes.sort_unstable();
            lexemes.dedup();
        }
        lexemes
    }
}

/// What a post is found by.
pub struct Document {
    pub post_id: PostId,
    pub language: &'static Language,
    /// How many words it has.
    pub word_count: i32,
    /// A `tsvector`: the title's words with weight A, the body's with C.
    pub vector: String,
}

impl Document {
    /// Takes a post apart: its title, which answers have none of, and its body. `otherwise` is the code of its language where
    /// that cannot be told.
    pub fn of(post_id: PostId, title: &str, body: &str, otherwise: &str) -> Self {
        let language = language::detect(&format!("{title}\n{body}")).unwrap_or_else(|| language::known(otherwise));
        let vector = String::with_capacity(2 * (title.len() + body.len()));
        let mut document = Self { post_id, language, word_count: 0, vector };
        let mut position = 0;
        for (text, weight) in [(title, 'A'), (body, 'C')] {
            for word in words(text) {
                document.word_count += 1;
                position += 1;
                document.add(&word, position, weight);
                for (n, part) in humps(&text[word.range.clone()]).enumerate() {
                    position += usize::from(n > 0);
                    for word in words(part) {
                        document.add(&word, position, weight);
                    }
                }
            }
            position += GAP;
        }
        document
    }

    fn add(&mut self, word: &Word, position: usize, weight: char) {
        for lexeme in word.lexemes(self.language) {
            // Lexemes have no quotes and no backslashes: both part words.
            write!(self.vector, "'{lexeme}':{position}{weight} ").expect("a String takes everything");
        }
    }
}

/// The parts of an identifier such as camelCase; none where it has but one.
fn humps(word: &str) -> impl Iterator<Item = &str> {
    let mut starts = vec![0];
    let mut before = None;
    for (at, c) in word.char_indices() {
        if c.is_uppercase() && before.is_some_and(char::is_lowercase) {
            starts.push(at);
        }
        before = Some(c);
    }
    let parts = if starts.len() > 1 { starts.len() } else { 0 };
    starts.push(word.len());
    (0..parts).map(move |n| &word[starts[n]..starts[n + 1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.written).collect()
    }

    #[test]
    fn a_text_is_taken_apart_into_words() {
        for (text, expected) in [
            ("Burr GRINDERS, please!", "burr grinders please"),
            ("/etc/coffeed/brew.conf", "etc coffeed brew conf"),
            ("see https://shop.example/a_b?x=1.", "see https shop example a b x 1"),
            ("std::vec in C++11, C# and a+b", "std vec in c++ 11 c# and a b"),
            ("don't", "don t"),
            ("Ka\u{308}se ka\u{ad}ffee", "käse kaffee"),
            ("ﬁne ① ＡＢＣ", "fine 1 abc"),
            ("咖啡机坏了", "咖啡 啡机 机坏 坏了 了"),
            ("Espresso机で", "espresso 机で で"),
            ("ｶﾞｽ", "ガス ス"),
            ("한국어", "한국 국어 어"),
            ("हिन्दी", "हिन्दी"),
            ("😀 --- ''", ""),
        ] {
            assert_eq!(written(text).join(" "), expected, "{text}");
        }
        let decomposed: String = "한국어".nfd().collect();
        assert_eq!(written(&decomposed), written("한국어"));
        assert_eq!(words("ab 咖啡机").iter().map(|word| word.range.clone()).collect::<Vec<_>>(), [0..2, 3..9, 6..12, 9..12]);
        assert_eq!(written(&"x".repeat(30_000))[0].len(), WORD_CHARS_MAX);
    }

    #[test]
    fn whoever_types_without_accents_finds_what_has_them() {
        let finds = |query: &str, text: &str, code: &str| {
            let (word, found) = (&words(query)[0], &words(text)[0]);
            let lexemes = found.lexemes(language::known(code));
            word.alternatives().iter().any(|alternative| lexemes.contains(alternative))
        };
        for (query, text, code) in [
            ("schlueter", "Schlüter", "de"),
            ("schluter", "Schlüter", "de"),
            ("Schlüter", "Schlueter", "de"),
            ("schlueter", "Schlüter", "en"),
            ("heiss", "heiß", "de"),
            ("Strasse", "Straße", "de"),
            ("Straße", "STRASSE", "de"),
            ("muehlen", "Mühle", "de"),
            ("Mühle", "muehlen", "de"),
            ("Häuser", "Haus", "de"),
            ("haus", "Häuser", "de"),
            ("regler", "Régler", "fr"),
            ("degirmen", "değirmen", "tr"),
            ("DEĞİRMEN", "değirmen", "tr"),
            ("isik", "ışık", "tr"),
            ("lodz", "Łódź", "pl"),
            ("smorrebrod", "smørrebrød", "da"),
            ("елка", "Ёлка", "ru"),
            ("cafe", "cafe\u{301}", "fr"),
            ("grinder", "grinders", "en"),
            ("grinders", "grinder", "en"),
            ("καφες", "Καφές", "el"),
            ("c++", "C++", "en"),
        ] {
            assert!(finds(query, text, code), "{query} {text}");
        }
        for (query, text, code) in [("c", "C++", "en"), ("haus", "Maus", "de"), ("kafe", "cafe", "fr")] {
            assert!(!finds(query, text, code), "{query} {text}");
        }
    }

    #[test]
    fn a_post_becomes_a_vector() {
        let document = Document::of(PostId::new(), "Grinders", "the brewConf", "en");
        assert_eq!(document.vector.trim_end(), "'grinder':1A 'grinders':1A 'the':12C 'brewconf':13C 'brew':13C 'conf':14C");
        assert_eq!((document.word_count, document.language.code), (3, "en"));
    }
}
