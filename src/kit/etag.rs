//! Entity tags (RFC 9110, 8.8.3): a reader learns that nothing changed, a writer that something did.
//!
//! A tag is `W/"VERSION"`, or `W/"VERSION-REST"` where a view also shows what changes without an edit, such as counts. It is
//! weak, because one state has more than one form: plain, and compressed by us or by a proxy. `If-None-Match` compares it all,
//! `If-Match` the version alone, weak or not: somebody who joins a group, or reads through a proxy that compresses, is no
//! reason to refuse an edit of its name. (RFC 9110, 13.1.1 would refuse every weak tag there.)

use poem_openapi::{ApiResponse, types::ToJSON};
use sha2::{Digest, Sha256};

use super::{Problem, json_text::JsonText, problem::General};
use crate::refusals;

refusals! {
    /// Why an edit of a version is refused.
    pub enum Refusal {
        ChangedSince = PRECONDITION_FAILED "changed_since" "This has changed since you read it; read it again.",
    }
}

const REST_CHARS: usize = 16;
/// What `If-Match` may be.
pub const LIST_PATTERN: &str = r#"^(\*|[ ,]*(W/)?"[!#-~]*"(( *,)+ *(W/)?"[!#-~]*")*[ ,]*)$"#;
/// What proxies put behind a tag when they compress (Apache's mod_deflate and mod_brotli, Jetty), and do not always take away.
const CODINGS: [&str; 4] = ["-gzip", "-br", "--gzip", ";gzip"];

/// What a single thing is answered with.
#[derive(ApiResponse)]
pub enum Conditional<T: ToJSON + Send> {
    /// As it is now.
    #[oai(status = 200)]
    Whole(
        JsonText<T>,
        /// Send it as `If-None-Match` to learn of changes, or as `If-Match` to edit only this.
        #[oai(header = "ETag")]
        String,
    ),
    /// Nothing has changed since.
    #[oai(status = 304)]
    NotModified(
        /// The tag that still holds.
        #[oai(header = "ETag")]
        String,
    ),
}

/// What an edit is answered with.
#[derive(ApiResponse)]
pub enum Edited<T: ToJSON + Send> {
    /// As it is now.
    #[oai(status = 200)]
    Whole(
        JsonText<T>,
        /// The tag of the new state.
        #[oai(header = "ETag")]
        String,
    ),
}

/// A view as it is sent, with its tag.
pub struct Tagged<T> {
    pub body: JsonText<T>,
    pub etag: String,
}

impl<T: ToJSON + Send> Tagged<T> {
    /// Of something whose every change counts its version up.
    pub fn of_version(version: i32, view: &T) -> Self {
        Self { body: JsonText::of(view), etag: format!("W/\"{version}\"") }
    }

    /// Of something that also changes on its own.
    pub fn of_view(version: i32, view: &T) -> Self {
        let body = JsonText::of(view);
        let hash = Sha256::digest(body.as_str());
        let rest: String = hash.iter().take(REST_CHARS / 2).map(|byte| format!("{byte:02x}")).collect();
        Self { body, etag: format!("W/\"{version}-{rest}\"") }
    }

    /// What a reader gets, whose If-None-Match this is.
    pub fn read(self, if_none_match: Option<&str>) -> Conditional<T> {
        if is_known(if_none_match, &self.etag) { Conditional::NotModified(self.etag) } else { Conditional::Whole(self.body, self.etag) }
    }

    /// What gets who has edited it.
    pub fn edited(self) -> Edited<T> {
        Edited::Whole(self.body, self.etag)
    }
}

/// Whether If-None-Match names `etag`, so that the caller has it already. (RFC 9110, 13.1.2: compared weakly.)
pub fn is_known(if_none_match: Option<&str>, etag: &str) -> bool {
    let same = |known: &str| {
        let ours = etag.trim_start_matches("W/").trim_matches('"');
        known.strip_prefix(ours).is_some_and(|coding| coding.is_empty() || CODINGS.contains(&coding))
    };
    if_none_match.is_some_and(|known| known == "*" || tags(known).is_some_and(|known| known.into_iter().any(same)))
}

/// 412 when the thing has another version than the caller thinks; 400 when `if_match` is no list of tags.
pub fn guard(if_match: Option<&str>, version: i32) -> Result<(), Problem> {
    let Some(known) = if_match.filter(|known| *known != "*") else { return Ok(()) };
    let Some(known) = tags(known) else {
        return Err(Problem::from(General::BadParameter).of_field("If-Match", "This must be `*`, or tags in quotes."));
    };
    let version = version.to_string();
    match known.into_iter().any(|tag| tag.split('-').next() == Some(&version)) {
        true => Ok(()),
        false => Err(Refusal::ChangedSince.into()),
    }
}

/// What stands in the quotes of a list's tags, weak or not; None where it is no list ([`LIST_PATTERN`]). By hand, because
/// `headers` only compares, and for If-Match refuses weak ones.
fn tags(list: &str) -> Option<Vec<&str>> {
    let mut tags = Vec::new();
    let mut rest = list.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (tag, after) = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
        if !tag.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        tags.push(tag);
        rest = after.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
        rest = rest.trim_start_matches([' ', '\t', ',']);
    }
    (!tags.is_empty()).then_some(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_knows_a_tag_weak_or_not() {
        for (if_none_match, knows) in [
            (None, false),
            (Some("W/\"3-ab\""), true),
            (Some("\"3-ab\""), true),
            (Some("\"2\", W/\"3-ab\""), true),
            (Some("*"), true),
            (Some(", \"2\" ,, \"3-ab\" ,"), true),
            (Some("\"a,b\", \"3-ab\""), true),
            // A proxy that compresses.
            (Some("W/\"3-ab-gzip\""), true),
            (Some("\"3-ab--gzip\""), true),
            (Some("\"3-abc\""), false),
            (Some("\"3\""), false),
            (Some("3-ab"), false),
            (Some("\"\"\"\""), false),
            (Some(""), false),
        ] {
            assert_eq!(is_known(if_none_match, "W/\"3-ab\""), knows, "{if_none_match:?}");
        }
    }

    #[test]
    fn an_edit_is_guarded_by_the_version_alone() {
        for (if_match, version, passes) in [
            (None, 3, true),
            (Some("\"3\""), 3, true),
            (Some("W/\"3\""), 3, true),
            (Some("\"3-ab12\""), 3, true),
            (Some("\"2\", \"3\""), 3, true),
            (Some("*"), 3, true),
            (Some("\"2\""), 3, false),
            (Some("\"33\""), 3, false),
            (Some("\"2\" , W/\"3-ab12\""), 3, true),
            (Some("\"2\" , ,\"3\","), 3, true),
            (Some("\"3-ab-gzip\""), 3, true),
            (Some("\"3,4\""), 3, false),
        ] {
            let refused = guard(if_match, version).err().map(|problem| problem.status);
            assert_eq!(refused, (!passes).then_some(412), "{if_match:?} of {version}");
        }
        for malformed in ["", ",", "3", "\"3", "**", "\"a\"b\"", "\"3\" \"4\"", "\"é\""] {
            assert_eq!(guard(Some(malformed), 3).err().map(|problem| problem.status), Some(400), "{malformed}");
        }
    }
}
