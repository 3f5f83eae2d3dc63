//! Codes of pools: each opens one door, once.

use serde_json::{Value, json};

use crate::support::{Person, Reply, Town};

async fn adds(rosa: &Person, pool: &str, codes: &[&str]) -> Reply {
    let key = uuid::Uuid::now_v7().to_string();
    rosa.post_once(&format!("/admin/rewards/{pool}/codes"), &key, json!({ "codes": codes })).await
}

#[tokio::test]
async fn a_code_is_in_one_pool_once_however_it_is_written() {
    let town = Town::new().await;
    let rosa = town.admin("rosa").await;
    let cinema = rosa.offers("Cinema", 10, json!({ "kind": "code_pool" })).await;
    let theatre = rosa.offers("Theatre", 10, json!({ "kind": "code_pool" })).await;
    adds(&rosa, &cinema, &["SAVE-77", "\u{feff}SAVE-78", "Über 1"]).await.is(201);
    assert_eq!(town.rows("select code from coupon_code order by 1").await, ["SAVE-77", "SAVE-78", "Über 1"]);
    for twin in [
        "SAVE-77",
        "save-77",
        "\u{feff}SAVE-77",
        "SAVE-\u{200b}77",
        "\tSAVE-77",
        "SAVE-77\r\n",
        "SAVE-77\r",
        "SAVE- 77",
        "\u{a0}Save-77 ",
        "ＳＡＶＥ-７７",
        "SAVE\u{2066}-77\u{2069}",
        "S\u{fe0f}AVE-77\u{e0041}",
    ] {
        for pool in [&theatre, &cinema] {
            let refused = adds(&rosa, pool, &["NEW-1", twin]).await.refused(409, "duplicate_codes");
            assert_eq!(refused.text("/errors/0/pointer"), "/codes/1", "{twin:?}");
            assert_eq!(refused.text("/errors/0/detail"), "This code is in the pool Cinema already.");
        }
    }
    let refused = adds(&rosa, &theatre, &["A-1", "B-1", "a-1", "\u{feff}B-1"]).await.refused(409, "duplicate_codes");
    assert_eq!(
        refused.at("/errors"),
        &json!([
            { "pointer": "/codes/2", "code": "invalid", "detail": "This code stands at /codes/0 already." },
            { "pointer": "/codes/3", "code": "invalid", "detail": "This code stands at /codes/1 already." },
        ])
    );
    adds(&rosa, &theatre, &["\u{feff}\t"]).await.refuses_field("/codes/0");
    // Another partner does not learn whose they are.
    let shop = town.partner("shop", "catalog:write").await;
    let own =
        shop.post("/admin/rewards", json!({ "name": "Opera", "kind": "code_pool", "price_points": 10 })).await.is(201).text("/reward/id");
    let refused = adds(&shop, &own, &["SAVE-77"]).await.refused(409, "duplicate_codes");
    assert_eq!(refused.text("/errors/0/detail"), "This code is in a pool already.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_add_a_code_at_once_add_it_once() {
    let town = Town::new().await;
    let rosa = town.admin("rosa").await;
    let cinema = rosa.offers("Cinema", 10, json!({ "kind": "code_pool" })).await;
    let theatre = rosa.offers("Theatre", 10, json!({ "kind": "code_pool" })).await;
    for n in 0..10 {
        let (upper, lower) = (format!("CODE-{n}"), format!("code-{n}"));
        let (one, two) = ([upper.as_str()], [lower.as_str()]);
        let (one, two) = tokio::join!(adds(&rosa, &cinema, &one), adds(&rosa, &theatre, &two));
        let (done, refused) = if one.status == 201 { (one, two) } else { (two, one) };
        done.is(201);
        refused.refused(409, "duplicate_codes");
    }
    assert_eq!(town.count("select count(*) from coupon_code").await, 10);
}

/// Whoever has their points back has no code to show.
#[tokio::test]
async fn a_code_is_shown_while_it_is_good() {
    let town = Town::new().await;
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    let pool = rosa.offers("Cinema", 10, json!({ "kind": "code_pool", "refundable": true })).await;
    let own = rosa.offers("Ten percent", 10, json!({ "refundable": true })).await;
    adds(&rosa, &pool, &["SAVE-1", "SAVE-2", "SAVE-3"]).await.is(201);
    town.pays(&ann, 100).await;
    for reward in [&pool, &own] {
        for step in ["cancel", "refund", "fulfil"] {
            let redeemed = ann.redeems(reward, &format!("{reward} {step}")).await.is(201);
            let (id, code) = (redeemed.text("/id"), redeemed.text("/code"));
            let answered = rosa.post_once(&format!("/redemptions/{id}/{step}"), &id, json!({})).await.is(200);
            town.settle().await;
            let is_good = step == "fulfil";
            let shows = |what: &Value| what.to_string().contains(&code);
            let csv = rosa.send(poem::http::Method::GET, "/admin/redemptions", None, &[("accept", "text/csv")]).await;
            for (place, shown) in [
                ("the step's answer", shows(&answered.body)),
                ("the member", shows(&ann.get(&format!("/redemptions/{id}")).await.body)),
                ("the member's list", shows(&ann.get("/me/redemptions").await.body)),
                ("the member's export", shows(&ann.get("/me/export").await.is(200).body)),
                ("staff", shows(&rosa.get("/admin/redemptions").await.body)),
                ("staff's export", shows(&csv.body)),
            ] {
                assert_eq!(shown, is_good, "{place} after {step}");
            }
            assert!(!shows(&ann.get("/me/notifications").await.body), "no notification shows a code");
        }
    }
}

#[tokio::test]
async fn a_held_code_is_not_in_the_export() {
    let town = Town::new().await;
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    let pool = rosa.offers("Cinema", 10, json!({ "kind": "code_pool", "needs_approval": true })).await;
    adds(&rosa, &pool, &["SAVE-1"]).await.is(201);
    town.pays(&ann, 100).await;
    ann.redeems(&pool, "request").await.is(201);
    assert!(!ann.get("/me/export").await.is(200).body.to_string().contains("SAVE-1"));
}

/// Codes that were taken in twice by an older version: nobody gets the second one, and the fault is found.
#[tokio::test]
async fn codes_that_were_taken_twice_are_found_and_not_given_out() {
    let town = Town::new().await.not_audited();
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    let (cinema, theatre) =
        (rosa.offers("Cinema", 10, json!({ "kind": "code_pool" })).await, rosa.offers("Theatre", 10, json!({ "kind": "code_pool" })).await);
    adds(&rosa, &cinema, &["SAVE-77", "SAVE-80"]).await.is(201);
    adds(&rosa, &theatre, &["OTHER-1", "OTHER-2", "OTHER-3"]).await.is(201);
    town.pays(&ann, 100).await;
    let issued = ann.redeems(&cinema, "first").await.is(201);
    let (code, id) = (issued.text("/code"), issued.text("/id"));
    town.sql("drop index redemption_by_code").await;
    town.sql(include_str!("../../migrations/2026-11-30-000063_code/down.sql")).await;
    let free = if code == "SAVE-77" { "SAVE-80" } else { "SAVE-77" };
    town.sql(&format!(
        "update coupon_code set code = U&'\\FEFF' || lower('{code}') where code = 'OTHER-1';
         update coupon_code set code = '{free} ' where code = 'OTHER-2'"
    ))
    .await;
    town.sql(include_str!("../../migrations/2026-11-30-000063_code/up.sql")).await;
    assert_eq!(broken(&town).await, ["A code is in one pool, once."]);
    assert_eq!(ann.redeems(&theatre, "good").await.is(201).text("/code"), "OTHER-3");
    ann.redeems(&theatre, "twin").await.refused(409, "out_of_stock");
    assert_eq!(town.count(&format!("select available from reward_stock where reward_id = '{theatre}'")).await, 2, "the twins count still");

    // Issued twice can only be told, until one of them is taken back.
    let twin = "update redemption d set code = c.code from coupon_code c where d.reward_id = c.reward_id and c.is_duplicate and d.code = 'OTHER-3'";
    town.sql(&format!(
        "update coupon_code set redemption_id = null where code = 'OTHER-3';
         update coupon_code set redemption_id = (select id from redemption where code = 'OTHER-3') where lower(code) like '%' || lower('{code}') and is_duplicate;
         {twin} and c.redemption_id = d.id"
    ))
    .await;
    assert!(broken(&town).await.contains(&"A code is issued to one member.".to_owned()));
    rosa.post_once(&format!("/redemptions/{id}/cancel"), "cancel", json!({})).await.is(200);
    assert!(!broken(&town).await.contains(&"A code is issued to one member.".to_owned()));
}

/// A copy that nobody has been given is taken out of its pool.
#[tokio::test]
async fn a_copy_of_a_code_is_withdrawn() {
    let town = Town::new().await;
    let rosa = town.admin("rosa").await;
    let (cinema, theatre) =
        (rosa.offers("Cinema", 10, json!({ "kind": "code_pool" })).await, rosa.offers("Theatre", 10, json!({ "kind": "code_pool" })).await);
    adds(&rosa, &cinema, &["SAVE-77"]).await.is(201);
    adds(&rosa, &theatre, &["OTHER"]).await.is(201);
    town.sql(&format!(
        "insert into coupon_code (reward_id, code, is_duplicate) values ('{theatre}', 'save-77', true);
         update reward_stock set supplied = 2, available = 2 where reward_id = '{theatre}'"
    ))
    .await;
    assert_eq!(broken(&town).await, ["A code is in one pool, once."]);
    for withdrawn in [1, 0] {
        let mut rows = 0;
        for repair in regulars::app::repairs() {
            rows += (repair.run)(town.app.kit.clone()).await.expect("it can be repaired");
        }
        assert_eq!(rows, withdrawn);
    }
    assert_eq!(rosa.get(&format!("/rewards/{theatre}")).await.int("/stock_left"), 1);
    assert_eq!(town.rows("select code from coupon_code order by 1").await, ["OTHER", "SAVE-77"]);
    assert_eq!(town.count("select count(*) from audit_entry where action = 'withdraw_codes'").await, 1);
}

async fn broken(town: &Town) -> Vec<String> {
    let mut tx = town.app.kit.db.begin().await.expect("a connection");
    let findings = regulars::kit::verify::run(&mut tx, regulars::app::checks(), |_| ()).await.expect("the checks run");
    findings.into_iter().filter(regulars::kit::verify::Finding::is_broken).map(|finding| finding.invariant).collect()
}
