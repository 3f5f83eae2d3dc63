//! Bodies that another system stored as HTML, turned into Markdown once, when they are imported.
//!
//! The result is source text like any member's, so [`super::markdown::render`] stays the only way to a page.

use std::sync::LazyLock;

use htmd::{
    Element, HtmlToMarkdown,
    element_handler::Handlers,
    options::{BrStyle, BulletListMarker, Options},
};

pub const SOURCE_BYTES_MAX: usize = 200 * 1024;
pub const DEPTH_MAX: usize = 200;

/// Why a body cannot be converted. [`Refused::code`] is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("The HTML is larger than {} KB.", SOURCE_BYTES_MAX / 1024)]
    TooLarge,
    #[error("The HTML is nested more than {DEPTH_MAX} deep, or has too many tags that are never closed.")]
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
    if depth(html) > DEPTH_MAX {
        return Err(Refused::TooDeep);
    }
    std::panic::catch_unwind(|| CONVERTER.with(|converter| converter.convert(html)))
        .ok()
        .and_then(Result::ok)
        .ok_or(Refused::Unreadable)
}

thread_local! {
    static CONVERTER: HtmlToMarkdown = converter();
}
