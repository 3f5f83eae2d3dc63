//! The languages that posts are written in: which one a text is in, how its words are stemmed, and which of them say little.

use std::{borrow::Cow, sync::LazyLock};

use snowball_stemmers_rs::{Algorithm, Stemmer};
use whatlang::{Detector, Lang};

/// A language that texts are known to be in.
pub struct Language {
    /// ISO 639-1.
    pub code: &'static str,
    lang: Lang,
    stemmer: Option<Algorithm>,
}

const fn language(code: &'static str, lang: Lang, stemmer: Option<Algorithm>) -> Language {
    Language { code, lang, stemmer }
}

/// Those with a stemmer (Snowball 3), and those whose writing is cut into pairs of characters.
static LANGUAGES: &[Language] = &[
    language("en", Lang::Eng, Some(Algorithm::English)),
    language("de", Lang::Deu, Some(Algorithm::German)),
    language("fr", Lang::Fra, Some(Algorithm::French)),
    language("es", Lang::Spa, Some(Algorithm::Spanish)),
    language("it", Lang::Ita, Some(Algorithm::Italian)),
    language("pt", Lang::Por, Some(Algorithm::Portuguese)),
    language("nl", Lang::Nld, Some(Algorithm::Dutch)),
    language("sv", Lang::Swe, Some(Algorithm::Swedish)),
    language("da", Lang::Dan, Some(Algorithm::Danish)),
    language("no", Lang::Nob, Some(Algorithm::Norwegian)),
    language("fi", Lang::Fin, Some(Algorithm::Finnish)),
    language("pl", Lang::Pol, Some(Algorithm::Polish)),
    language("cs", Lang::Ces, Some(Algorithm::Czech)),
    language("hu", Lang::Hun, Some(Algorithm::Hungarian)),
    language("ro", Lang::Ron, Some(Algorithm::Romanian)),
    language("tr", Lang::Tur, Some(Algorithm::Turkish)),
    language("id", Lang::Ind, Some(Algorithm::Indonesian)),
    language("ru", Lang::Rus, Some(Algorithm::Russian)),
    language("uk", Lang::Ukr, Some(Algorithm::Ukrainian)),
    language("el", Lang::Ell, Some(Algorithm::Greek)),
    language("ar", Lang::Ara, Some(Algorithm::Arabic)),
    language("hi", Lang::Hin, Some(Algorithm::Hindi)),
    language("ta", Lang::Tam, Some(Algorithm::Tamil)),
    language("he", Lang::Heb, None),
    language("vi", Lang::Vie, None),
    language("zh", Lang::Cmn, None),
    language("ja", Lang::Jpn, None),
    language("ko", Lang::Kor, None),
    language("th", Lang::Tha, None),
];

/// How much of a text is looked at; more makes a guess no better.
const DETECTED_BYTES: usize = 1_000;
/// A guess of which whatlang is less sure, of 1, is none. Short sentences are guessed right from about there on.
const CONFIDENCE_MIN: f64 = 0.4;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::with_allowlist(LANGUAGES.iter().map(|language| language.lang).collect()));

/// The language that a text is most probably in; None where it is too short to tell, or mixed.
pub fn detect(text: &str) -> Option<&'static Language> {
    let text = &text[..text.floor_char_boundary(DETECTED_BYTES)];
    let info = DETECTOR.detect(text).filter(|info| info.confidence() >= CONFIDENCE_MIN)?;
    LANGUAGES.iter().find(|language| language.lang == info.lang())
}

/// The language of this code; English where there is none.
pub fn known(code: &str) -> &'static Language {
    LANGUAGES.iter().find(|language| language.code == code).unwrap_or(&LANGUAGES[0])
}

impl Language {
    /// The stem of a word in small letters.
    pub fn stem<'a>(&self, word: &'a str) -> Cow<'a, str> {
        self.stemmer.map_or(Cow::Borrowed(word), |algorithm| Stemmer::create(algorithm).stem(word))
    }
}

/// What the word is stemmed to in any of the languages; itself is not among them.
pub fn stems(word: &str) -> Vec<String> {
    let mut stems: Vec<String> = LANGUAGES.iter().map(|language| language.stem(word).into_owned()).filter(|stem| stem != word).collect();
    stems.sort_unstable();
    stems.dedup();
    stems
}

/// Words, sorted, that say little in one of the languages (NLTK's lists).
static STOP_WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let lists = LANGUAGES.iter().filter_map(|language| stop_words::lookup(language.code));
    let mut words: Vec<&str> = lists.flatten().copied().collect();
    words.sort_unstable();
    words.dedup();
    words
});

/// Whether a word in small letters, such as "the", says little in one of the languages.
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_in_a_language() {
        for (text, expected) in [
            ("Which grinder suits a small kitchen? I brew two cups a day and have little room for it.", Some("en")),
            ("Welche Mühle passt in eine kleine Küche? Ich brühe zwei Tassen am Tag und habe wenig Platz.", Some("de")),
            ("Quel moulin convient à une petite cuisine ? Je prépare deux tasses par jour.", Some("fr")),
            ("¿Qué molinillo conviene para una cocina pequeña? Preparo dos tazas al día.", Some("es")),
            ("Какая кофемолка подойдёт для маленькой кухни?", Some("ru")),
            ("小さなキッチンに合うグラインダーはどれですか", Some("ja")),
            ("哪种磨豆机适合小厨房", Some("zh")),
            ("작은 주방에 어울리는 그라인더는 무엇인가요", Some("ko")),
            ("Any kettle, but a gooseneck pours best.", None),
            ("12345 +++ 678", None),
            ("", None),
        ] {
            assert_eq!(detect(text).map(|language| language.code), expected, "{text}");
        }
    }

    #[test]
    fn words_have_stems_in_many_languages() {
        let stem = |code: &str, word: &str| known(code).stem(word).into_owned();
        assert_eq!((stem("de", "häuser"), stem("de", "muehlen"), stem("de", "mühle")), ("haus".into(), "muhl".into(), "muhl".into()));
        assert_eq!((stem("en", "grinders"), stem("zh", "咖啡")), ("grinder".into(), "咖啡".into()));
        assert!(stems("grinders").contains(&"grinder".to_owned()) && !stems("grinders").contains(&"grinders".to_owned()));
        assert!(["the", "wie", "les", "не"].into_iter().all(is_stop_word) && !is_stop_word("grinder"));
        assert_eq!((known("ru").code, known("tlh").code), ("ru", "en"));
    }
}
