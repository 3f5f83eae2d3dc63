//! The app's index.html, and what the server writes into it.

use std::borrow::Cow;

/// Stands on every script, style and link of the shell.
const NONCE: &str = "__NONCE__";

/// What goes in place of the marks.
pub struct Parts<'a> {
    pub nonce: &'a str,
    /// In place of `<!--head-->`.
    pub head: &'a str,
    /// In place of `<!--content-->`, which the app will draw over.
    pub content: &'a str,
    /// In place of `<!--preload-->`.
    pub preload: &'a str,
}

/// Fills the marks in one walk, so that a mark in what members wrote stays what it is: text.
pub fn fill(shell: &str, parts: &Parts) -> String {
    let marks = [(NONCE, parts.nonce), ("<!--head-->", parts.head), ("<!--content-->", parts.content), ("<!--preload-->", parts.preload)];
    let mut page = String::with_capacity(shell.len() + parts.head.len() + parts.content.len() + parts.preload.len());
    let mut rest = shell;
    while let Some((at, mark, text)) = marks.iter().filter_map(|(mark, text)| Some((rest.find(mark)?, *mark, *text))).min_by_key(|m| m.0) {
        page += &rest[..at];
        page += text;
        rest = &rest[at + mark.len()..];
    }
    page + rest
}

/// JSON that can stand in a script element: no tag can begin in it.
pub fn inert(json: &str) -> Cow<'_, str> {
    if json.contains('<') { json.replace('<', "\\u003c").into() } else { json.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_in_is_not_looked_at_again() {
        let shell = "<head><!--head--></head><div><!--content--></div><!--preload--><script nonce=\"__NONCE__\"></script>";
        let parts = Parts { nonce: "n1", head: "<!--content-->__NONCE__", content: "c", preload: "p" };
        assert_eq!(fill(shell, &parts), "<head><!--content-->__NONCE__</head><div>c</div>p<script nonce=\"n1\"></script>");
    }

    #[test]
    fn json_cannot_end_its_element() {
        let json = r#"{"a":"</script><!--"}"#;
        let inert = inert(json);
        assert!(!inert.contains('<'), "{inert}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&inert).unwrap(), serde_json::from_str::<serde_json::Value>(json).unwrap());
    }
}
