//! What visitors' answers show: under which keys of the change feed each may be kept, and until when.
//!
//! An answer shows the rows whose ids stand in it or in its address, and, by its operation, all of some kinds: what is listed
//! or counted, and names that are shown without an id. The words are those of the triggers (migration `change`). Pages and
//! feeds are made from answers of the API, and show what those show.

use chrono::{DateTime, Days, Utc};
use chrono_tz::Tz;
use poem::{Endpoint, Request, Response, Result, http::StatusCode};
use poem_openapi::OperationId;
use uuid::Uuid;

use crate::{
    domain::{day_start, programme_day},
    kit::{Kit, answer_cache::Shown, changes::Key},
};

const ID_CHARS: usize = 36;

/// The kinds that an operation's answer shows to a visitor; None where its answers are not kept.
fn kinds(operation: &str) -> Option<&'static [&'static str]> {
    Some(match operation {
        "get_question" | "list_answers" => &["tag_names", "group_names"],
        // A handle may find another member, or none.
        "list_questions" => &["questions", "tag_names", "group_names", "member_names"],
        "list_tags" | "get_tag" => &["tags"],
        "list_groups" | "get_group" => &["groups"],
        // What is counted, and the groups in their order.
        "get_member" => &["questions", "groups", "member_names"],
        "get_leaderboard" => &["leaderboards", "group_names", "member_names"],
        "get_site" => &["site"],
        _ => return None,
    })
}

/// When time alone changes an operation's answer; None: never.
fn ends(operation: &str, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
    // Periods begin with a day.
    (operation == "get_leaderboard").then(|| day_start(programme_day(now, zone) + Days::new(1), zone))
}

/// Whether the answer at this path and query may be kept: first pages alone, of what the table above knows.
pub fn may_keep(path: &str, query: Option<&str>) -> bool {
    let is_id = |text: &str| text.parse::<Uuid>().is_ok();
    let place = path.strip_prefix("/api/v1").unwrap_or(path);
    let is_api = place.len() < path.len();
    let steps: Vec<&str> = place.split('/').skip(1).collect();
    let known = match steps.as_slice() {
        ["questions" | "tags" | "groups"] => true,
        ["questions", id] => is_id(id),
        ["questions", id, "answers"] if is_api => is_id(id),
        ["questions", id, _] => !is_api && is_id(id),
        ["tags" | "groups" | "members" | "leaderboards", _] => true,
        ["site"] => is_api,
        [""] | ["feeds", "questions.atom"] | ["sitemap.xml"] => !is_api,
        _ => false,
    };
    known && !query.is_some_and(|query| query.contains("cursor="))
}

/// The API, which tells who keeps answers what its own show.
pub struct Telling<E> {
    /// It marks its answers with their operation.
    pub inner: E,
    pub kit: Kit,
}

impl<E: Endpoint<Output = Response>> Endpoint for Telling<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let Some(shown) = Shown::of(&request) else { return self.inner.call(request).await };
        let path = request.uri().path().to_owned();
        let now = self.kit.clock.now();
        let mut response = self.inner.call(request).await?;
        let operation = response.data::<OperationId>().map_or("", |operation| operation.0);
        let is_json = response.content_type().is_some_and(|kind| kind.starts_with("application/json"));
        let Some(kinds) = kinds(operation).filter(|_| response.status() == StatusCode::OK && is_json) else {
            shown.never_keep();
            return Ok(response);
        };
        if let Some(end) = ends(operation, now, self.kit.time_zone) {
            shown.ends(end);
        }
        let body = response.take_body().into_bytes().await?;
        shown.add(kinds.iter().map(|kind| Key::Kind((*kind).into())));
        shown.add(ids(path.as_bytes()).chain(ids(&body)).map(Key::Id));
        if operation == "get_question" && is_closed(&body) {
            // The question that it repeats is shown only as long as visitors may see it.
            shown.add([Key::Kind("questions".into())]);
        }
        response.set_body(body);
        Ok(response)
    }
}

/// Every id that stands in a text.
fn ids(text: &[u8]) -> impl Iterator<Item = Uuid> {
    let dashed = |id: &&[u8]| id[8] == b'-' && id[13] == b'-' && id[18] == b'-' && id[23] == b'-';
    text.windows(ID_CHARS).filter(dashed).filter_map(|id| Uuid::try_parse_ascii(id).ok())
}

/// Whether a question's answer says that it is closed. A text that says so has its quotes escaped.
fn is_closed(body: &[u8]) -> bool {
    const CLOSED: &[u8] = b"\"closed\":{";
    body.windows(CLOSED.len()).any(|part| part == CLOSED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_pages_of_what_is_known_may_be_kept() {
        let id = "0192f0c1-2d3e-7a4b-8c5d-6e7f80910a1b";
        for (path, query, kept) in [
            ("/", None, true),
            ("/", Some("tab=new"), true),
            ("/", Some("cursor=abc"), false),
            ("/questions", Some("sort=new"), true),
            ("/api/v1/questions", Some("sort=new&cursor=abc"), false),
            ("/api/v1/questions/similar", Some("title=a"), false),
            (&format!("/api/v1/questions/{id}"), None, true),
            (&format!("/api/v1/questions/{id}/answers"), None, true),
            (&format!("/api/v1/questions/{id}/revisions"), None, false),
            (&format!("/questions/{id}/which-kettle"), None, true),
            ("/api/v1/members", None, false),
            ("/api/v1/members/ada", None, true),
            ("/api/v1/members/ada/answers", None, false),
            ("/leaderboards/points", Some("period=day"), true),
            ("/api/v1/site", None, true),
            ("/site", None, false),
            ("/api/v1/me", None, false),
            ("/api/v1", None, false),
            ("/api/v1/", None, false),
            ("/search", Some("q=a"), false),
            ("/assets/index.js", None, false),
            ("/feeds/questions.atom", None, true),
            ("/sitemap.xml", Some("part=lists"), true),
        ] {
            assert_eq!(may_keep(path, query), kept, "{path} {query:?}");
        }
    }

    #[test]
    fn ids_are_found_wherever_they_stand() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let text = format!("{{\"id\":\"{one}\",\"text\":\"see /questions/{two}/a-b-c-d\"}}{}", "-".repeat(40));
        assert_eq!(ids(text.as_bytes()).collect::<Vec<_>>(), [one, two]);
        assert_eq!(ids(b"short").count(), 0);
    }

    #[test]
    fn a_closed_question_is_told_from_words_about_one() {
        assert!(is_closed(br#"{"state":"published","closed":{"reason":"duplicate"}}"#));
        assert!(!is_closed(br#"{"closed":false,"body":"\"closed\":{"}"#));
    }

    #[test]
    fn boards_end_with_the_day_of_the_programme() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let zone = chrono_tz::Europe::Berlin;
        assert_eq!(ends("get_leaderboard", at("2026-07-01T21:59:59Z"), zone), Some(at("2026-07-01T22:00:00Z")));
        assert_eq!(ends("get_leaderboard", at("2026-07-01T22:00:00Z"), zone), Some(at("2026-07-02T22:00:00Z")));
        assert_eq!(ends("get_question", at("2026-07-01T22:00:00Z"), zone), None);
    }
}
