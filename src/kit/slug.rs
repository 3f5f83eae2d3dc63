//! Words of a name as part of a URL.

/// Of the slug of a title.
pub const CHARS_MAX: usize = 80;

/// ASCII letters and digits, words joined by dashes, at most `chars_max` of them. What is written in other letters is
/// transliterated. Empty when nothing is left.
pub fn slug(text: &str, chars_max: usize) -> String {
    let mut slug = slug::slugify(text.replace(['ə', 'Ə'], "e"));
    slug.truncate(chars_max);
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_slug_is_what_ascii_has_of_a_text() {
        for (text, expected) in [
            ("Which grinder suits a small kitchen?", "which-grinder-suits-a-small-kitchen"),
            ("  Café «crème» – how hot? ", "cafe-creme-how-hot"),
            ("Größe der Straße", "grosse-der-strasse"),
            ("Какой кофе лучше?", "kakoi-kofe-luchshe"),
            ("咖啡", "ka-pei"),
            ("C++ & C#", "c-c"),
            ("Azərbaycan Əsri", "azerbaycan-esri"),
            ("?!", ""),
        ] {
            assert_eq!(slug(text, 80), expected, "{text}");
        }
        assert_eq!(slug("one two three", 8), "one-two");
    }
}
