//! Who is staff, who decided it, and what the audit log keeps of it.

use regulars::{identity::account::create_administrator, kit::Problem};
use serde_json::json;

use crate::support::{PASSWORD, Town};

#[tokio::test]
async fn administrators_make_staff() {
    let town = Town::new().await;
    let (root, ada, mo) = (town.admin("root1").await, town.member("ada").await, town.moderator("moe").await);
    town.settle().await;
    ada.tries_to_make("ada", "administrator").await.refused(403, "forbidden");
    mo.tries_to_make("ada", "moderator").await.refused(403, "forbidden");
    town.visitor().tries_to_make("ada", "moderator").await.refused(401, "unauthorized");
    root.tries_to_make("nobody", "moderator").await.refused(404, "not_found");
    root.put("/admin/members/ada/role", json!({ "role": "moderator", "reason": "" })).await.refuses_field("/reason");

    assert_eq!(root.tries_to_make("ada", "moderator").await.is(200).text("/role"), "moderator");
    assert_eq!(town.count("select count(*) from outbox_event where kind = 'leaderboard_listing_changed'").await, 1);
    let log = root.get("/admin/audit-log?action=set_member_role&actor=root1").await.is(200);
    assert_eq!(log.items().len(), 1);
    assert_eq!((log.text("/items/0/subject_id"), log.text("/items/0/subject_name")), (ada.id().to_owned(), "ada".to_owned()));
    assert_eq!(log.at("/items/0/detail"), &json!({ "from": "member", "to": "moderator" }));
    assert_eq!(root.get(&format!("/admin/audit-log?subject={}", mo.id())).await.items().len(), 0);
    assert_eq!(root.get("/admin/audit-log?actor=ada").await.items().len(), 0);
    ada.get("/admin/audit-log").await.refused(403, "forbidden");
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let town = Town::new().await;
    let root = town.admin("root1").await;
    root.tries_to_make("root1", "member").await.refused(409, "last_administrator");
    town.member("ada").await;
    root.tries_to_make("ada", "administrator").await.is(200);
    root.tries_to_make("root1", "member").await.is(200);
    root.tries_to_make("ada", "member").await.refused(403, "forbidden");
}

#[tokio::test]
async fn administrators_see_addresses() {
    let town = Town::new().await;
    let (root, ada) = (town.admin("root1").await, town.member("ada").await);
    town.member("bob").await;
    let found = root.get("/admin/members?q=ada@town").await.is(200);
    assert_eq!((found.items().len(), found.text("/items/0/email")), (1, "ada@town.example".to_owned()));
    assert_eq!(root.get("/admin/members?role=administrator").await.items().len(), 1);
    let first = root.get("/admin/members?limit=2").await.is(200);
    let second = root.get(&format!("/admin/members?limit=2&cursor={}", first.text("/next_cursor"))).await.is(200);
    assert_eq!((first.text("/items/0/handle"), second.text("/items/0/handle")), ("bob".to_owned(), "root1".to_owned()));
    ada.get("/admin/members").await.refused(403, "forbidden");
    town.visitor().get("/admin/members").await.refused(401, "unauthorized");
}

#[tokio::test]
async fn administrators_sort_members_and_page_through_them() {
    let town = Town::new().await;
    let root = town.admin("root1").await;
    for (handle, points, reputation) in [("dora", 30, 5), ("adam", 10, 90), ("cleo", 0, 1), ("bert", 30, 20)] {
        let person = town.member(handle).await;
        town.clock.advance(chrono::Duration::minutes(1));
        if points > 0 {
            town.pays(&person, points).await;
        }
        town.esteems(&person, reputation, "2026-01-01T00:00:00Z").await;
    }
    town.settle().await;
    town.sql("insert into member_tier (member_id, rank, reached_at) select id, 2, now() from member where handle = 'adam'").await;
    let names = |reply: &crate::support::Reply| -> Vec<String> {
        reply.items().iter().map(|item| item["handle"].as_str().unwrap().into()).collect()
    };
    for (sort, all) in [
        ("newest", ["bert", "cleo", "adam", "dora", "root1"]),
        ("handle", ["adam", "bert", "cleo", "dora", "root1"]),
        ("points", ["bert", "dora", "adam", "cleo", "root1"]),
        ("reputation", ["adam", "bert", "dora", "cleo", "root1"]),
        ("last_seen", ["bert", "cleo", "adam", "dora", "root1"]),
    ] {
        let path = format!("/admin/members?sort={sort}&limit=2");
        let first = root.get(&path).await.is(200);
        let second = root.get(&format!("{path}&cursor={}", first.text("/next_cursor"))).await.is(200);
        let third = root.get(&format!("{path}&cursor={}", second.text("/next_cursor"))).await.is(200);
        assert_eq!([names(&first), names(&second), names(&third)].concat(), all, "{sort}");
        let back = root.get(&format!("{path}&cursor={}", third.text("/prev_cursor"))).await.is(200);
        assert_eq!(names(&back), names(&second), "{sort}");
        root.get(&format!("{path}&q=a&cursor={}", first.text("/next_cursor"))).await.refused(400, "bad_cursor");
    }
    assert_eq!(names(&root.get("/admin/members?tier=2").await.is(200)), ["adam"]);
    assert_eq!(root.get("/admin/members?tier=2").await.is(200).int("/items/0/points"), 10);
    assert_eq!(names(&root.get("/admin/members?tier=0&q=d").await.is(200)), ["dora"]);
}

#[tokio::test]
async fn the_operator_makes_administrators() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let make = async |email: &str, handle: &str| -> Result<bool, Problem> {
        let kit = &town.app.kit;
        let mut tx = kit.db.begin().await?;
        let made = create_administrator(&mut tx, email, handle, PASSWORD.to_owned(), 12, kit.clock.now()).await?;
        tx.commit().await?;
        Ok(made)
    };
    assert!(make("root@town.example", "root1").await.expect("a new account"));
    assert!(!make("root@town.example", "root1").await.expect("nothing to do"));
    assert!(!make("Ada@town.example", "other").await.expect("her account"));
    assert_eq!(ada.get("/me").await.text("/role"), "administrator");
    assert_eq!(make("new@town.example", "a-d-a").await.expect_err("taken").code, "handle_taken");
    let log = ada.get("/admin/audit-log").await.is(200);
    assert_eq!(log.items().len(), 2);
    assert!(log.items().iter().all(|entry| entry.get("actor").is_none()), "the operator has no name");
}

#[tokio::test]
async fn who_took_the_operators_address_first_stays_a_member() {
    let town = Town::new().await;
    let eve = town.member("eve").await;
    let mut tx = town.app.kit.db.begin().await.expect("a transaction");
    let password = "what the operator chose".to_owned();
    let made = create_administrator(&mut tx, "Eve@town.example", "root1", password, 12, town.clock.now()).await;
    assert_eq!(made.expect_err("her address").code, "address_taken");
    drop(tx);
    assert_eq!(eve.get("/me").await.text("/role"), "member");
}

#[tokio::test]
async fn the_audit_log_names_what_it_is_about() {
    let town = Town::new().await;
    let (root, ada) = (town.admin("root1").await, town.member("ada").await);
    town.pays(&ada, 300).await;
    let reward = root.offers("Mug", 100, json!({})).await;
    ada.redeems(&reward, "one").await.is(201);
    let question = ada.asks("Which grinder fits a small kitchen?").await;
    root.answers(&question, "The one that you can lift with one hand.").await;
    root.founds("Home baristas", "open", false).await;
    root.flags(&question).await;
    town.settle().await;
    town.sql(
        "insert into audit_entry (id, action, subject_kind, subject_id, reason, detail, created_at)
         select gen_random_uuid(), 'looked_at', kind, id, '', '{}', now() from (
             select 'earning_rule' as kind, id from earning_rule where name = (select min(name) from earning_rule)
             union all select 'group', id from user_group union all select 'post', id from post
             union all select 'redemption', id from redemption union all select 'review_item', id from review_item
             union all select 'reward', id from reward union all select 'tag', id from tag
             union all select 'tier', id from tier where rank = (select min(rank) from tier)) subjects",
    )
    .await;
    let rule = json!(town.rows("select min(name) from earning_rule").await[0]);
    let tier = json!(town.rows("select name from tier order by rank limit 1").await[0]);
    let title = json!("Which grinder fits a small kitchen?");
    let mut seen: Vec<_> = root
        .get("/admin/audit-log?action=looked_at&limit=100")
        .await
        .items()
        .iter()
        .map(|entry| (entry["subject_kind"].as_str().unwrap_or_default().to_owned(), entry["subject_name"].clone()))
        .collect();
    seen.sort_by(|one, other| one.0.cmp(&other.0));
    let expected = [
        ("earning_rule", rule),
        ("group", json!("Home baristas")),
        ("post", title.clone()),
        ("post", title.clone()),
        ("redemption", json!("Mug")),
        ("review_item", title),
        ("reward", json!("Mug")),
        ("tag", json!("general")),
        ("tier", tier),
    ]
    .map(|(kind, name)| (kind.to_owned(), name));
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn of_two_administrators_who_demote_each_other_one_was_first() {
    let town = Town::new().await;
    let (root, ada) = (town.admin("root1").await, town.admin("ada").await);
    let (one, other) = tokio::join!(root.tries_to_make("ada", "member"), ada.tries_to_make("root1", "member"));
    let (done, refused) = if one.status == 200 { (one, other) } else { (other, one) };
    done.is(200);
    refused.refused(403, "forbidden");
    assert_eq!(town.count("select count(*) from member where role = 'administrator'").await, 1);
}

#[tokio::test]
async fn who_decides_on_one_member_at_once_waits_for_nobody_in_a_circle() {
    let town = Town::new().await;
    let (root, ada, bob) = (town.admin("root1").await, town.admin("ada").await, town.member("bob").await);
    for round in 0..10 {
        let role = if round % 2 == 0 { "moderator" } else { "member" };
        let warning = json!({ "kind": "warning", "reason": format!("Round {round}"), "note": "Please mind the rules." });
        let (made, warned) = tokio::join!(root.tries_to_make("bob", role), ada.post("/admin/members/bob/sanctions", warning));
        made.is(200);
        warned.is(201);
    }
    bob.tries_to_erase_themselves(PASSWORD).await.is(204);
}
