//! The app's files, and what guards a page.

use poem::http::Method;

use crate::support::Town;

#[tokio::test]
async fn each_page_has_a_nonce_of_its_own() {
    let town = Town::new().await;
    let mut seen = Vec::new();
    for path in ["/", "/", "/ask", "/nothing-here"] {
        let page = town.visitor().opens(path).await;
        let policy = page.header("content-security-policy").unwrap();
        let nonce = policy.split_once("'nonce-").and_then(|(_, rest)| rest.split_once('\'')).unwrap().0.to_owned();
        assert!(nonce.len() >= 22 && !seen.contains(&nonce));
        assert!(policy.contains(&format!("style-src 'self' 'nonce-{nonce}'")) && !policy.contains("unsafe"));
        let tags: Vec<_> = page.html().split("nonce=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(tags.len() >= 3 && tags.iter().all(|tag| *tag == nonce), "{tags:?}");
        seen.push(nonce);
    }
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_sent_small() {
    let town = Town::new().await;
    let visitor = town.visitor();
    let path = "/assets/app-1a2b3c4d.js";
    for (accepted, coding) in
        [("gzip, deflate, br", Some("br")), ("gzip", Some("gzip")), ("br;q=0, gzip", Some("gzip")), ("identity", None)]
    {
        let file = visitor.opens_with(path, &[("accept-encoding", accepted)]).await.is(200);
        assert_eq!(file.header("content-encoding"), coding, "{accepted}");
        assert_eq!(file.header("content-type"), Some("text/javascript; charset=utf-8"));
        assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(file.header("vary"), Some("accept-encoding"));
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        let tag = file.header("etag").unwrap();
        let again = visitor.opens_with(path, &[("accept-encoding", accepted), ("if-none-match", tag)]).await.is(304);
        assert_eq!((again.header("etag"), again.html()), (Some(tag), ""));
    }
    assert_eq!(visitor.send(Method::HEAD, &format!("/{path}"), None, &[]).await.is(200).html(), "");
    visitor.send(Method::POST, &format!("/{path}"), None, &[]).await.refused(405, "method_not_allowed");
    let icon = visitor.opens("/favicon.svg").await.is(200);
    assert_eq!((icon.header("content-type"), icon.header("cache-control")), (Some("image/svg+xml"), Some("public, max-age=3600")));
    for absent in ["/assets/app-0.js", "/index.html", "/../mod.rs", "/%2e%2e/mod.rs", "/assets/../../mod.rs"] {
        visitor.opens(absent).await.is(404);
    }
}

#[tokio::test]
async fn pages_and_answers_are_compressed_for_who_wants_it() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    for n in 1..=4 {
        ada.asks(&format!("Question number {n} of a few")).await;
    }
    for path in ["/", "/api/v1/questions"] {
        let page = town.visitor().opens_with(path, &[("accept-encoding", "gzip, br")]).await.is(200);
        assert_eq!(page.header("content-encoding"), Some("gzip"));
        assert!(page.headers.get_all("vary").iter().any(|name| name == "accept-encoding"), "{:?}", page.headers);
        assert_eq!(town.visitor().opens(path).await.is(200).header("content-encoding"), None);
    }
}
