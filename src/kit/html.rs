//! Bodies that another system stored as HTML, turned into Markdown once, when they are imported.
//!
//! The result is source text like any member's, so [`super::markdown::render`] stays the only way to a page.

use std::{panic::catch_unwind, sync::LazyLock, thread};

use htmd::{
    Element, HtmlToMarkdown,
    element_handler::Handlers,
    options::{BulletListMarker, Options},
};

use depth::depth;

mod depth;

/// Bytes of HTML that are converted; more is [`Refused::TooLarge`].
pub const SOURCE_BYTES_MAX: usize = 200 * 1024;
/// Elements within each other that are converted; more is [`Refused::TooDeep`].
pub const DEPTH_MAX: usize = 200;
/// Up to here two megabytes of stack are more than enough.
const DEPTH_ANY_STACK: usize = 20;
/// Reserved, not used, unless a body needs it: a nested table is four levels for one counted tag.
const STACK_BYTES: usize = 128 * 1024 * 1024;

/// Why a body cannot be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("The HTML is larger than {} KB.", SOURCE_BYTES_MAX / 1024)]
    TooLarge,
    #[error("The HTML is nested more than {DEPTH_MAX} deep, or has too many tags that are never closed.")]
    TooDeep,
    #[error("The HTML cannot be read.")]
    Unreadable,
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
    let convert = || CONVERTER.convert(&prepared(html)).map(|marked| finished(&marked));
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
        .skip_tags(vec!["script", "style", "head", "template", "iframe", "object"])
        .add_handler(vec!["br"], |_: &dyn Handlers, _: Element| Some(format!("{BREAK}\n").into()))
        .add_handler(vec!["code", "hr"], |handlers: &dyn Handlers, element: Element| {
            Some(shielded(&handlers.fallback(element)?.content).into())
        })
        .add_handler(vec!["h1", "h2", "h3", "h4", "h5", "h6"], |handlers: &dyn Handlers, element: Element| {
            // A heading is one line.
            Some(handlers.fallback(element)?.content.replace([BREAK], " ").replace(" \n", " ").into())
        })
        .add_handler(vec!["a"], |handlers: &dyn Handlers, element: Element| {
            let done = handlers.fallback(element)?.content;
            Some(match done.rfind("](") {
                // Nobody could see or click it.
                Some(1) => "".into(),
                Some(at) => format!("{}{}", &done[..at], shielded(&done[at..])).into(),
                None => done.into(),
            })
        })
        .add_handler(vec!["img"], |handlers: &dyn Handlers, element: Element| Some(shielded(&handlers.fallback(element)?.content).into()))
        .add_handler(vec!["del", "s", "strike"], |handlers: &dyn Handlers, element: Element| {
            let struck = handlers.walk_children(element.node).content;
            let inner = struck.trim_matches(|c: char| c.is_whitespace() || c == BREAK);
            Some(if inner.is_empty() { struck } else { shielded("~~") + inner + &shielded("~~") }.into())
        })
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
    text.chars().filter_map(|c| digits.chars().nth(c.to_digit(10)? as usize)).collect()
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
        let name_end = rest[1..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '/')).map_or(rest.len(), |end| end + 1);
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
        if matches!(name.as_str(), "br" | "br/" | "p" | "li" | "td" | "th" | "div" | "dd" | "dt" | "hr" | "/ul" | "/ol" | "/p" | "/div")
            && html.len() - rest.len() <= tags_end
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
    out.extend(text.chars().filter(|c| !matches!(*c, '\0' | OPEN | CLOSE | BREAK)));
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
        let ends = lines.get(at + 1).is_none_or(|next| next.trim_matches([' ', '>']).is_empty());
        if ends && let Some(line) = lines[at].strip_suffix(BREAK) {
            lines[at] = line;
        }
    }
    lines.join("\n").trim_end().replace(&format!("{BREAK}\n"), "\\\n").replace(BREAK, " ")
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

#[cfg(test)]
mod tests;
