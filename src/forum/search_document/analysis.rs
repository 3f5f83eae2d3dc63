//! The words that a text is found by: as they are written, folded, and stemmed.
//!
//! A post and a search are taken apart alike. Letters and digits make words; whatever stands between them parts them, so that a
//! path, a URL or an identifier is found by its parts, and as a whole by their order. What is written without spaces (Chinese,
//! Japanese, Korean, Thai and their like) makes pairs of neighbouring characters.

use std::{borrow::Cow, ops::Range};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::language::{self, Language};
use crate::{domain::PostId, kit::text::has_no_width};

/// Characters of a word that count; what is longer is no word.
const WORD_CHARS_MAX: usize = 60;
/// Before a language's code, says that the post is in it.
pub const LANGUAGE: char = '@';
/// Before a lexeme, says that it stands in a title; alone, that the post has one.
pub const IN_TITLE: char = '^';
/// A name such as C++ is not taken for its letters if it has so few.
const NAME_CHARS_MAX: usize = 2;
/// The weights of what stands in a title, and in a body.
const TITLE: char = 'A';
const BODY: char = 'C';
/// Shorter stems are of another word: too much was taken off.
const STEM_CHARS_MIN: usize = 3;
/// Between the title's last word and the body's first, and the like, so that no phrase goes across.
const GAP: usize = 2;

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
        } else {
            let end = end + symbols_after(&text[start..end], &text[end..]);
            words.push(Word { range: start..end, written: written(&text[start..end]), pair: false });
        }
    }
    // Marks that stand alone are nothing.
    words.retain(|word| !word.folded().is_empty());
    words
}

/// The word in small letters, composed.
fn written(word: &str) -> String {
    if word.is_ascii() {
        return word[..word.len().min(WORD_CHARS_MAX)].to_ascii_lowercase();
    }
    word.nfkc().filter(|c| !has_no_width(*c)).flat_map(char::to_lowercase).take(WORD_CHARS_MAX).nfc().collect()
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

/// Whether a character composes with the one before it, besides marks: Hangul vowels and finals, half-width voicing.
fn composes(c: char) -> bool {
    belongs(c) || matches!(c as u32, 0x1160..=0x11FF | 0xD7B0..=0xD7FF | 0xFF9E | 0xFF9F)
}

/// The bytes of what belongs to a name such as C++ or C#.
fn symbols_after(word: &str, rest: &str) -> usize {
    let symbols = if rest.starts_with("++") { 2 } else { usize::from(rest.starts_with('#')) };
    let named = word.chars().all(char::is_alphabetic) && !rest[symbols..].starts_with(char::is_alphabetic);
    if named { symbols } else { 0 }
}

fn push_pairs(words: &mut Vec<Word>, text: &str, run: Range<usize>) {
    let mut composed: Vec<(char, Range<usize>)> = Vec::new();
    let mut chars = text[run.clone()].char_indices().peekable();
    while let Some((at, first)) = chars.next() {
        let mut end = at + first.len_utf8();
        while let Some((at, c)) = chars.next_if(|(_, c)| composes(*c)) {
            end = at + c.len_utf8();
        }
        let range = run.start + at..run.start + end;
        composed.extend(text[range.clone()].nfkc().filter(|c| !has_no_width(*c) && !is_accent(*c)).map(|c| (c, range.clone())));
    }
    for (n, (first, range)) in composed.iter().enumerate() {
        let second = composed.get(n + 1);
        let end = second.map_or(range.end, |(_, range)| range.end);
        words.push(Word { range: range.start..end, written: std::iter::once(first).chain(second.map(|(c, _)| c)).collect(), pair: true });
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
                // Of some letters it makes symbols.
                let ascii = deunicode::deunicode_char(c).filter(|ascii| ascii.bytes().all(|byte| byte.is_ascii_alphanumeric()));
                match ascii {
                    Some(ascii) => plain.push_str(&ascii.to_ascii_lowercase()),
                    None => plain.push(c),
                }
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
        self.spellings(std::iter::once(language))
    }

    /// What a search for this word looks for in posts of these languages: as it is written, and its stem in each.
    pub fn spellings<'a>(&self, languages: impl IntoIterator<Item = &'a Language>) -> Vec<String> {
        let mut lexemes = vec![self.folded().into_owned()];
        if self.pair {
            return lexemes;
        }
        lexemes.extend(spelt_out(&self.written));
        let name = self.written.trim_end_matches(['+', '#']);
        if name.len() < self.written.len() && name.chars().count() > NAME_CHARS_MAX {
            lexemes.push(folded(name).into_owned());
        }
        // Of one language each: what is a stem in one is a word of its own in another.
        let stem = |language: &'a Language| (language.code, folded(&language.stem(&self.written)).into_owned());
        let stems = languages.into_iter().map(stem).filter(|(_, stem)| stem.chars().count() >= STEM_CHARS_MIN);
        lexemes.extend(stems.map(|(code, stem)| format!("{code}:{stem}")));
        lexemes.retain(|lexeme| !lexeme.is_empty());
        lexemes.sort_unstable();
        lexemes.dedup();
        lexemes
    }
}

/// A lexeme as `tsvector` and `tsquery` take it.
pub fn quoted(lexeme: &str) -> String {
    format!("'{}'", lexeme.replace('\\', "\\\\").replace('\'', "''"))
}

/// Any of these, as a `tsquery`.
pub fn any_of(lexemes: &[String]) -> String {
    format!("({})", lexemes.iter().map(|lexeme| quoted(lexeme)).collect::<Vec<_>>().join(" | "))
}

/// What a post is found by.
pub struct Document {
    pub post_id: PostId,
    pub language: &'static Language,
    /// How many words it has.
    pub word_count: i32,
    /// A `tsvector`: the title's words with weight A, and once more as [`IN_TITLE`]; the body's with C.
    pub vector: String,
}

impl Document {
    /// Takes a post apart: its title, which answers have none of, and its body. `site` is the code of its language where that cannot
    /// be told. PostgreSQL keeps no position beyond 16,383: no phrase is found behind that word.
    pub fn of(post_id: PostId, title: &str, body: &str, site: &str) -> Self {
        let language = language::detect(&format!("{title}\n{body}")).unwrap_or_else(|| language::known(site));
        let vector = String::with_capacity(3 * (title.len() + body.len()));
        let mut document = Self { post_id, language, word_count: 0, vector };
        document.push(&format!("{LANGUAGE}{}", language.code), "");
        if !title.is_empty() {
            document.push(&IN_TITLE.to_string(), "");
        }
        let (mut position, mut parts) = (0, Vec::new());
        for (text, weight) in [(title, TITLE), (body, BODY)] {
            for word in words(text) {
                document.word_count += 1;
                position += 1;
                document.add(&word, position, weight);
                parts.extend(humps(&text[word.range.clone()]).map(|parts| (parts, weight)));
            }
            position += GAP;
        }
        // Behind all else, so that what stands there follows each other as it is searched for.
        for (parts, weight) in parts {
            for word in parts.iter().flat_map(|part| words(part)) {
                position += 1;
                document.add(&word, position, weight);
            }
            position += GAP;
        }
        document
    }

    fn add(&mut self, word: &Word, position: usize, weight: char) {
        for lexeme in word.lexemes(self.language) {
            self.push(&lexeme, &format!(":{position}{weight}"));
            if weight == TITLE {
                self.push(&format!("{IN_TITLE}{lexeme}"), "");
            }
        }
    }

    fn push(&mut self, lexeme: &str, place: &str) {
        self.vector.extend([&quoted(lexeme), place, " "]);
    }
}

/// The parts of an identifier such as camelCase; None where it has but one.
fn humps(word: &str) -> Option<Vec<&str>> {
    let mut starts = vec![0];
    let mut before = None;
    for (at, c) in word.char_indices() {
        if c.is_uppercase() && before.is_some_and(char::is_lowercase) {
            starts.push(at);
        }
        before = Some(c);
    }
    let ends = starts.iter().skip(1).copied().chain([word.len()]);
    (starts.len() > 1).then(|| starts.iter().zip(ends).map(|(start, end)| &word[*start..end]).collect())
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
            word.spellings(language::all()).iter().any(|spelling| lexemes.contains(spelling))
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
            ("issue", "issue#12", "en"),
        ] {
            assert!(finds(query, text, code), "{query} {text}");
        }
        for (query, text, code) in
            [("c", "C++", "en"), ("haus", "Maus", "de"), ("kafe", "cafe", "fr"), ("permission", "mission", "en"), ("dollar", "doll", "en")]
        {
            assert!(!finds(query, text, code), "{query} {text}");
        }
    }

    #[test]
    fn a_post_becomes_a_vector() {
        let document = Document::of(PostId::new(), "Grinders", "brewConf is the", "en");
        let expected = "'@en' '^' 'en:grinder':1A '^en:grinder' 'grinders':1A '^grinders' 'brewconf':4C 'en:brewconf':4C 'is':5C 'en:the':6C 'the':6C \
                        'brew':9C 'en:brew':9C 'conf':10C 'en:conf':10C ";
        assert_eq!(document.vector, expected);
        assert_eq!((document.word_count, document.language.code), (4, "en"));
    }

    /// Whatever people write, PostgreSQL takes it: no lexeme is empty, and ranges are of whole characters.
    #[test]
    fn every_character_can_be_written_and_searched_for() {
        let texts = (1..=0x2FFFF_u32).filter_map(char::from_u32).flat_map(|c| [format!("{c}"), format!("机{c}a{c}")]);
        for text in texts.chain(["ɂ", "ـ", "ـــ", "机\u{301}", "\u{301}", "Zalg\u{301}\u{302}o", "ﷺ", "각\u{11a8}"].map(str::to_owned))
        {
            for word in words(&text) {
                assert!(text.get(word.range.clone()).is_some_and(|part| !part.is_empty()), "{text:?}");
                let lexemes = word.lexemes(language::known("en"));
                assert!(
                    !lexemes.is_empty() && lexemes.iter().all(|lexeme| !lexeme.is_empty() && !lexeme.contains(['\'', '\\'])),
                    "{text:?}"
                );
            }
        }
    }

    #[test]
    fn thai_and_decomposed_pairs_keep_their_places() {
        let marked = |text: &str| words(text).into_iter().map(|word| text[word.range].to_owned()).collect::<Vec<_>>().join("|");
        // NFKC makes two of the last letter.
        assert_eq!(marked("น้ำ"), "น้|น้ำ|ำ|ำ");
        let decomposed: String = "가나".nfd().collect();
        assert_eq!(words(&decomposed).iter().map(|word| word.written.as_str()).collect::<Vec<_>>(), ["가나", "나"]);
        assert_eq!(words(&decomposed)[1].range.end, decomposed.len());
    }
}
