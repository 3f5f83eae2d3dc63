//! What people are told.

use futures_util::{StreamExt, stream::BoxStream};
use poem::http::Method;
use serde_json::Value;

use super::{Person, Town};

/// An open stream of server-sent events.
pub struct Stream {
    bytes: BoxStream<'static, String>,
    text: String,
}

/// One server-sent event.
#[derive(Debug)]
pub struct Sent {
    pub id: String,
    pub kind: String,
    pub data: Value,
}

impl Stream {
    /// The next event; none when the stream has ended.
    pub async fn next(&mut self) -> Option<Sent> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
                let sent =
                    Sent { id: field("id:"), kind: field("event:"), data: serde_json::from_str(&field("data:")).unwrap_or_default() };
                self.text = rest.to_owned();
                if !sent.id.is_empty() {
                    return Some(sent);
                }
                continue;
            }
            let more = tokio::time::timeout(std::time::Duration::from_secs(20), self.bytes.next()).await.expect("an event or an end");
            self.text += &more?;
        }
    }
}

impl Town {
    /// What a member is told, the latest first: kind, how many, who did the last of them, and the title of the question.
    pub async fn told(&self, person: &Person) -> Vec<String> {
        self.settle().await;
        let items = person.get("/me/notifications").await.is(200).items();
        let text = |item: &Value, pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned();
        items
            .iter()
            .map(|item| {
                format!("{} {} {} {}", text(item, "/kind"), item["count"], text(item, "/actor/handle"), text(item, "/question/title"))
            })
            .collect()
    }
}

impl Person {
    pub async fn unread(&self) -> i64 {
        self.get("/me/notifications/count").await.is(200).int("/unread")
    }

    /// Listens, after the event `last` or from now on.
    pub async fn listens(&self, last: Option<&str>) -> Stream {
        let headers: Vec<_> = last.into_iter().map(|id| ("last-event-id", id)).collect();
        let response = self.open(Method::GET, "/me/notifications/stream", &headers).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(response.headers()["cache-control"].to_str().unwrap().contains("no-transform"));
        let bytes = response.into_body().into_bytes_stream();
        let bytes = bytes.map(|bytes| String::from_utf8(bytes.expect("bytes").to_vec()).expect("text")).boxed();
        Stream { bytes, text: String::new() }
    }
}
