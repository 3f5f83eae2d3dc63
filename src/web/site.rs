//! What the site is called and where it is.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use uuid::Uuid;

const SLUG_CHARS_MAX: usize = 80;
/// What JavaScript's encodeURIComponent escapes, for the app must ask for the very same paths.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'!').remove(b'~').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

/// How the site presents itself.
#[derive(Clone, Debug)]
pub struct Site {
    pub name: String,
    pub description: String,
    /// Where browsers reach it, without a slash at the end.
    pub url: String,
}

/// How the company wants it presented.
#[derive(Deserialize)]
pub struct Presentation {
    name: String,
    tagline: String,
}

impl Site {
    /// As nobody has named it, or as long as the name cannot be read.
    pub fn at(url: &str) -> Self {
        Self {
            name: "Regulars".to_owned(),
            description: "Questions and answers among customers, user groups and rewards.".to_owned(),
            url: url.to_owned(),
        }
    }

    /// The same place under the company's words. Without a tagline it keeps ours.
    pub fn presented(&self, words: Presentation) -> Self {
        let description = if words.tagline.is_empty() { self.description.clone() } else { words.tagline };
        Self { name: words.name, description, url: self.url.clone() }
    }

    /// The whole address of a path.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Whether it is reached over TLS alone.
    pub fn is_secure(&self) -> bool {
        self.url.starts_with("https://")
    }
}

/// A segment or parameter of a path.
pub fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Where a question is. Titles of which no Latin letter or digit is left have no slug.
pub fn question_path(id: Uuid, title: &str) -> String {
    match slug(title) {
        slug if slug.is_empty() => format!("/questions/{id}"),
        slug => format!("/questions/{id}/{slug}"),
    }
}

/// A title as a readable part of an address: letters and digits of ASCII, in lower case, without their accents.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => slug.push(c),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(SLUG_CHARS_MAX);
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_what_ascii_has_of_a_title() {
        for (title, expected) in [
            ("Which grinder suits a small kitchen?", "which-grinder-suits-a-small-kitchen"),
            ("  Café «crème» – how hot? ", "cafe-creme-how-hot"),
            ("Кофе", ""),
            ("C++ & C#", "c-c"),
            ("½ litre", "1-2-litre"),
            (&"ab ".repeat(50), &"ab-".repeat(27)[..80]),
        ] {
            assert_eq!(slug(title), expected, "{title}");
        }
    }

    #[test]
    fn a_segment_is_escaped_as_browsers_do_it() {
        assert_eq!(escaped("c++ (a/b) é"), "c%2B%2B%20(a%2Fb)%20%C3%A9");
    }
}
