//! The catalogue: what is on offer to whom, stocks and codes.

use poem::http::Method;
use serde_json::json;

use crate::support::Town;

#[tokio::test]
async fn the_catalogue_shows_what_the_caller_can_have() {
    let town = Town::new().await;
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    rosa.offers("Mug", 300, json!({ "kind": "material", "supplied": 5 })).await;
    rosa.offers("Ten percent", 100, json!({})).await;
    rosa.offers("Gold only", 200, json!({ "tier_rank_min": 2, "cost_minor": 400 })).await;
    rosa.offers("Not yet", 50, json!({ "available_from": "2100-01-01T00:00:00Z" })).await;
    town.pays(&ann, 250).await;
    let first = ann.get("/rewards?limit=2").await.is(200);
    let names =
        |reply: &crate::support::Reply| reply.items().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&first), ["Ten percent", "Gold only"]);
    assert_eq!((first.at("/items/1/affordable"), first.at("/items/1/tier_reached")), (&json!(true), &json!(false)));
    assert!(first.at("/items/1").get("cost_minor").is_none());
    let second = ann.get(&format!("/rewards?limit=2&cursor={}", first.text("/next_cursor"))).await.is(200);
    assert_eq!(names(&second), ["Mug"]);
    assert_eq!((second.at("/items/0/affordable"), second.int("/items/0/stock_left")), (&json!(false), 5));
    let back = ann.get(&format!("/rewards?limit=2&cursor={}", second.text("/prev_cursor"))).await.is(200);
    assert_eq!(names(&back), names(&first));
    let visitor = town.visitor().get("/rewards").await.is(200);
    assert!(visitor.at("/items/0").get("affordable").is_none());
    ann.get("/admin/rewards").await.refused(403, "forbidden");
    assert_eq!(rosa.get("/admin/rewards").await.is(200).items().len(), 4);
}

#[tokio::test]
async fn an_edit_of_what_has_changed_since_is_refused() {
    let town = Town::new().await;
    let rosa = town.admin("rosa").await;
    let shop = town.partner("shop", "catalog:write catalog:write_any").await;
    let id = rosa.offers("Mug", 300, json!({ "kind": "material" })).await;
    let path = format!("/admin/rewards/{id}");
    let edit = json!({ "price_points": 400, "available_until": "2100-01-01T00:00:00Z" });
    let edited = shop.send(Method::PATCH, &path, Some(edit.clone()), &[("if-match", "\"1\"")]).await.is(200);
    assert_eq!(edited.int("/reward/price_points"), 400);
    shop.send(Method::GET, &path, None, &[("if-none-match", edited.header("etag").expect("a tag"))]).await.is(304);
    rosa.send(Method::PATCH, &path, Some(edit), &[("if-match", "\"1\"")]).await.refused(412, "changed_since");
    let cleared = rosa.patch(&path, json!({ "available_until": null })).await.is(200);
    assert!(cleared.at("/reward").get("available_until").is_none());
    rosa.patch(&path, json!({ "price_points": 0, "name": "" })).await.refuses_field("/price_points").refuses_field("/name");
    rosa.offers("Cup", 1, json!({})).await;
    rosa.patch(&path, json!({ "name": "Cup" })).await.refused(409, "reward_name_taken");
    rosa.delete(&path).await.is(204);
    rosa.delete(&path).await.is(204);
    rosa.get(&format!("/rewards/{id}")).await.refused(404, "not_found");
    let archived = rosa.get(&path).await.is(200);
    assert!(archived.at("/archived_at").is_string());
    rosa.send(Method::GET, &path, None, &[("if-none-match", archived.header("etag").expect("a tag"))]).await.is(304);
    town.member("ann").await.get(&path).await.refused(403, "forbidden");
    rosa.patch(&path, json!({ "name": "New" })).await.refused(409, "reward_archived");
    assert_eq!(town.count("select count(*) from audit_entry where subject_kind = 'reward' and actor_id is null").await, 1);
}

#[tokio::test]
async fn a_stock_never_goes_below_what_is_taken() {
    let town = Town::new().await;
    let (rosa, ann) = (town.admin("rosa").await, town.member("ann").await);
    let id = rosa.offers("Badge", 10, json!({ "supplied": 5 })).await;
    town.pays(&ann, 100).await;
    for n in 0..3 {
        ann.redeems(&id, &format!("badge {n}")).await.is(201);
    }
    let stock = format!("/admin/rewards/{id}/stock");
    rosa.put(&stock, json!({ "supplied": 2 })).await.refused(409, "stock_taken");
    assert_eq!(rosa.put(&stock, json!({ "supplied": 3 })).await.is(200).int("/stock_left"), 0);
    ann.redeems(&id, "badge 3").await.refused(409, "out_of_stock");
    rosa.put(&stock, json!({ "supplied": null })).await.is(200);
    ann.redeems(&id, "badge 4").await.is(201);
    rosa.put(&stock, json!({ "supplied": 2 })).await.refused(409, "stock_taken");
    assert_eq!(rosa.put(&stock, json!({ "supplied": 4 })).await.is(200).int("/stock_left"), 1);
    rosa.put(&stock, json!({ "supplied": -1 })).await.refuses_field("/supplied");
    rosa.put(&stock, json!({})).await.refuses_field("/supplied");
}

#[tokio::test]
async fn a_pool_takes_each_code_once() {
    let town = Town::new().await;
    let rosa = town.admin("rosa").await;
    let pool = rosa.offers("Cinema", 10, json!({ "kind": "code_pool" })).await;
    let codes = format!("/admin/rewards/{pool}/codes");
    let added = rosa.post_once(&codes, "first", json!({ "codes": ["A1", "A2"] })).await.is(201);
    assert_eq!((added.int("/added"), added.int("/stock_left")), (2, 2));
    let again = rosa.post_once(&codes, "first", json!({ "codes": ["A1", "A2"] })).await.is(201);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let refused = rosa.post_once(&codes, "second", json!({ "codes": ["A2", "A3", "A4", "A4"] })).await.refused(409, "duplicate_codes");
    assert_eq!(refused.at("/codes"), &json!(["A2", "A4"]));
    rosa.post_once(&codes, "third", json!({ "codes": [] })).await.refuses_field("/codes");
    rosa.put(&format!("/admin/rewards/{pool}/stock"), json!({ "supplied": 9 })).await.refused(409, "stock_is_codes");
    let mug = rosa.offers("Mug", 10, json!({})).await;
    rosa.post_once(&format!("/admin/rewards/{mug}/codes"), "fourth", json!({ "codes": ["B"] })).await.refused(409, "no_code_pool");
}

#[tokio::test]
async fn partners_change_the_rewards_that_are_theirs() {
    let town = Town::new().await;
    let rosa = town.admin("rosa").await;
    let (shop, kiosk) = (town.partner("shop", "catalog:write").await, town.partner("kiosk", "catalog:write").await);
    let agency = town.partner("agency", "catalog:write catalog:write_any").await;
    let programmes = rosa.offers("Mug", 300, json!({ "kind": "material" })).await;
    let shops = shop.offers("Cup", 100, json!({ "kind": "code_pool" })).await;
    let earlier = rosa.offers("Earlier", 200, json!({})).await;
    let names = async |person: &crate::support::Person| {
        let items = person.get("/admin/rewards").await.is(200).items();
        items.iter().map(|item| item["reward"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = vec!["Cup".to_owned(), "Earlier".to_owned(), "Mug".to_owned()];
    assert_eq!((names(&shop).await, names(&kiosk).await, names(&agency).await), (vec!["Cup".to_owned()], vec![], all.clone()));
    assert_eq!(names(&rosa).await, all);
    for (person, reward, allowed) in [
        (&shop, &shops, true),
        (&agency, &shops, true),
        (&rosa, &shops, true),
        (&agency, &programmes, true),
        (&kiosk, &shops, false),
        (&shop, &programmes, false),
        (&shop, &earlier, false),
    ] {
        let path = format!("/admin/rewards/{reward}");
        let key = uuid::Uuid::now_v7().to_string();
        for reply in [
            person.get(&path).await,
            person.patch(&path, json!({ "description": format!("As {} has it.", person.handle) })).await,
            person.put(&format!("{path}/stock"), json!({ "supplied": 9 })).await,
            person.post_once(&format!("{path}/codes"), &key, json!({ "codes": [key] })).await,
        ] {
            let refused = reply.body["code"] == "missing_scope";
            assert_eq!(refused, !allowed, "{} {reward}: {:#}", person.handle, reply.body);
        }
        if !allowed {
            person.delete(&path).await.refused(403, "missing_scope");
        }
    }
    shop.delete(&format!("/admin/rewards/{shops}")).await.is(204);
}
