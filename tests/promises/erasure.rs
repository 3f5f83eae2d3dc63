//! Of a person who is erased, nothing is left: every column has its place in one list, and a canary is looked for in all.

use std::collections::BTreeSet;

use chrono::Duration;
use diesel_async::SimpleAsyncConnection;
use poem::http::Method;
use regulars::app;
use serde_json::json;

use crate::support::{PASSWORD, Plan, Town};

/// Every column that can hold words. A type that is not known here is taken for one.
const COLUMNS: &str = "select c.table_name || '.' || c.column_name from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where table_schema = 'public' and t.table_type = 'BASE TABLE' and c.table_name not like '\\_\\_%'
      and c.udt_name not in ('uuid', '_uuid', 'int2', 'int4', 'int8', 'float8', 'bool', 'timestamptz', 'date', 'xid8') order by 1";

#[tokio::test]
async fn every_column_has_its_place() {
    let town = Town::new().await;
    let there: BTreeSet<String> = town.rows(COLUMNS).await.into_iter().collect();
    let listed: Vec<String> =
        app::personal_columns().flat_map(|place| place.columns.iter().map(move |column| format!("{}.{column}", place.table))).collect();
    let once: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(once.len(), listed.len(), "a column has two places");
    let lacking: Vec<_> = there.difference(&once).collect();
    assert!(
        lacking.is_empty(),
        "Who says what becomes of these when somebody is erased? Add them to a feature's PERSONAL_COLUMNS: {lacking:?}"
    );
    let gone: Vec<_> = once.difference(&there).collect();
    assert!(gone.is_empty(), "no columns any more: {gone:?}");
}

/// Where `canary` stands.
async fn sightings(town: &Town) -> Vec<String> {
    let mut seen = Vec::new();
    for column in town.rows(COLUMNS).await {
        let (table, column) = column.split_once('.').expect("a table and a column");
        let text =
            format!("case pg_typeof({column})::text when 'bytea' then encode({column}::text::bytea, 'escape') else {column}::text end");
        let rows = town.rows(&format!("select left({text}, 200) from {table} where {text} ilike '%canar%'")).await;
        seen.extend(rows.into_iter().map(|row| format!("{table}.{column}: {row}")));
    }
    seen
}

#[tokio::test]
async fn of_a_person_who_is_erased_nothing_is_left() {
    let town = Town::new().await;
    let (root, mo, bob) = (town.admin("ruth").await, town.moderator("moe").await, town.member("bob").await);
    let till = town.partner("till", "purchases:write redemptions:write").await;
    town.member("Canary-77").await;
    let email = "Canary-77@town.example";
    let form = json!({ "email": email, "password": PASSWORD });
    town.visitor().send(Method::POST, "/auth/login", Some(form), &[("user-agent", "Canary Browser")]).await.is(200);
    let canary = town.sign_in("Canary-77").await;
    canary.patch("/me", json!({ "display_name": "Canary Bird", "bio": "A canary." })).await.is(200);
    town.sql(&format!(
        "insert into external_member (partner_id, external_id, member_id, linked_at) select id, 'canary-1', '{}', now() from partner",
        canary.id()
    ))
    .await;
    canary.get("/me/referral").await.is(200);

    // Her own words, and those of others.
    let question = canary.asks("Who else is called Canary Bird, or canary-77?").await;
    let answer = bob.answers(&question, "I call @Canary-77, see /members/canary-77, in `@CANARY-77` and @canary\\-77.").await;
    let other = bob.asks("Does @canary-77 know about grinders?").await;
    bob.comments_on_answer(&answer, "**@canary-77**, thanks").await;
    canary.comments_on_question(&other, "Write to canary-77@town.example, yours, Canary Bird").await;
    town.clock.advance(Duration::minutes(10));
    let edit = json!({ "body": "This text no longer names anybody at all.", "reason": "Canary Bird" });
    canary.patch(&format!("/questions/{question}"), edit).await.is(200);
    bob.patch(&format!("/answers/{answer}"), json!({ "body": "Nor does this one name anybody." })).await.is(200);
    assert!(!bob.get("/search?q=canary").await.is(200).items().is_empty());

    // What staff wrote of her.
    bob.post(&format!("/questions/{question}/flags"), json!({ "reason": "other", "note": "This canary again." })).await.is(201);
    let item = mo.reviews(&question).await;
    let form = json!({ "decision": "warn", "reason": "A canary sang.", "note": "Dear canary.", "version": item["version"] });
    mo.post(&format!("/admin/review-items/{}/decision", item["id"].as_str().unwrap()), form).await.is(200);
    mo.tries_to_sanction("canary-77", "warning", None).await.is(201);
    let adjustment = json!({ "handle": "canary-77", "points": 500, "reason": "The canary complained." });
    root.post_once("/admin/adjustments", "k1", adjustment).await.is(201);

    // What she ordered, and how it is told to others.
    town.records_order(&canary, 5_000).await;
    let mug = root.offers("A mug", 30, json!({ "kind": "material", "needs_approval": true })).await;
    let hers = canary.post_once("/redemptions", "canary", json!({ "reward_id": mug, "ship_to": "7 Canary Lane" })).await.is(201);
    let request = json!({ "reward_id": mug, "member_external_id": "canary-1", "ship_to": "8 Canary Lane" });
    till.post_once("/redemptions", "k2", request.clone()).await.is(201);
    let issue = format!("/redemptions/{}/issue", hers.text("/id"));
    root.post_once(&issue, "k3", json!({})).await.is(200);
    town.settle().await;
    let before = sightings(&town).await;
    let planted: BTreeSet<&str> = before.iter().filter_map(|row| row.split(':').next()).collect();
    assert!(planted.len() > 20, "{planted:#?}");

    canary.tries_to_erase_themselves(PASSWORD).await.is(204);
    town.settle().await;
    let left = sightings(&town).await;
    assert!(left.is_empty(), "{left:#?}");
    assert_eq!(town.count("select count(*) from account where email_hash is not null").await, 3, "nor is her address's hash");

    // The texts stay, and lead nowhere. A partner that sends again learns that it was done, and not where it went.
    let read = bob.reads(&other).await.is(200);
    assert!(read.text("/title").starts_with("Does @erased-") && !read.body.to_string().contains("/members/erased-"), "{:#}", read.body);
    assert_eq!(bob.get("/search?q=canary").await.is(200).items().len(), 0);
    let again = till.post_once("/redemptions", "k2", request).await.is(201);
    assert_eq!((again.header("idempotency-replayed"), again.body.get("ship_to")), (Some("true"), None));
    root.get("/admin/audit-log").await.is(200);

    // Nobody passes for her, and she may come back under another name.
    for handle in ["canary-77", "Canary77", "canary_77"] {
        let form = json!({ "email": "new@town.example", "password": PASSWORD, "handle": handle });
        town.visitor().post("/auth/register", form).await.refused(409, "handle_taken");
    }
    let form = json!({ "email": email, "password": PASSWORD, "handle": "finch" });
    town.visitor().post("/auth/register", form).await.is(202);
    town.visitor().post("/auth/login", json!({ "email": email, "password": PASSWORD })).await.is(200);
}

/// Whoever is on the way to be written when its author goes is either there for the erasure to find, or refused.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_while_its_author_is_erased_is_not_written() {
    // A member has a quarter of the places: these three requests.
    let town = Town::planned(Plan { connections_max: 12, ..Plan::default() }).await;
    let (bob, canary) = (town.member("bob").await, town.member("canary-88").await);
    let question = bob.asks("Which grinder is best?").await;
    let answer = bob.answers(&question, "All of them.").await;
    // Somebody holds the thread: what they write waits for it.
    let mut tx = town.app.kit.background_db.begin().await.unwrap();
    tx.batch_execute("select 1 from post for update").await.unwrap();
    let answers = {
        let (canary, question) = (canary.clone(), question.clone());
        tokio::spawn(async move { canary.tries_to_answer(&question, "I am canary-88, who waits.").await })
    };
    let comments = {
        let (canary, path) = (canary.clone(), format!("/answers/{answer}/comments"));
        tokio::spawn(async move { canary.post(&path, json!({ "body": "I am canary-88, who waits, too." })).await })
    };
    town.waits_for_locks(2).await;
    let erases = {
        let canary = canary.clone();
        tokio::spawn(async move { canary.tries_to_erase_themselves(PASSWORD).await })
    };
    town.waits_for_locks(3).await;
    drop(tx);
    for write in [answers, comments] {
        write.await.unwrap().is(201);
    }
    erases.await.unwrap().is(204);
    canary.tries_to_answer(&question, "I am canary-88, again.").await.refused(401, "unauthorized");
    town.settle().await;
    let left = sightings(&town).await;
    assert!(left.is_empty(), "{left:#?}");
}

/// And who goes first leaves nobody to write.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_being_erased_writes_no_more() {
    let town = Town::planned(Plan { connections_max: 12, ..Plan::default() }).await;
    let (bob, canary) = (town.member("bob").await, town.member("canary-99").await);
    let question = bob.asks("Which grinder is best?").await;
    // The erasure has begun, and has not ended.
    let mut tx = town.app.kit.background_db.begin().await.unwrap();
    tx.batch_execute(&format!("update member set erased_at = now(), version = version + 1 where id = '{}'", canary.id())).await.unwrap();
    let answers = {
        let (canary, question) = (canary.clone(), question.clone());
        tokio::spawn(async move { canary.tries_to_answer(&question, "I am canary-99, too late.").await })
    };
    town.waits_for_locks(1).await;
    tx.commit().await.unwrap();
    answers.await.unwrap().refused(401, "unauthorized");
    town.sql(&format!("update member set erased_at = null where id = '{}'", canary.id())).await;
}
