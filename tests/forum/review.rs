//! The queue: deciding, disagreeing and thinking again.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::Town;

#[tokio::test]
async fn of_two_moderators_deciding_at_once_one_does() {
    let town = Town::new().await;
    let (ada, ben) = (town.member("ada").await, town.member("ben").await);
    let (mo, max) = (town.moderator("mod").await, town.moderator("max").await);
    let question = ada.asks("Which grinder?").await;
    ben.flags(&question).await;
    let item = mo.reviews(&question).await;
    let (one, other) = tokio::join!(mo.tries_to_decide(&item, "hide"), max.tries_to_decide(&item, "approve"));
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [200, 409]);
    let lost = if one.status == 409 { one } else { other };
    lost.refused(409, "already_decided");
    assert_eq!(town.audited("decide_review_item").await, 1);
}

#[tokio::test]
async fn a_decision_on_what_has_changed_since_is_refused() {
    let town = Town::new().await;
    let (ada, ben, mo) = (town.member("ada").await, town.member("ben").await, town.moderator("mod").await);
    let question = ada.asks("Which grinder?").await;
    ben.flags(&question).await;
    let item = mo.reviews(&question).await;
    town.member("cleo").await.flags(&question).await;
    mo.tries_to_decide(&item, "hide").await.refused(412, "changed_since");
    mo.decides(&mo.reviews(&question).await, "hide").await;
}

#[tokio::test]
async fn a_claim_keeps_others_out_for_a_quarter_of_an_hour() {
    let town = Town::new().await;
    let (ada, ben) = (town.member("ada").await, town.member("ben").await);
    let (mo, max) = (town.moderator("mod").await, town.moderator("max").await);
    let question = ada.asks("Which grinder?").await;
    ben.flags(&question).await;
    let item = mo.reviews(&question).await;
    let claim = format!("/admin/review-items/{}/claim", item["id"].as_str().unwrap());
    assert_eq!(mo.put(&claim, json!(null)).await.is(200).text("/claimed_by"), "mod");
    max.put(&claim, json!(null)).await.refused(409, "claimed");
    max.tries_to_decide(&item, "hide").await.refused(409, "claimed");
    assert_eq!(max.get("/admin/review-items?state=claimed").await.items().len(), 1);
    assert!(max.get("/admin/review-items?state=open").await.items().is_empty());
    // Somebody else's claim is not theirs to give up.
    max.delete(&claim).await.is(204);
    max.put(&claim, json!(null)).await.refused(409, "claimed");

    town.clock.advance(Duration::minutes(14));
    max.tries_to_decide(&item, "hide").await.refused(409, "claimed");
    town.clock.advance(Duration::minutes(1));
    let max = town.sign_in("max").await;
    assert_eq!(max.get("/admin/review-items?state=open").await.items().len(), 1);
    max.decides(&item, "hide").await;
}

#[tokio::test]
async fn a_decision_can_be_undone_and_made_again() {
    let town = Town::new().await;
    let (ada, ben, mo) = (town.member("ada").await, town.member("ben").await, town.moderator("mod").await);
    let question = ada.asks("Which grinder?").await;
    ben.flags(&question).await;
    let form = json!({ "decision": "silence", "hours": 24, "reason": "Insults.", "note": "Be kind.", "version": 1 });
    let path = format!("/admin/review-items/{}/decision", mo.reviews(&question).await["id"].as_str().unwrap());
    let item = mo.post(&path, form).await.is(200).body;
    assert_eq!(town.post_state(&question).await, "hidden");
    let sanction = &ada.get("/me/sanctions").await.items()[0];
    assert_eq!((sanction["note"].as_str(), sanction["post_id"].as_str()), (Some("Be kind."), Some(question.as_str())));

    let item = mo.undoes(&item).await;
    assert_eq!((item["state"].as_str(), item["flags"][0]["verdict"].as_str()), (Some("open"), Some("open")));
    assert_eq!(town.post_state(&question).await, "published");
    assert_eq!(ada.get("/me/sanctions").await.items()[0]["in_force"], false);
    mo.tries_to_undo(&item).await.refused(409, "not_decided");
    let form = json!({ "decision": "hide", "reason": "Insults.", "note": "Be kinder.", "version": item["version"] });
    let item = mo.post(&path, form).await.is(200).body;
    let mine = &ada.get("/me/moderated-posts").await.is(200).items()[0];
    assert_eq!((mine["state"].as_str(), mine["note"].as_str()), (Some("hidden"), Some("Be kinder.")));
    let item = mo.undoes(&item).await;
    assert!(ada.get("/me/moderated-posts").await.is(200).items().is_empty());

    let item = mo.decides(&item, "delete").await;
    assert_eq!(town.post_state(&question).await, "deleted");
    mo.undoes(&item).await;
    assert_eq!(town.post_state(&question).await, "published");
    assert_eq!((town.audited("decide_review_item").await, town.audited("undo_review_decision").await), (3, 3));
}

#[tokio::test]
async fn a_decision_is_not_undone_over_newer_flags() {
    let town = Town::new().await;
    let (ada, ben, mo) = (town.member("ada").await, town.member("ben").await, town.moderator("mod").await);
    let question = ada.asks("Which grinder?").await;
    ben.flags(&question).await;
    let decided = mo.decides(&mo.reviews(&question).await, "dismiss").await;
    assert_eq!(decided["flags"][0]["verdict"], "dismissed");
    town.member("cleo").await.flags(&question).await;
    mo.tries_to_undo(&decided).await.refused(409, "newer_item");
}

#[tokio::test]
async fn the_queue_shows_the_heaviest_first_page_by_page() {
    let town = Town::new().await;
    let (ada, mo) = (town.member("ada").await, town.moderator("mod").await);
    let flaggers = [town.member("ben").await, town.member("cleo").await, town.trusted_member("dan", 1).await];
    let mut questions = vec![];
    for flagger in &flaggers {
        let question = ada.asks("Which grinder?").await;
        flagger.flags(&question).await;
        questions.push(question);
    }
    let first = mo.get("/admin/review-items?limit=2").await.is(200);
    let second = mo.get(&format!("/admin/review-items?limit=2&cursor={}", first.text("/next_cursor"))).await.is(200);
    let shown: Vec<_> = first.items().iter().chain(&second.items()).map(|item| item["weight"].as_i64().unwrap()).collect();
    assert_eq!(shown, [2, 1, 1]);
    assert_eq!(first.items()[0]["post"]["id"], questions[2].as_str());
    let back = mo.get(&format!("/admin/review-items?limit=2&cursor={}", second.text("/prev_cursor"))).await.is(200);
    assert_eq!(back.items(), first.items());
    for item in first.items().iter().chain(&second.items()) {
        mo.decides(item, "hide").await;
    }
    let decided = mo.get("/admin/review-items?state=decided&limit=2").await.is(200);
    let rest = mo.get(&format!("/admin/review-items?state=decided&limit=2&cursor={}", decided.text("/next_cursor"))).await.is(200);
    assert_eq!((decided.items().len(), rest.items().len()), (2, 1));
    assert_eq!(rest.items()[0]["id"], first.items()[0]["id"]);
    mo.get(&format!("/admin/review-items?cursor={}", decided.text("/next_cursor"))).await.refused(400, "bad_cursor");
    assert!(mo.get("/admin/review-items?state=decided&kind=answer").await.is(200).items().is_empty());
}

#[tokio::test]
async fn the_queue_is_for_moderators_and_not_for_ones_own_posts() {
    let town = Town::new().await;
    let (ben, mo) = (town.member("ben").await, town.moderator("mod").await);
    let question = mo.asks("Which grinder?").await;
    ben.flags(&question).await;
    let item = mo.reviews(&question).await;
    let path = format!("/admin/review-items/{}", item["id"].as_str().unwrap());
    mo.tries_to_decide(&item, "approve").await.refused(403, "own_post");
    town.visitor().get("/admin/review-items").await.refused(401, "unauthorized");
    ben.get("/admin/review-items").await.refused(403, "forbidden");
    ben.get("/admin/review-items?group=no-such-group").await.refused(403, "forbidden");
    ben.get(&path).await.refused(403, "forbidden");
    ben.get("/admin/review-items/00000000-0000-0000-0000-000000000000").await.refused(403, "forbidden");
    ben.tries_to_decide(&item, "hide").await.refused(403, "forbidden");
    mo.get("/admin/review-items/00000000-0000-0000-0000-000000000000").await.refused(404, "not_found");
    mo.get("/admin/review-items?group=no-such-group").await.refused(404, "not_found");
}

#[tokio::test]
async fn a_groups_moderator_decides_on_its_posts_and_on_no_person() {
    let town = Town::new().await;
    let (ada, ben, gil) = (town.member("ada").await, town.member("ben").await, town.member("gil").await);
    let (inside, outside) = (ada.asks("Which grinder?").await, ada.asks("Which grinder?").await);
    town.sql(&format!(
        "insert into user_group (id, slug, name, description, kind, private, member_count, created_by, created_at)
         values (gen_random_uuid(), 'grinders', 'Grinders', '', 'open', false, 1, '{0}', now());
         insert into membership select id, '{0}', 'moderator', 'active', now() from user_group;
         update post set group_id = (select id from user_group) where id = '{inside}'",
        gil.id()
    ))
    .await;
    ben.flags(&inside).await;
    ben.flags(&outside).await;
    gil.get("/admin/review-items").await.refused(403, "forbidden");
    let items = gil.get("/admin/review-items?group=grinders").await.is(200).items();
    assert_eq!((items.len(), items[0]["post"]["id"].as_str()), (1, Some(inside.as_str())));
    gil.tries_to_decide(&items[0], "suspend").await.refused(403, "site_moderators_only");
    gil.tries_to_decide(&items[0], "remove_spam").await.refused(403, "site_moderators_only");
    gil.decides(&items[0], "hide").await;
    let mo = town.moderator("mod").await;
    gil.tries_to_decide(&mo.reviews(&outside).await, "hide").await.refused(403, "forbidden");
}

/// What members have before and after, and what the queue said they would lose or gain.
async fn moves_as_shown(town: &Town, movements: &[Value], sign: i64, change: impl Future<Output = Value>) -> Value {
    let mut before = vec![];
    for movement in movements {
        before.push(town.standing_of(movement["member"].as_str().unwrap()).await);
    }
    let changed = change.await;
    town.settle().await;
    for (movement, (reputation, points)) in movements.iter().zip(before) {
        let shown = |name: &str| sign * movement[name].as_i64().unwrap();
        let after = town.standing_of(movement["member"].as_str().unwrap()).await;
        let expected = (reputation + shown("reputation"), points + shown("points_pending") + shown("points_available"));
        assert_eq!(after, expected, "{movement}");
    }
    changed
}

fn list<'a>(item: &'a Value, pointer: &str) -> &'a [Value] {
    item.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("no {pointer} in {item}"))
}

#[tokio::test]
async fn the_effect_that_is_shown_is_the_effect_that_is_done() {
    let town = Town::new().await;
    let (ada, ben, moe) = (town.member("ada").await, town.member("ben").await, town.moderator("moe").await);
    let question = ada.asks("Which grinder?").await;
    let answer = ben.answers(&question, "The one with conical burrs.").await;
    town.trusted_member("cleo", 2).await.votes_on_answer(&answer, 1).await.is(200);
    town.trusted_member("dan", 2).await.votes_on_answer(&answer, -1).await.is(200);
    ada.accepts(&question, &answer).await;
    town.member("eve").await.flags_answer(&answer).await;
    town.settle().await;

    let item = moe.reviews(&answer).await;
    let taken: Vec<_> = list(&item, "/effect/if_withdrawn").to_vec();
    let by_member: Vec<_> = taken.iter().map(|m| (m["member"].as_str().unwrap(), m["reputation"].as_i64().unwrap())).collect();
    assert_eq!(by_member, [("ada", 2), ("ben", 23), ("dan", -1)]);
    assert!(list(&item, "/effect/if_returned").is_empty());
    let hidden = moves_as_shown(&town, &taken, -1, moe.decides(&item, "hide")).await;

    // To be accepted is for the asker to give again; all else comes back.
    let hidden = moe.get(&format!("/admin/review-items/{}", hidden["id"].as_str().unwrap())).await.is(200).body;
    let given: Vec<_> = list(&hidden, "/effect/if_returned").to_vec();
    assert_eq!((given.len(), given[0]["reputation"].as_i64(), given[1]["reputation"].as_i64()), (2, Some(8), Some(-1)));
    let reopened = moves_as_shown(&town, &given, 1, moe.undoes(&hidden)).await;

    // Spam costs the author on top, until that is undone.
    let before = town.standing_of("ben").await;
    let removed = moe.decides(&reopened, "remove_spam").await;
    town.settle().await;
    assert_eq!(town.standing_of("ben").await.0, -100);
    moe.undoes(&removed).await;
    town.settle().await;
    assert_eq!(town.standing_of("ben").await, before);

    // The audit log says what was moved.
    let logged = "select detail #>> '{effect,1,reputation}' from audit_entry where action = 'decide_review_item' order by id limit 1";
    assert_eq!(town.rows(logged).await, ["23"]);
}

#[tokio::test]
async fn a_hidden_post_is_its_authors_and_the_moderators_to_see() {
    let town = Town::new().await;
    let (ada, ben, moe) = (town.member("ada").await, town.member("ben").await, town.moderator("moe").await);
    let question = ada.asks("Which grinder?").await;
    moe.flags(&question).await;
    ben.reads(&question).await.refused(404, "not_found");
    town.visitor().reads(&question).await.refused(404, "not_found");
    assert_eq!(ada.reads(&question).await.is(200).text("/state"), "hidden");
    assert_eq!(moe.reads(&question).await.is(200).text("/state"), "hidden");
    let mine = ada.get("/me/moderated-posts").await.is(200).items();
    assert_eq!((mine.len(), mine[0]["id"].as_str(), mine[0].get("decision")), (1, Some(question.as_str()), None));
}

#[tokio::test]
async fn a_silenced_member_reads_and_votes_but_does_not_write() {
    let town = Town::new().await;
    let (ada, ben, moe) = (town.member("ada").await, town.member("ben").await, town.moderator("moe").await);
    let question = ben.asks("Which grinder?").await;
    moe.tries_to_sanction("ada", "silence", Some(24)).await.is(201);
    ada.tries_to_ask("Why can I not write?", &["general"], None).await.refused(403, "silenced");
    ada.tries_to_answer(&question, "The one with conical burrs.").await.refused(403, "silenced");
    ada.votes_on_question(&question, 1).await.is(200);
    town.clock.advance(Duration::hours(24));
    town.sign_in("ada").await.answers(&question, "The one with conical burrs.").await;
}

#[tokio::test]
async fn spam_that_is_upheld_again_costs_again() {
    let town = Town::new().await;
    let (ada, ben, mo) = (town.member("ada").await, town.member("ben").await, town.moderator("mod").await);
    let question = ada.asks("Which grinder?").await;
    ben.flags(&question).await;
    let reputation = async || {
        town.settle().await;
        town.standing_of("ada").await.0
    };
    let item = mo.decides(&mo.reviews(&question).await, "remove_spam").await;
    assert_eq!(reputation().await, -100);
    let item = mo.undoes(&item).await;
    assert_eq!((reputation().await, town.post_state(&question).await), (0, "published".to_owned()));
    let item = mo.decides(&item, "remove_spam").await;
    assert_eq!(reputation().await, -100);
    mo.undoes(&item).await;
    assert_eq!(reputation().await, 0);
}

#[tokio::test]
async fn spam_that_its_author_had_deleted_is_given_back_too() {
    let town = Town::new().await;
    let (ada, ben, mo) = (town.member("ada").await, town.member("ben").await, town.moderator("mod").await);
    let question = ada.asks("Which grinder?").await;
    ben.votes_on_question(&question, 1).await.is(200);
    ben.flags(&question).await;
    ada.deletes_question(&question).await.is(204);
    let item = mo.decides(&mo.reviews(&question).await, "remove_spam").await;
    town.settle().await;
    assert_eq!(town.standing_of("ada").await.0, -100);
    let item = mo.undoes(&item).await;
    town.settle().await;
    assert_eq!((town.standing_of("ada").await.0, town.post_state(&question).await), (0, "deleted".to_owned()));
    mo.decides(&item, "restore").await;
    town.settle().await;
    assert_eq!(town.standing_of("ada").await.0, 5);
}

#[tokio::test]
async fn undoing_a_deletion_gives_back_what_it_took() {
    let town = Town::new().await;
    let (ada, ben, mo) = (town.member("ada").await, town.member("ben").await, town.moderator("mod").await);
    let question = ada.asks("Which grinder?").await;
    let answer = ben.answers(&question, "This.").await;
    ada.votes_on_answer(&answer, 1).await.is(200);
    ada.flags_answer(&answer).await;
    let item = mo.decides(&mo.reviews(&answer).await, "delete").await;
    town.settle().await;
    assert_eq!((town.standing_of("ben").await.0, ada.reads(&question).await.int("/answer_count")), (0, 0));
    mo.undoes(&item).await;
    town.settle().await;
    assert_eq!((town.standing_of("ben").await.0, ada.reads(&question).await.int("/answer_count")), (10, 1));
}
