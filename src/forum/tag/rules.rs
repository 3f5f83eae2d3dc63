//! What a tag may be called.

use std::ops::RangeInclusive;

use super::store::TagRow;
use crate::{
    kit::{problem::Fields, text::Text},
    refusals,
};

/// Characters of a tag's name.
pub const NAME_CHARS: RangeInclusive<usize> = 1..=35;
/// Tags of one question.
pub const TAGS_PER_QUESTION: RangeInclusive<usize> = 1..=5;
/// Characters of a tag's description.
pub const DESCRIPTION_CHARS_MAX: usize = 1_000;

refusals! {
    /// Why a tag cannot become a synonym.
    pub enum Refusal {
        SynonymOfItself = CONFLICT "synonym_of_itself" "A tag cannot stand for itself.",
        SynonymChain = CONFLICT "synonym_chain" "A synonym cannot stand for another synonym, nor a tag that has synonyms become one.",
    }
}

/// The form in which a tag is kept: lower case, words joined by `-`. None when it cannot be one.
pub fn normalise(name: &str) -> Option<String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join("-").to_lowercase();
    let plain = name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '+' | '#' | '.' | '-'));
    // Browsers take `.` and `..` for steps of a path.
    let named = name.chars().any(|c| c.is_ascii_alphanumeric());
    (plain && named && NAME_CHARS.contains(&name.len())).then_some(name)
}

/// Whether `tag` may become a synonym of `of`. Nothing leads on from a synonym, so that a tag is found in one step.
pub fn may_stand_for(tag: &TagRow, of: &TagRow) -> Result<(), Refusal> {
    if of.id == tag.id {
        return Err(Refusal::SynonymOfItself);
    }
    if of.synonym_of.is_some() || !tag.synonyms.is_empty() {
        return Err(Refusal::SynonymChain);
    }
    Ok(())
}

/// The tags of a question, each once. What is refused lands in `fields`.
pub fn normalise_all(fields: &mut Fields, names: &[Text]) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for (i, name) in names.iter().enumerate() {
        match normalise(name) {
            Some(tag) if !tags.contains(&tag) => tags.push(tag),
            Some(_) => {}
            None => fields.refuse(
                &format!("/tags/{i}"),
                "A tag has 1 to 35 letters a to z, digits, +, #, . and - only, and a letter or digit among them.",
            ),
        }
    }
    if !TAGS_PER_QUESTION.contains(&names.len()) {
        fields.refuse("/tags", "A question has 1 to 5 tags.");
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_one_form() {
        for (given, expected) in [
            ("Rust", Some("rust")),
            ("  cold   brew ", Some("cold-brew")),
            ("c++", Some("c++")),
            ("C#", Some("c#")),
            (".net", Some(".net")),
            (".", None),
            ("..", None),
            ("+-", None),
            ("", None),
            ("  ", None),
            ("straße", None),
            ("a_b", None),
            ("<b>", None),
            ("12345678901234567890123456789012345", Some("12345678901234567890123456789012345")),
            ("123456789012345678901234567890123456", None),
        ] {
            assert_eq!(normalise(given).as_deref(), expected, "{given:?}");
        }
    }
}
