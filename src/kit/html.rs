//! Bodies that another system stored as HTML, turned into Markdown once, when they are imported.
//!
//! The result is source text like any member's, so [`super::markdown::render`] stays the only way to a page.

use std::{panic::catch_unwind, sync::LazyLock, thread};

use htmd::{
    Element, HtmlToMarkdown,
    element_handler::Handlers,
    options::{BulletListMarker, Options},
};

pub const SOURCE_BYTES_MAX: usize = 200 * 1024;
pub const DEPTH_MAX: usize = 200;
/// Up to here two megabytes of stack are more than enough.
const DEPTH_ANY_STACK: usize = 20;
/// Reserved, not used, unless a body needs it: a nested table is four levels for one counted tag.
const STACK_BYTES: usize = 128 * 1024 * 1024;

/// Why a body cannot be converted. [`Refused::code`] is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("The HTML is larger than {} KB.", SOURCE_BYTES_MAX / 1024)]
    TooLarge,
    #[error(
        "The HTML is nested more than {DEPTH_MAX} deep, or has too many tags that are never closed."
    )]
    TooDeep,
    #[error("The HTML cannot be read.")]
    Unreadable,
}

impl Refused {
    pub fn code(self) -> &'static str {
        match self {
            Refused::TooLarge => "html_too_large",
            Refused::TooDeep => "html_too_deep",
            Refused::Unreadable => "html_unreadable",
        }
    }
}

/// Converts HTML to Markdown. Elements Markdown has no word for keep their text; scripts and styles go.
///
/// # Errors
/// [`Refused`] when the HTML is too large or too deep to be parsed safely.
pub fn to_markdown(html: &str) -> Result<String, Refused> {
    if html.len() > SOURCE_BYTES_MAX {
        return Err(Refused::TooLarge);
    }
    // Asked before parsing, which takes the square of the depth.
    let depth = depth(html);
    if depth > DEPTH_MAX {
        return Err(Refused::TooDeep);
    }
    let convert = || {
        CONVERTER
            .convert(&prepared(html))
            .map(|marked| finished(&marked))
    };
    let converted = if depth <= DEPTH_ANY_STACK {
        catch_unwind(convert).ok()
    } else {
        // The converter calls itself for every level, which a thread of the server has no room for.
        thread::scope(|scope| {
            let builder = thread::Builder::new().stack_size(STACK_BYTES);
            builder.spawn_scoped(scope, convert).ok()?.join().ok()
        })
    };
    converted.and_then(Result::ok).ok_or(Refused::Unreadable)
}

/// Marks in the converter's output, from characters Unicode promises never to use: what is between the first two is
/// already Markdown, and the third is a line break that was asked for.
const OPEN: char = '\u{FDD0}';
const CLOSE: char = '\u{FDD1}';
const BREAK: char = '\u{FDD2}';

static CONVERTER: LazyLock<HtmlToMarkdown> = LazyLock::new(|| {
    HtmlToMarkdown::builder()
        .options(Options {
            // Asterisks in text are always escaped, so a line that starts with one is a list.
            bullet_list_marker: BulletListMarker::Asterisk,
            ul_bullet_spacing: 1,
            ol_number_spacing: 1,
            ..Options::default()
        })
        .skip_tags(vec![
            "script", "style", "head", "template", "iframe", "object",
        ])
        .add_handler(vec!["br"], |_: &dyn Handlers, _: Element| {
            Some(format!("{BREAK}\n").into())
        })
        .add_handler(
            vec!["code", "hr"],
            |handlers: &dyn Handlers, element: Element| {
                Some(shielded(&handlers.fallback(element)?.content).into())
            },
        )
        .add_handler(
            vec!["h1", "h2", "h3", "h4", "h5", "h6"],
            |handlers: &dyn Handlers, element: Element| {
                // A heading is one line.
                Some(
                    handlers
                        .fallback(element)?
                        .content
                        .replace([BREAK], " ")
                        .replace(" \n", " ")
                        .into(),
                )
            },
        )
        .add_handler(vec!["a"], |handlers: &dyn Handlers, element: Element| {
            let done = handlers.fallback(element)?.content;
            Some(match done.rfind("](") {
                // Nobody could see or click it.
                Some(1) => "".into(),
                Some(at) => format!("{}{}", &done[..at], shielded(&done[at..])).into(),
                None => done.into(),
            })
        })
        .add_handler(vec!["img"], |handlers: &dyn Handlers, element: Element| {
            Some(shielded(&handlers.fallback(element)?.content).into())
        })
        .add_handler(
            vec!["del", "s", "strike"],
            |handlers: &dyn Handlers, element: Element| {
                let struck = handlers.walk_children(element.node).content;
                let inner = struck.trim_matches(|c: char| c.is_whitespace() || c == BREAK);
                Some(
                    if inner.is_empty() {
                        struck
                    } else {
                        shielded("~~") + inner + &shielded("~~")
                    }
                    .into(),
                )
            },
        )
        .add_handler(vec!["sup"], |handlers: &dyn Handlers, element: Element| {
            Some(small(&handlers.walk_children(element.node).content, "⁰¹²³⁴⁵⁶⁷⁸⁹").into())
        })
        .add_handler(vec!["sub"], |handlers: &dyn Handlers, element: Element| {
            Some(small(&handlers.walk_children(element.node).content, "₀₁₂₃₄₅₆₇₈₉").into())
        })
        .build()
});

/// White space stays outside, so that a line's start is seen as one.
fn shielded(markdown: &str) -> String {
    let inner = markdown.trim();
    markdown.replacen(inner, &format!("{OPEN}{inner}{CLOSE}"), 1)
}

/// Raised and lowered numbers have letters of their own; other text keeps its size, so that it can still be searched.
fn small(text: &str, digits: &str) -> String {
    if !text.chars().all(|c| c.is_ascii_digit()) {
        return text.to_owned();
    }
    text.chars()
        .filter_map(|c| digits.chars().nth(c.to_digit(10)? as usize))
        .collect()
}

/// Words the converter does not know, in words it does; and no white space where a line begins, because it escapes what
/// looks like a list there only at the very start of a text.
fn prepared(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    let mut key_is_code = false;
    let tags_end = html.rfind('>').unwrap_or(0);
    while let Some(at) = rest.find('<') {
        push_text(&mut out, &rest[..at]);
        rest = &rest[at..];
        let name_end = rest[1..]
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '/'))
            .map_or(rest.len(), |end| end + 1);
        let name = rest[1..name_end].to_ascii_lowercase();
        out.push('<');
        if matches!(name.as_str(), "kbd" | "samp" | "tt") {
            // Code in Markdown cannot hold a link or an image.
            let inner = rest[name_end..].strip_prefix('>').unwrap_or("<");
            key_is_code = inner[inner.find('<').unwrap_or(0)..].starts_with("</");
        }
        match name.as_str() {
            "kbd" | "samp" | "tt" if key_is_code => out.push_str("code"),
            "/kbd" | "/samp" | "/tt" if key_is_code => out.push_str("/code"),
            _ => out.push_str(&rest[1..name_end]),
        }
        rest = &rest[name_end..];
        if matches!(
            name.as_str(),
            "br" | "br/"
                | "p"
                | "li"
                | "td"
                | "th"
                | "div"
                | "dd"
                | "dt"
                | "hr"
                | "/ul"
                | "/ol"
                | "/p"
                | "/div"
        ) && html.len() - rest.len() <= tags_end
            && let Some(end) = rest.find('>')
        {
            push_text(&mut out, &rest[..=end]);
            rest = rest[end + 1..].trim_ascii_start();
        }
    }
    push_text(&mut out, rest);
    out
}

fn push_text(out: &mut String, text: &str) {
    out.extend(
        text.chars()
            .filter(|c| !matches!(*c, '\0' | OPEN | CLOSE | BREAK)),
    );
}

/// Escapes what the converter leaves that Markdown would read as formatting, and takes the marks out.
fn finished(marked: &str) -> String {
    let mut out = String::with_capacity(marked.len());
    let mut shields = 0usize;
    for line in marked.split_inclusive('\n') {
        // The converter hides the bars of table cells in a way that code would show.
        let unbarred;
        let line = if shields == 0 && line.trim_start_matches([' ', '>']).starts_with("| ") {
            unbarred = line.replace("&#124;", "\\|");
            &unbarred
        } else {
            line
        };
        let text_at = if shields == 0 { line_start(line) } else { 0 };
        let (prefix, text) = line.split_at(text_at);
        out.push_str(prefix);
        if shields == 0 && begins_a_block(text) {
            let marker = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
            out.push_str(&text[..marker]);
            out.push('\\');
            finish_line(&mut out, &text[marker..], &mut shields);
        } else {
            finish_line(&mut out, text, &mut shields);
        }
    }
    // A break before nothing would show its backslash.
    let mut lines: Vec<&str> = out.lines().collect();
    for at in (0..lines.len()).rev() {
        let ends = lines
            .get(at + 1)
            .is_none_or(|next| next.trim_matches([' ', '>']).is_empty());
        if ends && let Some(line) = lines[at].strip_suffix(BREAK) {
            lines[at] = line;
        }
    }
    lines
        .join("\n")
        .trim_end()
        .replace(&format!("{BREAK}\n"), "\\\n")
        .replace(BREAK, " ")
}

fn finish_line(out: &mut String, text: &str, shields: &mut usize) {
    for (at, c) in text.char_indices() {
        match c {
            OPEN => *shields += 1,
            CLOSE => *shields = shields.saturating_sub(1),
            '~' if *shields == 0 => out.push_str("\\~"),
            '&' if *shields == 0 && begins_an_entity(&text[at + 1..]) => out.push_str("\\&"),
            _ => out.push(c),
        }
    }
}

/// Where a line's own text begins, after quote and list marks of the converter.
fn line_start(line: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let step = if rest.starts_with([' ', '>']) {
            1
        } else if rest.starts_with("* ") {
            2
        } else {
            return at;
        };
        at += step;
    }
}

/// Would this text start a list, a rule or an underlined heading? The converter itself uses none of these forms.
fn begins_a_block(text: &str) -> bool {
    let mark = text.trim_end();
    let digits = mark.bytes().take_while(u8::is_ascii_digit).count();
    let after = &mark[digits..];
    let list = |rest: &str| rest.is_empty() || rest.starts_with(' ');
    (1..=9).contains(&digits) && after.strip_prefix(')').is_some_and(list)
        || digits == 0 && mark.strip_prefix(['-', '+']).is_some_and(list)
        || mark.len() > 1 && mark.bytes().all(|b| matches!(b, b'-' | b' '))
}

fn begins_an_entity(after: &str) -> bool {
    let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '#'));
    end.is_some_and(|end| end > 0 && after[end..].starts_with(';'))
}

/// How deep the parsed tree can become, never too low: what could be read two ways counts as the deeper one.
///
/// Counts tags that open and are not yet closed. A closing tag counts only if it closes the last one opened. From the
/// first thing that is not plain, well-formed markup on (odd attributes or comments, raw text, foreign content) nothing
/// closes any more. Tags that HTML closes by itself (`<p>`, `<li>`, cells) are left out: two of them never stand
/// inside each other without another that is counted.
fn depth(html: &str) -> usize {
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
        let end = named
            .find([' ', '\t', '\n', '\r', '\x0c', '/', '>', '<'])
            .unwrap_or(named.len());
        let name = named[..end].to_ascii_lowercase();
        rest = &named[end..];
        if sure {
            match after_attributes(rest) {
                Some(after) => rest = after,
                None => sure = false,
            }
        }
        match name.as_str() {
            "area" | "base" | "br" | "col" | "embed" | "hr" | "img" | "input" | "link" | "meta"
            | "param" | "source" | "track" | "wbr" => {}
            "p" | "li" | "dd" | "dt" | "td" | "th" | "tr" | "thead" | "tbody" | "tfoot"
            | "option" => {}
            _ if closing => {
                if sure && open.last() == Some(&name) {
                    open.pop();
                }
            }
            "svg" | "math" | "script" | "style" | "textarea" | "title" | "xmp" | "iframe"
            | "noembed" | "noframes" | "noscript" | "plaintext" | "select" | "template" => {
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
        let spaced = spaced
            .strip_prefix('/')
            .filter(|s| s.starts_with('>'))
            .unwrap_or(spaced);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatting_and_text_survive() {
        let table = [
            ("<p>a <strong>b</strong> <em>c</em></p>", "a **b** *c*"),
            ("<h2>a</h2><p>b</p>", "## a\n\nb"),
            ("<p>a<br>b</p>", "a\\\nb"),
            (
                "<p>a<br />\n- b<br>\n1) c<br> 2. d</p>",
                "a\\\n\\- b\\\n1\\) c\\\n2\\. d",
            ),
            ("<p>a<br></p><p>b</p>", "a\n\nb"),
            (
                "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
                "* a\n  * b\n* c",
            ),
            (
                "<ol start=\"3\"><li>a</li><li><p>b</p><p>c</p></li></ol>",
                "3. a\n4. b\n\n   c",
            ),
            ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n> \n> b"),
            (
                "<pre><code>a ~ &amp;lt; `b`\n- c\n</code></pre>",
                "```\na ~ &lt; `b`\n- c\n```",
            ),
            (
                "<pre class=\"lang-js\"><code class=\"language-js\">```\n</code></pre>",
                "````js\n```\n````",
            ),
            (
                "<p><code>a`b</code> <code>&lt;b&gt; &amp;amp;</code></p>",
                "``a`b`` `<b> &amp;`",
            ),
            ("<p><kbd>Ctrl</kbd>+<kbd>C</kbd></p>", "`Ctrl`+`C`"),
            (
                "<p>x<sup>2</sup> H<sub>2</sub>O 5<sup>th</sup></p>",
                "x² H₂O 5th",
            ),
            ("<p><s>a</s> <del>b</del></p>", "~~a~~ ~~b~~"),
            (
                "<p>snake_case_name *not* ~~not~~ [x]</p>",
                "snake\\_case\\_name \\*not\\* \\~\\~not\\~\\~ \\[x\\]",
            ),
            (
                "<p>&lt;b&gt; &amp;lt; AT&amp;T a &amp; b</p>",
                "\\<b> \\&lt; AT&T a & b",
            ),
            (
                "<p># a</p><p>---</p><p>&gt; q</p>",
                "\\# a\n\n\\---\n\n\\> q",
            ),
            (
                "<p><a href=\"https://a.org/~b_c\" title=\"t\">x_y</a></p>",
                "[x\\_y](https://a.org/~b_c \"t\")",
            ),
            (
                "<p><img src=\"https://a.org/~i.png\" alt=\"x\"></p>",
                "![x](https://a.org/~i.png)",
            ),
            (
                "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1<br>2</td><td>x|y</td></tr></tbody></table>",
                "| a    | b   |\n| ---- | --- |\n| 1  2 | x\\|y |",
            ),
            ("<h2>a<br>b</h2>", "## a b"),
            ("<p>a<br><br></p><p><s>b<br></s></p>", "a\n\n\n~~b~~"),
            (
                "<p><kbd><a href=\"https://a.org\">a</a></kbd></p>",
                "[a](https://a.org)",
            ),
            (
                "<a href=\"https://a.org\"><a href=\"https://b.org\">b</a></a>",
                "[b](https://b.org)",
            ),
            (
                "<ul><li>a</li></ul>\n - b<hr>\n - c",
                "* a\n\n\\- b\n\n* * *\n\n\\- c",
            ),
            ("<script>alert(1)</script><style>p{}</style>", ""),
            ("a\0b\u{FDD0}c", "abc"),
            ("", ""),
        ];
        for (html, expected) in table {
            assert_eq!(to_markdown(html).unwrap(), expected, "{html}");
        }
    }

    #[test]
    fn deep_html_is_refused_before_it_is_parsed() {
        let table = [
            ("<div>".repeat(200), 200),
            ("<div>".repeat(201), 201),
            ("<div></div>".repeat(500), 1),
            ("<p>a<li>b<td>c".repeat(500), 0),
            ("<br><hr/><img src=\"a\">".repeat(500), 0),
            ("<!-- <b> --><b></b>".repeat(500), 1),
            ("<a title=\"</a>\">".repeat(300), 300),
            ("<a title='>'></a>".repeat(300), 1),
            ("<a href=x></a>".repeat(300), 300),
            ("<div></x>".repeat(300), 300),
            ("<b><i></b></i>".repeat(300), 301),
            ("<div a\"></div>".repeat(300), 300),
            ("<!--><div></div>".repeat(300), 300),
            ("<!--<div></div>--!>".repeat(300), 300),
            ("<!x <div></div>".repeat(300), 300),
            ("<svg><div></div>".repeat(150), 300),
            ("b < c <3 < ".repeat(300), 0),
            ("<DIV></div>".repeat(300), 1),
        ];
        for (html, expected) in table {
            assert_eq!(depth(&html), expected, "{}", &html[..20.min(html.len())]);
            assert_eq!(
                to_markdown(&html).err(),
                (expected > DEPTH_MAX).then_some(Refused::TooDeep)
            );
        }
        assert_eq!(
            to_markdown(&"a".repeat(SOURCE_BYTES_MAX + 1)),
            Err(Refused::TooLarge)
        );
    }

    /// On a small stack and to the end, whatever the nesting that the limit lets pass.
    #[test]
    fn the_deepest_allowed_html_is_converted() {
        for open in [
            "<div>",
            "<b>",
            "<ul><li>",
            "<ol><li>",
            "<blockquote><p>",
            "<a href=\"x\">",
            "<font a=\"1\">",
            "<span>",
            "<table><tr><td>",
            "<table><tbody><tr><td><p>",
            "<pre>",
            "<code>",
            "<del>",
            "<sup>",
            "<dl><dd>",
            "<kbd>",
        ] {
            assert!(to_markdown(&open.repeat(DEPTH_MAX)).is_ok(), "{open}");
            assert!(to_markdown(&open.repeat(DEPTH_ANY_STACK)).is_ok(), "{open}");
            assert!(
                to_markdown(&format!("{}text", open.repeat(DEPTH_MAX))).is_ok(),
                "{open}"
            );
        }
        for pattern in [
            "<", "<p", "<p>", "&", "&lt;", "<!--", "<br>", "<br>\n", "</div>", "\n", "<li>", "~",
            "- ", "1) ", "<td>x",
        ] {
            let _ = to_markdown(&pattern.repeat(SOURCE_BYTES_MAX / pattern.len()));
        }
    }
}
