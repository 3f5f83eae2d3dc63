//! Notifications as they come.

use std::time::Duration;

use poem::http::Method;
use regulars::kit::{
    server::{self, Limits},
    shutdown::Shutdown,
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::support::{Plan, Town};

#[tokio::test]
async fn who_listens_hears_at_once_and_resumes_where_they_were() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks("Which grinder is best?").await;
    let (mut phone, mut desk) = (ada.listens(None).await, ada.listens(None).await);
    bea.comments_on_question(&question, "None.").await;
    town.settle().await;
    let heard = phone.next().await.unwrap();
    assert_eq!((heard.kind.as_str(), heard.data["kind"].as_str()), ("notification", Some("post_commented")));
    assert_eq!(heard.data["id"], heard.id);
    assert_eq!(desk.next().await.unwrap().id, heard.id);
    bea.answers(&question, "Or all of them.").await;
    town.settle().await;
    assert_eq!(phone.next().await.unwrap().data["kind"], "question_answered");
    drop((phone, desk));

    // While nobody listens, something is merged into what was heard.
    bea.comments_on_question(&question, "Or some.").await;
    town.settle().await;
    let mut back = ada.listens(Some(&heard.id)).await;
    assert_eq!(back.next().await.unwrap().data["kind"], "question_answered");
    let merged = back.next().await.unwrap();
    assert_eq!((&merged.data["count"], &merged.data["replaces"]), (&json!(2), &json!(heard.id)));
    let nonsense = ada.send(Method::GET, "/me/notifications/stream", None, &[("last-event-id", "nonsense")]).await;
    nonsense.refused(400, "bad_parameter");
    town.visitor().get("/me/notifications/stream").await.refused(401, "unauthorized");
}

#[tokio::test]
async fn a_stream_ends_with_its_token_its_session_and_the_server() {
    let town = Town::planned(Plan { access_token_ttl_s: 2, ..Plan::default() }).await;
    let ada = town.member("ada").await;
    assert!(ada.listens(None).await.next().await.is_none(), "the token has expired");

    let town = Town::new().await;
    let (ada, phone) = (town.member("ada").await, town.sign_in("ada").await);
    let (mut ends, mut stays) = (phone.listens(None).await, ada.listens(None).await);
    town.sql("update session set revoked_at = now() where created_at = (select max(created_at) from session)").await;
    assert!(ends.next().await.is_none(), "the session is over");
    // Nor does it give what comes before that is noticed.
    let lost = town.sign_in("ada").await;
    let mut overhears = lost.listens(None).await;
    let (question, bob) = (ada.asks("Which grinder is best?").await, town.member("bob").await);
    lost.post("/auth/logout", json!(null)).await.is(204);
    bob.answers(&question, "All of them.").await;
    town.settle().await;
    assert!(overhears.next().await.is_none(), "what it would give is no longer theirs");
    assert_eq!(stays.next().await.unwrap().data["kind"], "question_answered");
    town.app.end_streams();
    assert!(stays.next().await.is_none(), "the server stops");
    assert!(ada.listens(None).await.next().await.is_none());
}

#[tokio::test]
async fn of_many_streams_the_oldest_gives_way() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks("Which grinder is best?").await;
    let mut streams = Vec::new();
    for _ in 0..9 {
        streams.push(ada.listens(None).await);
    }
    assert!(streams[0].next().await.is_none());
    bea.answers(&question, "All of them.").await;
    town.settle().await;
    for stream in &mut streams[1..] {
        assert_eq!(stream.next().await.expect("it stays open").data["kind"], "question_answered");
    }
}

#[tokio::test]
async fn a_server_has_room_for_so_many_streams_and_says_so() {
    let town = Town::planned(Plan { streams_max: 2, ..Plan::default() }).await;
    let (ada, bea, cleo) = (town.member("ada").await, town.member("bea").await, town.member("cleo").await);
    let (_phone, desk) = (ada.listens(None).await, ada.listens(None).await);
    let refused = bea.get("/me/notifications/stream").await.refused(503, "too_many_streams");
    assert_eq!(refused.header("retry-after"), Some("30"));
    bea.get("/me/notifications").await.is(200);
    drop(desk);
    let _bea = bea.listens(None).await;
    cleo.get("/me/notifications/stream").await.refused(503, "too_many_streams");
}

#[tokio::test]
async fn a_server_keeps_streams_open_and_ends_them_when_it_stops() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks("Which grinder is best?").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let short = Duration::from_millis(300);
    let limits = Limits { header: short, write: short, ..Limits::new(4, Duration::ZERO, Duration::from_secs(5)) };
    let (shutdown, endpoint) = (Shutdown::default(), town.app.endpoint().unwrap());
    let stop = shutdown.clone();
    let server = tokio::spawn(async move { server::serve(listener, endpoint, limits, &stop).await });

    let mut client = TcpStream::connect(address).await.unwrap();
    let token = ada.token.as_deref().unwrap();
    let request = format!(
        "GET /api/v1/me/notifications/stream HTTP/1.1\r\nhost: a\r\naccept-encoding: gzip, br, zstd\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    client.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    async fn reads(client: &mut TcpStream, text: &mut String, until: &str) {
        let mut bytes = [0; 4_096];
        while !text.contains(until) {
            let n = timeout(Duration::from_secs(10), client.read(&mut bytes)).await.expect("in time").unwrap();
            assert!(n > 0, "it ended after {text}");
            *text += &String::from_utf8_lossy(&bytes[..n]);
        }
    }
    reads(&mut client, &mut text, "\r\n\r\n").await;
    assert!(text.starts_with("HTTP/1.1 200") && !text.to_lowercase().contains("content-encoding"), "{text}");
    // Longer than a client may leave an answer unread, or a connection idle: others are closed meanwhile.
    for _ in 0..3 {
        let mut idle = TcpStream::connect(address).await.unwrap();
        timeout(Duration::from_secs(10), idle.read_to_end(&mut Vec::new())).await.expect("in time").unwrap();
    }
    bea.answers(&question, "All of them.").await;
    town.settle().await;
    reads(&mut client, &mut text, "question_answered").await;
    shutdown.begin();
    shutdown.draining().await;
    town.app.end_streams();
    timeout(Duration::from_secs(2), server).await.expect("it does not wait for streams").unwrap().unwrap();
}
