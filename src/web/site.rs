//! What the site is called and where it is.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use uuid::Uuid;

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

    /// The site under the company's words. Without a tagline it keeps ours.
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

/// Where a question is. A title without a letter or digit has no slug.
pub fn question_path(id: Uuid, slug: &str) -> String {
    if slug.is_empty() { format!("/questions/{id}") } else { format!("/questions/{id}/{slug}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_escaped_as_browsers_do_it() {
        assert_eq!(escaped("c++ (a/b) é"), "c%2B%2B%20(a%2Fb)%20%C3%A9");
    }
}
