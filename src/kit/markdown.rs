//! Members' Markdown made into HTML that is safe to show, once, when it is written.
//!
//! Two walls, each enough alone: the event pass below lets nothing through that it does not know (raw HTML is shown as
//! text, other schemes lose their link, images become links), and `ammonia` then keeps only the tags we write ourselves.
//! The limits are checked on events, before any HTML exists, because parsing HTML costs the square of its depth.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::LazyLock,
};

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream, html};

use autolink::{Autolink, autolinks};

pub use names::{MARKS, names, replace_word};

mod autolink;
mod names;

/// Stored beside every rendered body: a body rendered by a lower number is rendered again.
pub const RENDERER: i16 = 2;
/// Enough for 32,000 characters of four bytes.
pub const SOURCE_BYTES_MAX: usize = 128 * 1024;
/// Quotes and lists within each other; more is [`Refused::TooDeep`].
pub const DEPTH_MAX: usize = 32;
/// Events of the parser (starts, ends, texts, breaks); more is [`Refused::TooLarge`].
pub const EVENTS_MAX: usize = 20_000;
/// Links of a text; more is [`Refused::TooManyLinks`].
pub const LINKS_MAX: usize = 100;
/// Characters of [`Rendered::text_start`].
pub const EXCERPT_CHARS_MAX: usize = 200;
/// Output may be this many times its source, but never so little that a short body with a mention is refused.
const GROWTH_MAX: usize = 8;
const HTML_BYTES_FREE: usize = 64 * 1024;

/// A text as it is stored beside its Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub html: String,
    /// Links that lead somewhere, bare addresses and images included, mentions not.
    pub links: usize,
    /// The handles of members who are linked, each once, in order.
    pub mentions: Vec<String>,
    /// The first words as plain text, for lists and mails: encode it where it is shown.
    pub text_start: String,
}

/// Why a body cannot be shown; the sentence is for its author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("Quotes and lists may be nested at most {DEPTH_MAX} deep.")]
    TooDeep,
    #[error("This text is too long or too intricate to show. Please split it.")]
    TooLarge,
    #[error("This text has more than {LINKS_MAX} links.")]
    TooManyLinks,
    #[error("This text cannot be shown. Please simplify its formatting.")]
    Unrenderable,
}

/// Renders CommonMark with tables, strikethrough, task lists, bare links and mentions: those of whom `handle_of` a name
/// gives the handle; every other name is text.
///
/// # Errors
/// [`Refused`] when the text is too large, too deep, has too many links, or trips the parser.
pub fn render(markdown: &str, handle_of: &dyn Fn(&str) -> Option<String>) -> Result<Rendered, Refused> {
    if markdown.len() > SOURCE_BYTES_MAX {
        return Err(Refused::TooLarge);
    }
    // The parser has known panics that fuzzing keeps finding: the author gets a refusal, not the server a crash.
    catch_unwind(AssertUnwindSafe(|| {
        let mut page = Page::default();
        page.read(markdown, handle_of)?;
        page.finish(markdown.len())
    }))
    .unwrap_or(Err(Refused::Unrenderable))
}

/// For texts that mention nobody.
pub fn nobody(_name: &str) -> Option<String> {
    None
}

/// A text as it was written, as HTML, and its first words.
pub fn plain(text: &str) -> (String, String) {
    let mut html = String::new();
    html::push_html(&mut html, [Event::Start(Tag::Paragraph), Event::Text(text.into()), Event::End(TagEnd::Paragraph)].into_iter());
    let mut start = Excerpt::default();
    start.push(text);
    (html, start.finish())
}

/// The events that will be written, and what was learned while reading them.
#[derive(Default)]
struct Page<'a> {
    events: Vec<Event<'a>>,
    depth: usize,
    /// For every open link or image: was it kept, and how many events were there before it.
    open: Vec<(Option<CowStr<'a>>, usize)>,
    in_code_block: bool,
    links: usize,
    mentions: Vec<String>,
    text: Excerpt,
}

impl<'a> Page<'a> {
    fn read(&mut self, markdown: &'a str, handle_of: &dyn Fn(&str) -> Option<String>) -> Result<(), Refused> {
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        let shown = Parser::new_ext(markdown, options).map(|event| match event {
            Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
            Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
            Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
            other => other,
        });
        for event in TextMergeStream::new(shown) {
            match event {
                Event::Start(tag) => {
                    self.depth += 1;
                    if self.depth > DEPTH_MAX {
                        return Err(Refused::TooDeep);
                    }
                    self.start(tag)?;
                }
                Event::End(end) => {
                    self.depth -= 1;
                    self.end(end);
                }
                Event::Text(text) => self.text(text, handle_of)?,
                Event::Code(code) => {
                    self.text.push(&code);
                    self.events.push(Event::Code(code));
                }
                Event::SoftBreak | Event::HardBreak => {
                    self.text.push(" ");
                    self.events.push(event);
                }
                other => self.events.push(other),
            }
            if self.events.len() > EVENTS_MAX {
                return Err(Refused::TooLarge);
            }
        }
        Ok(())
    }

    fn start(&mut self, tag: Tag<'a>) -> Result<(), Refused> {
        let tag = match tag {
            Tag::Link { link_type, dest_url, title, .. } => return self.start_link(link_type, dest_url, title),
            Tag::Image { dest_url, title, .. } => return self.start_link(LinkType::Inline, dest_url, title),
            // The page's own title is its only h1.
            Tag::Heading { level, id, classes, attrs } => Tag::Heading { level: lower(level), id, classes, attrs },
            Tag::CodeBlock(kind) => {
                self.in_code_block = true;
                Tag::CodeBlock(match kind {
                    CodeBlockKind::Fenced(label) => {
                        language(&label).map_or(CodeBlockKind::Indented, |name| CodeBlockKind::Fenced(name.into()))
                    }
                    CodeBlockKind::Indented => CodeBlockKind::Indented,
                })
            }
            other => other,
        };
        self.events.push(Event::Start(tag));
        Ok(())
    }

    fn end(&mut self, end: TagEnd) {
        let end = match end {
            TagEnd::Link | TagEnd::Image => return self.end_link(),
            TagEnd::Heading(level) => TagEnd::Heading(lower(level)),
            TagEnd::CodeBlock => {
                self.in_code_block = false;
                end
            }
            other => other,
        };
        let inline = matches!(end, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough);
        if !inline {
            self.text.push(" ");
        }
        self.events.push(Event::End(end));
    }

    /// Links do not nest in HTML; one inside another, or one we do not allow, leaves its text only.
    fn start_link(&mut self, link_type: LinkType, dest_url: CowStr<'a>, title: CowStr<'a>) -> Result<(), Refused> {
        let dest = match link_type {
            LinkType::Email => Some(dest_url),
            _ => destination(dest_url),
        };
        let kept = dest.filter(|_| !self.in_link());
        if let Some(dest_url) = kept.clone() {
            self.count_link()?;
            self.events.push(Event::Start(Tag::Link { link_type, dest_url, title, id: "".into() }));
        }
        self.open.push((kept, self.events.len()));
        Ok(())
    }

    fn end_link(&mut self) {
        let Some((Some(dest), events_before)) = self.open.pop() else {
            return;
        };
        // An image without a description would be a link that nobody can see.
        if self.events.len() == events_before {
            self.text.push(&dest);
            self.events.push(Event::Text(dest));
        }
        self.events.push(Event::End(TagEnd::Link));
    }

    fn in_link(&self) -> bool {
        self.open.iter().any(|(kept, _)| kept.is_some())
    }

    fn count_link(&mut self) -> Result<(), Refused> {
        self.links += 1;
        if self.links > LINKS_MAX {
            return Err(Refused::TooManyLinks);
        }
        Ok(())
    }

    fn text(&mut self, text: CowStr<'a>, handle_of: &dyn Fn(&str) -> Option<String>) -> Result<(), Refused> {
        self.text.push(&text);
        if self.in_code_block || self.in_link() {
            self.events.push(Event::Text(text));
            return Ok(());
        }
        let mut written = 0;
        for (range, autolink) in autolinks(&text) {
            let (dest, shown) = match autolink {
                Autolink::Address => {
                    self.count_link()?;
                    (text[range.clone()].to_owned(), text[range.clone()].to_owned())
                }
                Autolink::Mention => {
                    let Some(handle) = handle_of(&text[range.start + 1..range.end]) else { continue };
                    if !self.mentions.contains(&handle) {
                        self.mentions.push(handle.clone());
                    }
                    (format!("/members/{handle}"), format!("@{handle}"))
                }
            };
            if written < range.start {
                let before = text[written..range.start].to_owned();
                self.events.push(Event::Text(before.into()));
            }
            self.events.push(Event::Start(Tag::Link {
                link_type: LinkType::Autolink,
                dest_url: dest.into(),
                title: "".into(),
                id: "".into(),
            }));
            self.events.push(Event::Text(shown.into()));
            self.events.push(Event::End(TagEnd::Link));
            written = range.end;
            if self.events.len() > EVENTS_MAX {
                return Err(Refused::TooLarge);
            }
        }
        self.events.push(if written == 0 { Event::Text(text) } else { Event::Text(text[written..].to_owned().into()) });
        Ok(())
    }

    fn finish(self, source_bytes: usize) -> Result<Rendered, Refused> {
        let mut raw = String::with_capacity(source_bytes * 2);
        html::push_html(&mut raw, self.events.into_iter());
        if raw.len() > HTML_BYTES_FREE.max(source_bytes * GROWTH_MAX) {
            return Err(Refused::TooLarge);
        }
        Ok(Rendered { html: SANITISER.clean(&raw).to_string(), links: self.links, mentions: self.mentions, text_start: self.text.finish() })
    }
}

fn lower(level: HeadingLevel) -> HeadingLevel {
    HeadingLevel::try_from(level as usize + 1).unwrap_or(HeadingLevel::H6)
}

/// The first word after a code fence, when it could be the name of a language.
fn language(label: &str) -> Option<String> {
    let name = label.split([' ', ',', '{']).next()?.to_ascii_lowercase();
    is_language(&name).then_some(name)
}

fn is_language(name: &str) -> bool {
    (1..=32).contains(&name.len()) && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'#' | b'-'))
}

/// Where a link may lead: the web, a mail address (its subject and copies dropped), or a path here. Control characters
/// are refused because browsers skip them: "/\t/evil.example" leads away.
fn destination(dest: CowStr<'_>) -> Option<CowStr<'_>> {
    if dest.contains(|c: char| c.is_control() || c == '\\') {
        return None;
    }
    if dest.starts_with('/') {
        return (!dest.starts_with("//")).then_some(dest);
    }
    let (scheme, rest) = dest.split_once(':')?;
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => rest.strip_prefix("//")?.chars().next().map(|_| dest),
        "mailto" if rest.contains('?') => {
            let address = rest.split('?').next()?;
            Some(format!("mailto:{address}").into())
        }
        "mailto" => Some(dest),
        _ => None,
    }
}

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from([
            "p",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "blockquote",
            "pre",
            "code",
            "em",
            "strong",
            "del",
            "ul",
            "ol",
            "li",
            "a",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "hr",
            "br",
            "input",
        ]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "title"])),
            ("ol", HashSet::from(["start"])),
            ("code", HashSet::from(["class"])),
            ("th", HashSet::from(["style"])),
            ("td", HashSet::from(["style"])),
            ("input", HashSet::from(["checked"])),
        ]))
        .set_tag_attribute_values(HashMap::from([("input", HashMap::from([("type", "checkbox"), ("disabled", "")]))]))
        .filter_style_properties(HashSet::from(["text-align"]))
        .attribute_filter(|tag, attribute, value| match (tag, attribute) {
            ("code", "class") => value.strip_prefix("language-").is_some_and(is_language).then_some(Cow::Borrowed(value)),
            _ => Some(Cow::Borrowed(value)),
        })
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("nofollow ugc noopener noreferrer"));
    builder
});

/// Collects the first words: white space collapsed, nothing invisible.
#[derive(Default)]
struct Excerpt {
    text: String,
    chars: usize,
    space: bool,
    cut: bool,
}

impl Excerpt {
    fn push(&mut self, more: &str) {
        for c in more.chars() {
            if self.cut {
                return;
            }
            if c.is_whitespace() {
                self.space = !self.text.is_empty();
            } else if !is_invisible(c) {
                if self.chars + usize::from(self.space) >= EXCERPT_CHARS_MAX {
                    self.cut = true;
                    return;
                }
                if std::mem::take(&mut self.space) {
                    self.text.push(' ');
                    self.chars += 1;
                }
                self.text.push(c);
                self.chars += 1;
            }
        }
    }

    fn finish(mut self) -> String {
        if self.cut {
            while self.chars >= EXCERPT_CHARS_MAX {
                self.text.pop();
                self.chars -= 1;
            }
            self.text.truncate(self.text.trim_end().len());
            self.text.push('…');
        }
        self.text
    }
}

/// Control characters, and those that turn the direction of all text after them.
fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200B}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests;
