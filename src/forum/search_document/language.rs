//! The languages that posts are written in: which one a text is in, how its words are stemmed, and which of them say little.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use snowball_stemmers_rs::{Algorithm, Stemmer};
use whatlang::{Detector, Lang};

use crate::kit::text::start_of;

/// A language that texts are known to be in.
#[derive(Debug)]
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
    let info = DETECTOR.detect(start_of(text, DETECTED_BYTES)).filter(|info| info.confidence() >= CONFIDENCE_MIN)?;
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

/// All languages that there are words for.
pub fn all() -> impl Iterator<Item = &'static Language> {
    LANGUAGES.iter()
}

impl Language {
    /// Whether a word in small letters, such as "the", says little (NLTK's lists).
    pub fn is_stop_word(&self, word: &str) -> bool {
        STOP_WORDS.get(self.code).is_some_and(|words| words.contains(word))
    }
}

static STOP_WORDS: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
    let words = |code| stop_words::lookup(code).unwrap_or_default().iter().copied().collect();
    all().map(|language| (language.code, words(language.code))).collect()
});

/// The languages that the words of somebody may be in: the site's, English, and the text's own where that can be told. A word that
/// says little in one of them says little.
pub struct Spoken(Vec<&'static Language>);

impl Spoken {
    /// Of a text on a site of this language.
    pub fn in_text(text: &str, site: &str) -> Self {
        Self([known(site), known("en")].into_iter().chain(detect(text)).collect())
    }

    /// Whether a word in small letters says little.
    pub fn is_stop_word(&self, word: &str) -> bool {
        self.0.iter().any(|language| language.is_stop_word(word))
    }
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
    fn words_have_stems_and_some_say_little() {
        let stem = |code: &str, word: &str| known(code).stem(word).into_owned();
        assert_eq!((stem("de", "häuser"), stem("de", "muehlen"), stem("de", "mühle")), ("haus".into(), "muhl".into(), "muhl".into()));
        assert_eq!((stem("en", "grinders"), stem("zh", "咖啡")), ("grinder".into(), "咖啡".into()));
        let spoken = Spoken::in_text("der", "de");
        assert!(["the", "wie"].into_iter().all(|word| spoken.is_stop_word(word)) && !spoken.is_stop_word("pour"));
        assert!(Spoken::in_text("Quel moulin pour une petite cuisine ?", "de").is_stop_word("pour"));
        assert_eq!((known("ru").code, known("tlh").code), ("ru", "en"));
    }

    /// Stemmers are generated code that reads backwards in bytes; whatever people write must come through.
    #[test]
    fn no_word_is_too_odd_for_a_stemmer() {
        let odd = [
            'a', 'ä', 'ß', 'ı', 'ğ', 'я', 'ё', 'ω', 'ς', 'ل', 'ا', 'ی', 'ि', 'क', 'ா', 'த', '咖', '\u{301}', '\'', '’', '9', '😀', 'ĳ', 'é',
            'e', 's', 'i', 'n', 'g',
        ];
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize
        };
        for _ in 0..3_000 {
            let word: String = (0..1 + next() % 9).map(|_| odd[next() % odd.len()]).collect();
            for language in all() {
                assert!(language.stem(&word).len() <= 2 * word.len() + 8, "{word}");
            }
        }
    }
}
