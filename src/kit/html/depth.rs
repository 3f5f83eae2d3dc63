//! A guard before the HTML parser, which takes the square of the depth for its time.

/// How deep the parsed tree can become, never too low: what could be read two ways counts as the deeper one.
///
/// Counts tags that open and are not yet closed. A closing tag counts only if it closes the last one opened. From the
/// first thing that is not plain, well-formed markup on (odd attributes or comments, raw text, foreign content) nothing
/// closes any more. Tags that HTML closes by itself (`<p>`, `<li>`, cells) are left out: two of them never stand
/// inside each other without another that is counted.
pub fn depth(html: &str) -> usize {
    let (mut open, mut deepest, mut sure) = (Vec::new(), 0, true);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--").filter(|_| sure) {
            let text = comment.split_once("-->").map(|(text, _)| text);
            match text.filter(|t| !t.starts_with(['>', '-']) && !t.contains("--!")) {
                Some(text) => rest = &comment[text.len() + 3..],
                None => sure = false,
            }
            continue;
        }
        let closing = rest.starts_with('/');
        let named = &rest[usize::from(closing)..];
        if !named.starts_with(|c: char| c.is_ascii_alphabetic()) {
            // `<!…>`, `<?…>` and `</…>` without a name are comments up to the next `>`; other signs are text.
            if sure && rest.starts_with(['!', '?', '/']) && rest.find('<') < rest.find('>') {
                sure = false;
            }
            continue;
        }
        let end = named.find([' ', '\t', '\n', '\r', '\x0c', '/', '>', '<']).unwrap_or(named.len());
        let name = named[..end].to_ascii_lowercase();
        rest = &named[end..];
        if sure {
            match after_attributes(rest) {
                Some(after) => rest = after,
                None => sure = false,
            }
        }
        match name.as_str() {
            "area" | "base" | "br" | "col" | "embed" | "hr" | "img" | "input" | "link" | "meta" | "param" | "source" | "track" | "wbr" => {}
            "p" | "li" | "dd" | "dt" | "td" | "th" | "tr" | "thead" | "tbody" | "tfoot" | "option" => {}
            _ if closing => {
                if sure && open.last() == Some(&name) {
                    open.pop();
                }
            }
            "svg" | "math" | "script" | "style" | "textarea" | "title" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript"
            | "plaintext" | "select" | "template" => {
                sure = false;
                open.push(name);
            }
            _ => open.push(name),
        }
        deepest = deepest.max(open.len());
    }
    deepest
}

/// What follows a tag's `>`, if all its attributes are written plainly: `name`, `name="…"` or `name='…'`.
fn after_attributes(mut rest: &str) -> Option<&str> {
    loop {
        let spaced = rest.trim_ascii_start();
        let spaced = spaced.strip_prefix('/').filter(|s| s.starts_with('>')).unwrap_or(spaced);
        if let Some(after) = spaced.strip_prefix('>') {
            return Some(after);
        }
        if spaced.len() == rest.len() {
            return None;
        }
        let name = spaced.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:".contains(c)))?;
        if name == 0 {
            return None;
        }
        rest = &spaced[name..];
        if let Some(value) = rest.strip_prefix('=') {
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            rest = value[1..].split_once(quote)?.1;
        }
    }
}
