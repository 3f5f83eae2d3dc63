//! What a company sets about its community.

use serde_json::json;

use crate::support::Town;

#[tokio::test]
async fn a_company_names_its_community_and_its_points() {
    let town = Town::new().await;
    let (root, ada) = (town.admin("root1").await, town.member("ada").await);
    let visitor = town.visitor();
    let before = visitor.get("/site").await.is(200);
    assert_eq!(
        (before.text("/point_plural"), before.text("/language"), before.text("/welcome_html")),
        ("points".into(), "en".into(), "".into())
    );
    let etag = before.header("etag").expect("a tag").to_owned();
    visitor.get_if_changed("/site", &etag).await.is(304);

    let edit = json!({
        "name": " Home Baristas ", "point_singular": "bean", "point_plural": "beans", "language": "de", "currency": "CHF",
        "welcome_markdown": "**Welcome** <script>", "referral_text": "Bring a friend.",
    });
    let edited = root.patch_if("/admin/settings", &etag, edit).await.is(200);
    assert_eq!((edited.text("/name"), edited.text("/welcome_markdown")), ("Home Baristas".into(), "**Welcome** <script>".into()));
    root.patch_if("/admin/settings", &etag, json!({ "name": "Lost update" })).await.refused(412, "changed_since");
    let after = visitor.get_if_changed("/site", &etag).await.is(200);
    assert_eq!(
        (after.text("/name"), after.text("/point_plural"), after.text("/currency")),
        ("Home Baristas".into(), "beans".into(), "CHF".into())
    );
    assert_eq!(after.text("/welcome_html").trim(), "<p><strong>Welcome</strong> &lt;script&gt;</p>");
    assert!(after.body.get("flag_hide_weight").is_none(), "thresholds are not for everybody");
    assert_eq!(root.get("/admin/settings").await.is(200).text("/language"), "de");

    let bad = json!({ "name": "", "currency": "EURO", "flag_hide_weight": 0, "title_chars_min": 61, "referral_min_minor": 0, "referral_min_currency": "" });
    let refused = root.patch("/admin/settings", bad).await;
    for field in ["/name", "/currency", "/flag_hide_weight", "/title_chars_min", "/referral_min_minor", "/referral_min_currency"] {
        refused.clone().refuses_field(field);
    }
    root.patch("/admin/settings", json!({ "language": "xx" })).await.refused(400, "bad_body");
    ada.patch("/admin/settings", json!({ "name": "Mine" })).await.refused(403, "forbidden");
    ada.get("/admin/settings").await.refused(403, "forbidden");
    assert_eq!(town.audited("edit_settings").await, 1);
}

#[tokio::test]
async fn a_closed_community_takes_no_new_members() {
    let town = Town::new().await;
    let root = town.admin("root1").await;
    root.patch("/admin/settings", json!({ "sign_up_open": false })).await.is(200);
    let form = json!({ "email": "eve@town.example", "password": crate::support::PASSWORD, "handle": "eve" });
    town.visitor().post("/auth/register", form).await.refused(403, "sign_up_closed");
    town.sign_in("root1").await;
    root.patch("/admin/settings", json!({ "sign_up_open": true })).await.is(200);
    town.member("eve").await;
}

#[tokio::test]
async fn numbers_hold_without_a_restart() {
    let town = Town::new().await;
    let (root, ann, bob) = (town.admin("root1").await, town.member("ann").await, town.member("bob").await);
    let short = json!({ "title": "Kettle?", "body": "Which one?", "tags": ["general"] });
    let refused = ann.post("/questions", short.clone()).await;
    refused.clone().refuses_field("/title");
    refused.refuses_field("/body");
    root.patch("/admin/settings", json!({ "title_chars_min": 5, "body_chars_min": 5 })).await.is(200);
    let question = ann.post("/questions", short).await.is(201).text("/id");
    bob.post(&format!("/questions/{question}/answers"), json!({ "body": "Mine." })).await.is(201);

    root.patch("/admin/settings", json!({ "flag_hide_weight": 1, "flag_hide_flaggers": 1 })).await.is(200);
    bob.flags(&question).await;
    assert_eq!(town.post_state(&question).await, "hidden", "one member's word is enough here");
}
