//! Strings of requests.

use poem_openapi::{
    NewType,
    types::{ParseError, ParseFromJSON, ParseResult},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

// Text of a request: a JSON string and nothing else (poem-openapi's own String also takes numbers and booleans), and
// without NUL, which PostgreSQL cannot store. (No doc comment: it would become a schema title.)
#[derive(NewType, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[oai(from_json = false, from_parameter = false)]
pub struct Text(pub String);

impl ParseFromJSON for Text {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value {
            Some(Value::String(text)) if text.contains('\0') => Err(ParseError::custom("must not contain a NUL character")),
            Some(Value::String(text)) => Ok(Text(text)),
            value => Err(ParseError::expected_type(value.unwrap_or_default())),
        }
    }
}

/// Another system's own name for something (an order, a return, a customer), as it is kept and looked up: whatever stands
/// around it that nobody sees does not count, nor does what has no width.
pub fn tidy(name: &str) -> String {
    name.chars().filter(|c| !has_no_width(*c)).collect::<String>().trim().to_owned()
}

/// The beginning of a text, of at most so many bytes, and no part of a character.
pub fn start_of(text: &str, bytes_max: usize) -> &str {
    let end = (0..=bytes_max.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// What nobody sees of a text, for the description's patterns: space, and (of the first plane) what has no width.
macro_rules! unseen {
    () => {
        concat!(
            r"\t-\r \u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f",
            r"\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
        )
    };
}

/// What [`tidy`] leaves something of, without control characters.
pub const NAME_PATTERN: &str = concat!(
    "^[",
    unseen!(),
    r"]*[^\u0000-\u0020\u007f-\u00a0",
    unseen!(),
    r"]([^\u0000-\u001f\u007f-\u009f]*[^\u0000-\u0020\u007f-\u00a0",
    unseen!(),
    "])?[",
    unseen!(),
    "]*$"
);
/// A text with something in it that can be seen.
pub const SEEN_PATTERN: &str = concat!(r"^[^\u0000]*[^\u0000-\u0020\u007f-\u00a0", unseen!(), r"][^\u0000]*$");

/// Unicode's default ignorable code points (DerivedCoreProperties.txt), such as joiners, direction marks and soft hyphens, and
/// the empty Braille cell: `tidy_name` in the database leaves out the same.
pub fn has_no_width(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

impl Text {
    /// The text without what [`tidy`] leaves out.
    pub fn tidied(&self) -> Self {
        Self(tidy(&self.0))
    }
}

impl std::ops::Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_of_whole_characters() {
        for (bytes, expected) in [(0, ""), (1, "a"), (2, "a"), (3, "aé"), (6, "aé"), (7, "aé😀"), (99, "aé😀")] {
            assert_eq!(start_of("aé😀", bytes), expected, "{bytes}");
        }
    }

    #[test]
    fn a_name_is_what_can_be_seen_of_it() {
        for name in [
            "SP-1",
            " SP-1",
            "SP-1 ",
            "\tSP-1\r\n",
            "\u{feff}SP-1",
            "SP\u{200b}-1",
            "\u{a0}SP-1\u{202f}",
            "\u{202a}SP-1\u{202c}",
            "\u{2066}S\u{fe0f}P-1\u{e0041}",
        ] {
            assert_eq!(tidy(name), "SP-1", "{name:?}");
        }
        assert_eq!(tidy("SP 1"), "SP 1");
        assert_eq!(tidy(" \u{feff} "), "");
    }
}
