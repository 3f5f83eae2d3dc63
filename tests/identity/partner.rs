//! Customers of a partner who are members, or become them.

use chrono::Duration;
use regulars::identity::member::{find_or_create_external, find_or_create_externals};
use serde_json::json;

use crate::support::{PASSWORD, Person, Town};

impl Town {
    /// A customer of whom the partner has told us.
    async fn customer(&self, shop: &str, external_id: &str) -> String {
        let partner = self.rows(&format!("select id from partner where name = '{shop}'")).await[0].parse().expect("an id");
        let mut tx = self.app.kit.db.begin().await.expect("a connection");
        let id = find_or_create_external(&mut tx, partner_id(partner), external_id, self.clock.now()).await.expect("a member");
        tx.commit().await.expect("it is kept");
        id.to_string()
    }

    async fn registers(&self, handle: &str, link_code: &str) -> crate::support::Reply {
        let email = format!("{handle}@town.example");
        let form = json!({ "email": email, "password": PASSWORD, "handle": handle, "link_code": link_code });
        self.visitor().post("/auth/register", form).await
    }
}

fn partner_id(id: uuid::Uuid) -> regulars::domain::PartnerId {
    regulars::domain::PartnerId(id)
}

async fn code(shop: &Person, external_id: &str) -> String {
    shop.post(&format!("/partner/members/{external_id}/link-code"), json!(null)).await.is(201).text("/code")
}

#[tokio::test]
async fn a_customer_becomes_a_member() {
    let town = Town::new().await;
    let shop = town.partner("Shop", "members:read").await;
    let customer = town.customer("Shop", "c-1").await;
    let guest = shop.get("/partner/members/c-1").await.is(200);
    assert_eq!((guest.text("/display_name"), guest.at("/claimed")), ("Guest".to_owned(), &json!(false)));
    assert_eq!(town.visitor().get(&format!("/members/{}", guest.text("/handle"))).await.is(200).at("/claimed"), &json!(false));

    town.registers("ada", &code(&shop, "c-1").await).await.is(202);
    let ada = town.sign_in("ada").await;
    assert_eq!(ada.id(), customer);
    assert_eq!(ada.get("/me").await.text("/display_name"), "ada");
    town.registers("eve", &code(&shop, "c-1").await).await.refused(409, "already_linked");
}

#[tokio::test]
async fn a_customer_unknown_so_far_registers_with_a_code() {
    let town = Town::new().await;
    let shop = town.partner("Shop", "members:read").await;
    town.registers("ada", &code(&shop, "c-1").await).await.is(202);
    assert_eq!(shop.get("/partner/members/c-1").await.is(200).text("/handle"), "ada");
    assert_eq!(town.customer("Shop", "c-1").await, town.sign_in("ada").await.id());
}

#[tokio::test]
async fn codes_are_ours_and_pass() {
    let town = Town::new().await;
    let shop = town.partner("Shop", "members:read").await;
    let good = code(&shop, "c-1").await;
    town.registers("ada", "made-up").await.refuses_field("/link_code");
    town.registers("ada", &good[1..]).await.refuses_field("/link_code");
    let cursor = town.app.kit.cursors.seal("list_members?q=", &json!({ "partner_id": "x" }));
    town.registers("ada", &cursor).await.refuses_field("/link_code");
    town.clock.advance(Duration::days(7));
    town.registers("ada", &good).await.refuses_field("/link_code");
}

#[tokio::test]
async fn a_member_links_a_customer_number() {
    let town = Town::new().await;
    let shop = town.partner("Shop", "members:read members:pii").await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    let link = |code: String| json!({ "code": code });
    // Unknown so far.
    ada.post("/me/links", link(code(&shop, "c-1").await)).await.is(200);
    ada.post("/me/links", link(code(&shop, "c-1").await)).await.is(200);
    bob.post("/me/links", link(code(&shop, "c-1").await)).await.refused(409, "already_linked");
    // Known, but nothing is known of them.
    town.customer("Shop", "c-2").await;
    let linked = ada.post("/me/links", link(code(&shop, "c-2").await)).await.is(200);
    assert_eq!((linked.text("/partner"), linked.at("/came_over/moved/0/of")), ("Shop".to_owned(), &json!("customer_numbers")));
    assert_eq!(shop.get("/partner/members/c-2").await.is(200).text("/member_id"), ada.id());
    // A customer who has an account stays who they are.
    town.registers("cleo", &code(&shop, "c-3").await).await.is(202);
    ada.post("/me/links", link(code(&shop, "c-3").await)).await.refused(409, "already_linked");
    ada.post("/me/links", link("made-up".to_owned())).await.refuses_field("/code");
    town.visitor().post("/me/links", link("made-up".to_owned())).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn partners_see_what_their_scopes_allow() {
    let town = Town::new().await;
    let (till, post) = (town.partner("Shop", "members:read").await, town.partner("Shop", "members:read members:pii").await);
    let (other, narrow) = (town.partner("Other", "members:read").await, town.partner("Shop", "purchases:write").await);
    town.registers("ada", &code(&till, "c-1").await).await.is(202);
    assert!(till.get("/partner/members/c-1").await.is(200).body.get("email").is_none());
    assert_eq!(post.get("/partner/members/c-1").await.is(200).text("/email"), "ada@town.example");
    other.get("/partner/members/c-1").await.refused(404, "not_found");
    narrow.get("/partner/members/c-1").await.refused(403, "missing_scope");
    town.sign_in("ada").await.get("/partner/members/c-1").await.refused(403, "forbidden");
    town.visitor().get("/partner/members/c-1").await.refused(401, "unauthorized");
    till.post(&format!("/partner/members/{}/link-code", "x".repeat(201)), json!(null)).await.refused(400, "bad_parameter");
}

#[tokio::test]
async fn a_customer_is_made_once() {
    let town = Town::new().await;
    town.partner("Shop", "members:read").await;
    let partner = partner_id(town.rows("select id from partner").await[0].parse().expect("an id"));
    let kit = &town.app.kit;
    let make = async |ids: &[&str]| {
        let mut tx = kit.db.begin().await.expect("a connection");
        let mut found = find_or_create_externals(&mut tx, partner, ids, kit.clock.now()).await.expect("members");
        tx.commit().await.expect("they are kept");
        found.sort();
        found
    };
    let first = make(&["b", "a", "a"]).await;
    assert_eq!(first.len(), 2);
    let second = make(&["a", "b", "c"]).await;
    assert_eq!(second[..2], first);
    // Many at once.
    let (one, two, three) = tokio::join!(make(&["d", "e"]), make(&["e", "d"]), make(&["d"]));
    assert_eq!((&one, &one[..1]), (&two, &three[..]));
    assert_eq!(town.count("select count(*) from member").await, 5);
}

#[tokio::test]
async fn a_partner_gets_another_name() {
    let town = Town::new().await;
    let (root, ada) = (town.admin("root1").await, town.member("ada").await);
    let id = root.post("/admin/partners", json!({ "name": "Shop" })).await.is(201).text("/id");
    root.post("/admin/partners", json!({ "name": "Kiosk" })).await.is(201);
    let path = format!("/admin/partners/{id}");
    assert_eq!(root.patch(&path, json!({ "name": " Web shop " })).await.is(200).text("/name"), "Web shop");
    assert_eq!(root.get("/admin/partners").await.text("/items/1/name"), "Web shop");
    root.patch(&path, json!({ "name": "Web shop" })).await.is(200);
    assert_eq!(town.audited("edit_partner").await, 1, "the second time changed nothing");
    root.patch(&path, json!({ "name": "Kiosk" })).await.refused(409, "name_taken");
    root.patch(&path, json!({ "name": "" })).await.refuses_field("/name");
    root.patch("/admin/partners/01890000-0000-7000-8000-000000000000", json!({ "name": "X" })).await.refused(404, "not_found");
    ada.patch(&path, json!({ "name": "Mine" })).await.refused(403, "forbidden");
}
