//! Entity tags of posts: `"v3-…"` is version 3, with a digest of all that this caller was shown.
//!
//! If-Match looks at the version only, so that somebody else's vote does not spoil an edit.

use poem::http::StatusCode;
use poem_openapi::types::ToJSON;

use crate::kit::{Problem, secret};

const DIGEST_BYTES: usize = 12;

pub fn etag(version: i32, view: &impl ToJSON) -> String {
    let digest: String = secret::hash(&view.to_json_string()).iter().take(DIGEST_BYTES).map(|byte| format!("{byte:02x}")).collect();
    format!("\"v{version}-{digest}\"")
}

/// Whether If-None-Match names `etag`, so that the caller has it already.
pub fn is_known(if_none_match: Option<&str>, etag: &str) -> bool {
    if_none_match.is_some_and(|tags| tags.split(',').any(|tag| matches!(tag.trim().trim_start_matches("W/"), "*") || tag.trim() == etag))
}

/// Wants If-Match, when it is sent, to name the current version.
pub fn check(if_match: Option<&str>, version: i32) -> Result<(), Problem> {
    let names = |tag: &str| {
        let tag = tag.trim().trim_matches('"');
        tag == "*" || tag.split('-').next().and_then(|text| text.trim_start_matches('v').parse().ok()) == Some(version)
    };
    match if_match {
        Some(tags) if !tags.split(',').any(names) => {
            Err(Problem::new(StatusCode::PRECONDITION_FAILED, "changed_since", "This has changed since you read it."))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_looks_at_the_version() {
        for (tag, expected) in [
            (None, true),
            (Some("*"), true),
            (Some("\"v3-0011\""), true),
            (Some("\"v3\""), true),
            (Some("\"v2-0011\", \"v3-0022\""), true),
            (Some("\"v2-0011\""), false),
            (Some("\"v33-0011\""), false),
            (Some("W/\"v3-0011\""), false),
            (Some("rubbish"), false),
            (Some(""), false),
        ] {
            assert_eq!(check(tag, 3).is_ok(), expected, "{tag:?}");
        }
    }
}
