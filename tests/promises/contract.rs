//! The core contract: names that partners rely on and that therefore never change.

use regulars::kit::telemetry::MetricsAccess;
use serde_json::json;

use crate::support::{Plan, Town};

const CONTRACT: &str = "
post   /auth/register                                register
post   /auth/login                                   log_in
post   /auth/refresh                                 refresh_session
post   /auth/logout                                  log_out
get    /me                                           get_me
patch  /me                                           edit_me
delete /me                                           erase_me
get    /me/export                                    export_me
get    /members/{handle}                             get_member
get    /questions                                    list_questions
post   /questions                                    ask_question
get    /questions/{question_id}                      get_question
patch  /questions/{question_id}                      edit_question
delete /questions/{question_id}                      delete_question
get    /questions/{question_id}/answers              list_answers
post   /questions/{question_id}/answers              answer_question
patch  /answers/{answer_id}                          edit_answer
delete /answers/{answer_id}                          delete_answer
put    /questions/{question_id}/accepted-answer      accept_answer
delete /questions/{question_id}/accepted-answer      unaccept_answer
put    /questions/{question_id}/vote                 vote_on_question
put    /answers/{answer_id}/vote                     vote_on_answer
post   /questions/{question_id}/comments             comment_on_question
post   /answers/{answer_id}/comments                 comment_on_answer
get    /questions/similar                            similar_questions
get    /search                                       search
get    /tags                                         list_tags
post   /questions/{question_id}/flags                flag_question
post   /answers/{answer_id}/flags                    flag_answer
get    /groups                                       list_groups
post   /groups                                       create_group
get    /groups/{slug}                                get_group
patch  /groups/{slug}                                edit_group
delete /groups/{slug}                                delete_group
put    /groups/{slug}/members/me                     join_group
delete /groups/{slug}/members/me                     leave_group
put    /groups/{slug}/members/{handle}               set_group_member
delete /groups/{slug}/members/{handle}               remove_group_member
post   /purchases                                    record_purchase
get    /purchases/{purchase_id}                      get_purchase
post   /purchases/{purchase_id}/returns              record_return
get    /me/points                                    get_my_points
get    /me/points/statement                          list_my_statement
get    /me/tier                                      get_my_tier
get    /tiers                                        list_tiers
get    /rewards                                      list_rewards
get    /rewards/{reward_id}                          get_reward
post   /redemptions                                  redeem_reward
get    /me/redemptions                               list_my_redemptions
post   /redemptions/{redemption_id}/cancel           cancel_redemption
post   /redemptions/{redemption_id}/fulfil           fulfil_redemption
get    /me/referral                                  get_my_referral
get    /leaderboards/{board}                         get_leaderboard
get    /admin/review-items                           list_review_items
post   /admin/review-items/{id}/decision             decide_review_item
post   /admin/adjustments                            adjust_points
get    /admin/ledger/integrity                       check_ledger_integrity
get    /admin/audit-log                              list_audit_log
get    /admin/earning-rules                          list_earning_rules
post   /admin/earning-rules                          create_earning_rule
get    /admin/tiers                                  list_all_tiers
post   /admin/tiers                                  create_tier
get    /admin/rewards                                list_all_rewards
post   /admin/rewards                                create_reward
get    /admin/partners                               list_partners
post   /admin/partners                               create_partner
get    /admin/api-keys                               list_api_keys
post   /admin/api-keys                               create_api_key
";

#[tokio::test]
async fn the_core_contract_stands() {
    let town = Town::new().await;
    let spec = town.app.spec().expect("a description");
    let mut broken = Vec::new();
    for line in CONTRACT.trim().lines() {
        let [method, path, id]: [&str; 3] = line.split_whitespace().collect::<Vec<_>>().try_into().expect("three words");
        let found = &spec["paths"][path][method]["operationId"];
        if found != id {
            broken.push(format!("{method} {path} should be {id} and is {found}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[tokio::test]
async fn a_running_server_says_how_it_is() {
    let town = Town::new().await;
    let visitor = town.visitor();
    visitor.get("//health/live").await.is(200);
    visitor.get("//health/ready").await.is(200);
    let metrics = visitor.get("//metrics").await.is(200);
    assert!(metrics.body.as_str().unwrap().contains("http_requests_total"));
    assert_eq!(visitor.get("//.well-known/jwks.json").await.is(200).text("/keys/0/crv"), "Ed25519");
    assert_eq!(visitor.get("//openapi.json").await.is(200).text("/openapi"), "3.0.3");
    let docs = visitor.get("//docs").await.is(200);
    assert!(docs.body.as_str().unwrap().contains(&town.app.spec().unwrap().to_string()), "the docs show the published description");
    town.app.stop_accepting();
    visitor.get("//health/ready").await.refused(503, "shutting_down");
    visitor.get("//health/live").await.is(200);
}

#[tokio::test]
async fn the_frameworks_own_errors_are_problems_too() {
    let town = Town::new().await;
    let visitor = town.visitor();
    visitor.get("/nothing-here").await.refused(404, "no_such_path");
    visitor.get("//nothing-here").await.refused(404, "no_such_path");
    let wrong_method = visitor.delete("/tags").await.refused(405, "method_not_allowed");
    assert_eq!(wrong_method.header("allow"), Some("GET, HEAD"));
    visitor.get("/questions/not-an-id").await.refused(404, "not_found");
    visitor.get("/questions?cursor=made-up").await.refused(400, "bad_cursor");
    visitor.get("/questions?limit=101").await.refused(400, "bad_limit");
    visitor.get("/questions?sort=best").await.refused(400, "bad_parameter");
    let named = visitor.send(poem::http::Method::GET, "/tags", None, &[("x-request-id", "my-own-id")]).await.is(200);
    assert_eq!(named.header("x-request-id"), Some("my-own-id"));
    assert_eq!(named.header("x-content-type-options"), Some("nosniff"));
    let mut stranger = visitor.clone();
    for token in ["nonsense", "rk_nonsense", ""] {
        stranger.token = Some(token.to_owned());
        stranger.get("/tags").await.refused(401, "unauthorized");
        stranger.get("/questions").await.refused(401, "unauthorized");
        stranger.get("/me").await.refused(401, "unauthorized");
    }
}

#[tokio::test]
async fn metrics_are_shown_to_whom_the_operator_says() {
    let read = async |metrics: MetricsAccess, token: Option<&str>| {
        let town = Town::planned(Plan { metrics, ..Plan::default() }).await;
        let mut reader = town.visitor();
        reader.token = token.map(str::to_owned);
        reader.get("//metrics").await
    };
    read(MetricsAccess::Open, None).await.is(200);
    read(MetricsAccess::Closed, None).await.refused(404, "no_such_path");
    let access = || MetricsAccess::token("a token of sixteen");
    read(access(), None).await.refused(401, "unauthorized");
    read(access(), Some("another token")).await.refused(401, "unauthorized");
    let shown = read(access(), Some("a token of sixteen")).await.is(200);
    assert_eq!(shown.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn nobody_keeps_what_is_personal() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let question = ada.asks("Which grinder?").await;
    let reward = town.admin("rosa").await.offers("Mug", 10, json!({})).await;
    town.pays(&ada, 100).await;
    let redeemed = ada.redeems(&reward, "one").await.is(201);
    assert_eq!(redeemed.header("cache-control"), Some("private, no-store"));
    let form = json!({ "email": "ada@town.example", "password": crate::support::PASSWORD });
    let signed_in = town.visitor().post("/auth/login", form).await.is(200);
    assert_eq!(signed_in.header("cache-control"), Some("private, no-store"));
    let refreshed = town.visitor().post("/auth/refresh", json!({ "refresh_token": signed_in.text("/refresh_token") })).await.is(200);
    assert_eq!(refreshed.header("cache-control"), Some("private, no-store"));
    for (path, expected) in [
        ("/me".to_owned(), "private, no-store"),
        ("/me/export".to_owned(), "private, no-store"),
        ("/me/notifications".to_owned(), "private, no-store"),
        ("/me/points".to_owned(), "private, no-store"),
        (format!("/redemptions/{}", redeemed.text("/id")), "private, no-store"),
        ("/questions?followed=true".to_owned(), "private, no-store"),
        (format!("/questions/{question}"), "private, no-cache"),
    ] {
        assert_eq!(ada.get(&path).await.is(200).header("cache-control"), Some(expected), "{path}");
    }
    // A browser that has a question asks whether it still is as it was.
    let read = ada.reads(&question).await;
    let again = ada.get_if_changed(&format!("/questions/{question}"), read.header("etag").expect("a tag")).await.is(304);
    assert_eq!(again.header("cache-control"), Some("private, no-cache"));
    let visitor = town.visitor().reads(&question).await.is(200);
    assert_eq!((visitor.header("cache-control"), visitor.header("vary")), (None, Some("Authorization")));
    ada.get("/me/sessions/none").await;
    assert_eq!(town.visitor().get("/me").await.is(401).header("cache-control"), Some("no-store"));
}
