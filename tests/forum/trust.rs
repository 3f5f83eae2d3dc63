//! Trust grows with what one does, and staff may set it by hand.

use chrono::Duration;
use serde_json::json;

use crate::support::Town;

async fn trust_of(town: &Town, handle: &str) -> i64 {
    town.count(&format!("select trust from member where handle = '{handle}'")).await
}

#[tokio::test]
async fn somebody_who_takes_part_is_trusted_after_a_day() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    for _ in 0..5 {
        ada.asks("Which grinder?").await;
    }
    let due = format!("insert into trust_due values ('{}', now())", ada.id());
    town.sql(&due).await;
    town.work().await;
    assert_eq!(trust_of(&town, "ada").await, 0);
    town.passes(Duration::hours(25)).await;
    assert_eq!(trust_of(&town, "ada").await, 1);
}

#[tokio::test]
async fn a_level_set_by_hand_holds_until_it_is_taken_back() {
    let town = Town::new().await;
    let (ada, mo, root) = (town.member("ada").await, town.moderator("mod").await, town.admin("rosa").await);
    let form = json!({ "trust": 4, "reason": "Knows it all." });
    mo.put("/admin/members/ada/trust", form.clone()).await.refused(403, "forbidden");
    ada.put("/admin/members/ada/trust", form.clone()).await.refused(403, "forbidden");
    root.put("/admin/members/ada/trust", json!({ "trust": 5, "reason": "Knows it all." })).await.refuses_field("/trust");
    root.put("/admin/members/ada/trust", form).await.is(204);
    town.sql(&format!("insert into trust_due values ('{}', now())", ada.id())).await;
    town.work().await;
    assert_eq!(trust_of(&town, "ada").await, 4);
    root.delete("/admin/members/ada/trust?reason=Forgot+it+all").await.is(204);
    root.delete("/admin/members/ada/trust?reason=Forgot+it+all").await.refused(409, "trust_not_by_hand");
    town.work().await;
    assert_eq!(trust_of(&town, "ada").await, 0);
    assert_eq!((town.audited("set_trust").await, town.audited("unset_trust").await), (1, 1));
}

#[tokio::test]
async fn help_that_others_value_is_trusted_after_a_week() {
    let town = Town::new().await;
    let (ada, ben) = (town.member("ada").await, town.member("ben").await);
    for _ in 0..3 {
        let question = ada.asks("Which grinder?").await;
        let answer = ben.answers(&question, "The one with conical burrs.").await;
        ada.votes_on_answer(&answer, 1).await.is(200);
        ben.votes_on_question(&question, 1).await.is(200);
    }
    town.passes(Duration::days(1)).await;
    assert_eq!((trust_of(&town, "ada").await, trust_of(&town, "ben").await), (1, 1));
    town.passes(Duration::days(6)).await;
    // Who only asks stays where they are.
    assert_eq!((trust_of(&town, "ada").await, trust_of(&town, "ben").await), (1, 2));
}
