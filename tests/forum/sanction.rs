//! Warning, silencing and suspending.

use chrono::Duration;

use crate::support::Town;

#[tokio::test]
async fn a_suspended_member_is_shut_out_until_it_ends() {
    let town = Town::new().await;
    let (ada, mo) = (town.member("ada").await, town.moderator("mod").await);
    mo.tries_to_sanction("ada", "suspension", Some(48)).await.is(201);
    let question = mo.asks("Which grinder?").await;
    ada.tries_to_flag(&question).await.refused(403, "account_suspended");
    let mine = ada.get("/me/sanctions").await.is(200).items();
    assert_eq!((mine[0]["note"].as_str(), mine[0].get("reason")), (Some("Please be kind."), None));
    town.passes(Duration::hours(48)).await;
    town.sign_in("ada").await.flags(&question).await;
}

#[tokio::test]
async fn a_suspension_without_an_end_holds_until_it_is_lifted() {
    let town = Town::new().await;
    let (ada, mo) = (town.member("ada").await, town.moderator("mod").await);
    let sanction = mo.tries_to_sanction("ada", "suspension", None).await.is(201).text("/id");
    let question = mo.asks("Which grinder?").await;
    town.passes(Duration::days(20)).await;
    town.sign_in("ada").await.tries_to_flag(&question).await.refused(403, "account_suspended");
    let mo = town.sign_in("mod").await;
    mo.delete(&format!("/admin/sanctions/{sanction}?reason=no")).await.refuses_field("reason");
    mo.delete(&format!("/admin/sanctions/{sanction}?reason=Appealed")).await.is(204);
    mo.delete(&format!("/admin/sanctions/{sanction}?reason=Appealed")).await.refused(409, "sanction_over");
    town.sign_in("ada").await.flags(&question).await;
    assert_eq!((town.audited("impose_sanction").await, town.audited("lift_sanction").await), (1, 1));
    drop(ada);
}

#[tokio::test]
async fn who_sanctions_whom() {
    let town = Town::new().await;
    let (ada, mo, max) = (town.member("ada").await, town.moderator("mod").await, town.moderator("max").await);
    let (root, second) = (town.admin("rosa").await, town.admin("second").await);
    ada.tries_to_sanction("mod", "warning", None).await.refused(403, "forbidden");
    town.visitor().tries_to_sanction("mod", "warning", None).await.refused(401, "unauthorized");
    mo.tries_to_sanction("mod", "warning", None).await.refused(403, "own_account");
    mo.tries_to_sanction("max", "warning", None).await.refused(403, "staff_member");
    mo.tries_to_sanction("rosa", "warning", None).await.refused(403, "staff_member");
    root.tries_to_sanction("max", "silence", Some(24)).await.is(201);
    let id = root.tries_to_sanction("second", "silence", Some(24)).await.is(201).text("/id");
    mo.delete(&format!("/admin/sanctions/{id}?reason=mercy")).await.refused(403, "staff_member");
    second.delete(&format!("/admin/sanctions/{id}?reason=mercy")).await.refused(403, "own_account");
    mo.tries_to_sanction("nobody", "warning", None).await.refused(404, "not_found");
    mo.tries_to_sanction("a%00b", "warning", None).await.refused(400, "bad_parameter");
    mo.tries_to_sanction("ada", "silence", Some(25)).await.refuses_field("/hours");
    mo.tries_to_sanction("ada", "silence", Some(24)).await.is(201);
    mo.tries_to_sanction("ada", "warning", None).await.is(201);
    let listed = max.get("/admin/members/ada/sanctions?limit=1").await.is(200);
    assert_eq!((listed.items()[0]["kind"].as_str(), listed.items()[0]["imposed_by"].as_str()), (Some("warning"), Some("mod")));
    let next = format!("/admin/members/ada/sanctions?limit=1&cursor={}", listed.text("/next_cursor"));
    assert_eq!(max.get(&next).await.is(200).items()[0]["kind"], "silence");
    ada.get("/admin/members/ada/sanctions").await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_sanction_that_is_sent_twice_is_imposed_once() {
    let town = Town::new().await;
    let (_ada, mo, max) = (town.member("ada").await, town.moderator("mod").await, town.moderator("max").await);
    let (one, two) = tokio::join!(mo.tries_to_sanction("ada", "silence", Some(24)), mo.tries_to_sanction("ada", "silence", Some(24)));
    let (done, refused) = if one.status == 201 { (one, two) } else { (two, one) };
    let id = done.is(201).text("/id");
    refused.refused(409, "already_sanctioned");
    // Another moderator, another kind, the same once it was lifted, and the same later are decisions of their own.
    max.tries_to_sanction("ada", "silence", Some(24)).await.is(201);
    mo.tries_to_sanction("ada", "warning", None).await.is(201);
    mo.delete(&format!("/admin/sanctions/{id}?reason=mercy")).await.is(204);
    mo.tries_to_sanction("ada", "silence", Some(24)).await.is(201);
    town.passes(Duration::minutes(2)).await;
    mo.tries_to_sanction("ada", "silence", Some(24)).await.is(201);
}
