//! Names in texts: members are linked, whoever they were when the text was written.

use regulars::{
    app,
    kit::verify::{self, Outcome},
};
use serde_json::json;

use crate::support::{PASSWORD, Town};

const BODY: &str = "@ADA, @nobody-here, @media and @dora wrote this.";

#[tokio::test]
async fn only_members_are_linked() {
    let town = Town::new().await;
    let (_ada, bea) = (town.member("ada").await, town.member("bea").await);
    let link = "<a href=\"/members/ada\" rel=\"nofollow ugc noopener noreferrer\">@ada</a>";
    let expected = format!("<p>{link}, @nobody-here, @media and @dora wrote this.</p>\n");
    assert_eq!(bea.post("/markdown/preview", json!({ "body": BODY })).await.is(200).text("/body_html"), expected);
    let question = bea.asks("Which grinder suits a small kitchen?").await;
    bea.patch(&format!("/questions/{question}"), json!({ "body": BODY })).await.is(200);
    assert_eq!(bea.reads(&question).await.text("/body_html"), expected);
    let comment = json!({ "body": "Indeed: @Ada, not @nobody-here." });
    let comment = bea.post(&format!("/questions/{question}/comments"), comment).await.is(201);
    assert_eq!(comment.text("/body_html"), format!("<p>Indeed: {link}, not @nobody-here.</p>\n"));
    // A newcomer may mention two members, and write of as many other things as they like.
    let css = "@media @import @keyframes @page are no members, but @ada is.";
    let answer = bea.post(&format!("/questions/{question}/answers"), json!({ "body": css })).await.is(201);
    assert_eq!(answer.text("/body_html").matches("<a ").count(), 1);
    let code = json!({ "body": "Write `@ada` for a mention, or [look](/questions)." });
    let answer = bea.patch(&format!("/answers/{}", answer.text("/id")), code).await.is(200);
    assert!(!answer.text("/body_html").contains("/members/"));
}

#[tokio::test]
async fn a_name_that_is_taken_later_is_not_meant() {
    let town = Town::new().await;
    let (_ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = bea.asks("Which grinder suits a small kitchen?").await;
    bea.patch(&format!("/questions/{question}"), json!({ "body": BODY })).await.is(200);
    bea.comments_on_question(&question, "@ada and @dora, too.").await;
    town.clock.advance(chrono::Duration::days(1));
    town.member("dora").await;
    // As an earlier version kept it.
    let old = "body_html = '<p><a href=\"/members/dora\">@dora</a></p>', renderer = 1";
    town.sql(&format!("delete from mention; update post set {old}; update comment set {old}")).await;
    town.work().await;
    for table in ["post", "comment"] {
        let html = town.rows(&format!("select body_html from {table}")).await;
        assert!(html[0].contains("/members/ada") && !html[0].contains("/members/dora"), "{html:?}");
    }
    assert_eq!(town.rows("select distinct m.handle from mention n join member m on m.id = n.member_id").await, ["ada"]);
}

#[tokio::test]
async fn texts_that_name_the_erased_are_found() {
    let town = Town::new().await.not_audited();
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = bea.asks("Which grinder suits a small kitchen?").await;
    ada.tries_to_erase_themselves(PASSWORD).await.is(204);
    town.settle().await;
    let broken = async || {
        let mut tx = town.app.kit.db.begin().await.expect("a connection");
        let findings = verify::run(&mut tx, app::checks(), |_| ()).await.expect("the checks run");
        findings.into_iter().filter(|finding| finding.outcome == Outcome::Broken).map(|finding| finding.invariant).collect::<Vec<_>>()
    };
    assert_eq!(broken().await, Vec::<String>::new());
    town.sql(&format!("insert into mention (member_id, post_id) values ('{}', '{question}')", ada.id())).await;
    assert_eq!(broken().await, ["No text names a member who is erased."]);
}
