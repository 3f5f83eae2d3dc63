//! Names in source texts, before anything is read as Markdown: whom a text may mean, and how a name is taken out of it.

use std::collections::BTreeSet;

use super::autolink::HANDLE_CHARS;

/// What stands before a handle: `@ada`, or the way to her page.
pub const MARKS: [&str; 2] = ["@", "/members/"];

/// The handles that texts name, each once and in lower case; they need not exist.
pub fn names<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let after_marks =
        |text: &'a str| MARKS.into_iter().flat_map(move |mark| text.match_indices(mark).map(move |(at, _)| &text[at + mark.len()..]));
    texts.into_iter().flat_map(after_marks).filter_map(name).collect()
}

/// The handle that a text begins with.
fn name(text: &str) -> Option<String> {
    let mut name = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // As editors write `_`.
            '\\' if matches!(chars.peek(), Some('_' | '-')) => {}
            '_' | '-' => name.push(c),
            _ if c.is_ascii_alphanumeric() && name.len() <= *HANDLE_CHARS.end() => name.push(c.to_ascii_lowercase()),
            _ => break,
        }
    }
    name.truncate(name.trim_end_matches('-').len());
    HANDLE_CHARS.contains(&name.len()).then_some(name)
}

/// The text with `by` wherever `word` stands as a whole, in whichever case, and with escapes between its letters.
pub fn replace_word(text: &str, word: &str, by: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let begins = word.starts_with('/') || !before.is_some_and(is_inner);
        match word_end(rest, word).filter(|end| begins && ends(&rest[*end..])) {
            Some(end) if end > 0 => {
                replaced += by;
                before = rest[..end].chars().next_back();
                rest = &rest[end..];
            }
            _ => {
                replaced.push(c);
                before = Some(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    replaced
}

/// How far `word` reaches, if the text begins with it.
fn word_end(text: &str, word: &str) -> Option<usize> {
    let mut wanted = word.chars().peekable();
    for (at, c) in text.char_indices() {
        match wanted.peek() {
            None => return Some(at),
            Some(next) if c.eq_ignore_ascii_case(next) => {
                wanted.next();
            }
            Some(_) if c == '\\' && at > 0 => {}
            Some(_) => return None,
        }
    }
    wanted.peek().is_none().then_some(text.len())
}

fn is_inner(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// Whether a name is over where this follows; dashes at its end are not part of it.
fn ends(after: &str) -> bool {
    let after = after.trim_start_matches(['-', '\\']);
    !after.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_they_stand() {
        for (text, expected) in [
            ("@Ada, (@bob-) and `@cid_x`; @cid\\_y", &["ada", "bob", "cid_x", "cid_y"][..]),
            ("[her page](/members/Ada) https://b.example/members/bob?x", &["ada", "bob"]),
            ("@jo @ @@ a@b.org @é", &[]),
            ("@ADA @ada", &["ada"]),
        ] {
            assert_eq!(names([text]).into_iter().collect::<Vec<_>>(), expected, "{text}");
        }
        assert!(names([format!("@{}", "a".repeat(31)).as_str()]).is_empty());
    }

    #[test]
    fn names_are_taken_out_as_wholes() {
        for (text, word, expected) in [
            ("@Dora_7, @dora\\_7 and @dora_77", "@dora_7", "X, X and @dora_77"),
            ("@dora_7- said", "@dora_7", "X- said"),
            ("@dora_7-b and post@dora_7.example", "@dora_7", "@dora_7-b and post@dora_7.example"),
            ("https://a.example/members/dora_7#x", "/members/dora_7", "https://a.exampleX#x"),
            ("Dora Bird, Dora Birdsong", "Dora Bird", "X, Dora Birdsong"),
            ("Zoë B., zoë b.", "Zoë B", "X., X."),
            ("", "@dora_7", ""),
        ] {
            assert_eq!(replace_word(text, word, "X"), expected, "{text}");
        }
    }
}
