//! One person who was two members.

use chrono::Duration;
use diesel_async::SimpleAsyncConnection;
use poem::http::Method;
use regulars::kit::outbox;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Person, Reply, Town};

impl Person {
    /// Reports what a customer whom it knows by this name bought now, in euro cents.
    async fn sells(&self, town: &Town, external_id: &str, order_id: &str, net_minor: i64) -> Reply {
        let order = json!({
            "member": { "external_id": external_id }, "order_id": order_id, "purchased_at": town.clock.now().to_rfc3339(), "currency": "EUR",
            "lines": [{ "sku": "thing", "unit_minor": net_minor, "quantity": 1 }],
        });
        let reply = self.post_once("/purchases", order_id, order).await.is(201);
        town.settle().await;
        reply
    }

    async fn code_for(&self, external_id: &str) -> Value {
        let code = self.post(&format!("/partner/members/{external_id}/link-code"), json!(null)).await.is(201).text("/code");
        json!({ "code": code })
    }

    async fn handle_of(&self, external_id: &str) -> String {
        self.get(&format!("/partner/members/{external_id}")).await.is(200).text("/handle")
    }

    async fn tries_to_merge(&self, from: &str, into: &str) -> Reply {
        self.post(&format!("/admin/members/{from}/merges"), json!({ "into": into, "reason": "One person." })).await
    }

    async fn tries_to_part(&self, merge: &str) -> Reply {
        self.post(&format!("/admin/merges/{merge}/undo"), json!({ "reason": "Two persons." })).await
    }

    async fn points_of(&self, handle: &str) -> [i64; 4] {
        let points = self.get(&format!("/admin/members/{handle}/points")).await.is(200);
        ["/available", "/pending", "/reserved", "/arrears"].map(|name| points.int(name))
    }
}

/// Of a standing in an outcome: available, pending, reserved points and arrears.
fn standing(reply: &Reply, at: &str) -> [i64; 4] {
    ["available", "pending", "reserved", "arrears"].map(|name| reply.int(&format!("{at}/{name}")))
}

/// How many of something moved.
fn moved(reply: &Reply, at: &str, of: &str) -> i64 {
    let counts = reply.at(at).as_array().expect("counts").clone();
    counts.iter().find(|count| count["of"] == of).map_or(0, |count| count["count"].as_i64().expect("a count"))
}

const TILL: &str = "purchases:write members:read redemptions:write";

#[tokio::test]
async fn a_guest_who_is_a_customer_already_brings_what_they_have() {
    let town = Town::new().await;
    let (till, ada, bob, root) =
        (town.partner("till", TILL).await, town.member("ada").await, town.member("bob").await, town.admin("ruth").await);
    let bought = till.sells(&town, "c-1", "o-1", 3_000).await;
    let guest = till.handle_of("c-1").await;
    town.records_order(&ada, 5_000).await;
    assert_eq!(ada.points().await, [0, 50, 0, 0]);

    let linked = ada.post("/me/links", till.code_for("c-1").await).await.is(200);
    assert_eq!((linked.text("/partner"), linked.text("/external_id")), ("till".to_owned(), "c-1".to_owned()));
    assert_eq!(standing(&linked, "/came_over/from"), [0, 30, 0, 0]);
    assert_eq!(standing(&linked, "/came_over/into_before"), [0, 50, 0, 0]);
    assert_eq!(standing(&linked, "/came_over/into_after"), [0, 80, 0, 0]);
    assert_eq!((moved(&linked, "/came_over/moved", "purchases"), moved(&linked, "/came_over/moved", "customer_numbers")), (1, 1));
    assert_eq!(ada.points().await, [0, 80, 0, 0]);
    // Sent again, it answers the same; to others the number is taken.
    let again = ada.post("/me/links", till.code_for("c-1").await).await.is(200);
    assert_eq!(again.body, linked.body);
    bob.post("/me/links", till.code_for("c-1").await).await.refused(409, "already_linked");
    assert_eq!((town.audited("merge_members").await, till.handle_of("c-1").await), (1, "ada".to_owned()));

    // One line on either statement; the handle leads to her, and is found no more.
    let line = ada.get("/me/points/statement").await.is(200);
    assert_eq!((line.text("/items/0/kind"), line.int("/items/0/pending")), ("transfer".to_owned(), 30));
    assert_eq!(line.text("/items/0/sentence"), format!("30 points came over from another member: {guest}"));
    let line = root.get(&format!("/admin/members/{guest}/points/statement")).await.is(200);
    assert_eq!(line.text("/items/0/sentence"), "30 points went over to another member: ada");
    assert_eq!(town.visitor().get(&format!("/members/{guest}")).await.is(200).text("/merged_into"), "ada");
    assert_eq!(town.visitor().get(&format!("//members/{guest}")).await.is(307).header("location"), Some("/members/ada"));
    assert!(town.visitor().get(&format!("/members?q={guest}")).await.is(200).items().is_empty());

    // They become available when they would have, count on boards and in her list, and go back with the order.
    town.passes(Duration::days(15)).await;
    assert_eq!(ada.points().await, [80, 0, 0, 0]);
    assert_eq!(ada.get("/me/purchases").await.is(200).items().len(), 2);
    let board = town.visitor().get("/leaderboards/points?period=all").await.is(200);
    assert_eq!((board.items().len(), board.int("/items/0/score")), (1, 80));
    till.returns(&bought, "r-1", &[(1, 1)]).await;
    town.settle().await;
    assert_eq!(ada.points().await, [50, 0, 0, 0]);
    till.sells(&town, "c-1", "o-2", 1_000).await;
    assert_eq!(ada.points().await, [50, 10, 0, 0]);
}

#[tokio::test]
async fn what_one_owes_the_other_pays_until_they_are_parted() {
    let town = Town::new().await;
    let (till, ada, root) = (town.partner("till", TILL).await, town.member("ada").await, town.admin("ruth").await);
    let coupon = root.offers("A coupon", 30, json!({})).await;
    let bought = till.sells(&town, "c-1", "o-1", 3_000).await;
    let guest = till.handle_of("c-1").await;
    town.passes(Duration::days(15)).await;
    till.post_once("/redemptions", "k", json!({ "reward_id": coupon, "member_external_id": "c-1" })).await.is(201);
    till.returns(&bought, "r-1", &[(1, 1)]).await;
    town.pays(&ada, 50).await;
    town.settle().await;
    assert_eq!((root.points_of(&guest).await, ada.points().await), ([0, 0, 0, -30], [50, 0, 0, 0]));

    let linked = ada.post("/me/links", till.code_for("c-1").await).await.is(200);
    assert_eq!(standing(&linked, "/came_over/into_after"), [20, 0, 0, 0]);
    assert_eq!((moved(&linked, "/came_over/moved", "redemptions"), ada.points().await), (1, [20, 0, 0, 0]));
    town.audit().await;

    let merges = root.get(&format!("/admin/members/{guest}/merges")).await.is(200);
    assert_eq!((merges.at("/items/0/may_undo"), merges.body.pointer("/items/0/by")), (&json!(true), None));
    let merge = merges.text("/items/0/id");
    let parted = root.tries_to_part(&merge).await.is(200);
    assert_eq!((parted.text("/undone_by"), parted.at("/may_undo")), ("ruth".to_owned(), &json!(false)));
    assert_eq!((root.points_of(&guest).await, ada.points().await), ([0, 0, 0, -30], [50, 0, 0, 0]));
    assert_eq!((till.handle_of("c-1").await, ada.get("/me/redemptions").await.items().len()), (guest.clone(), 0));
    root.tries_to_part(&merge).await.is(200);
    assert_eq!(town.audited("undo_merge").await, 1);
    town.audit().await;

    // Merged again, by staff, and moved since.
    let merge = root.tries_to_merge(&guest, "ada").await.is(200).text("/id");
    assert_eq!(root.tries_to_merge(&guest, "ada").await.is(200).text("/id"), merge);
    town.pays(&ada, 1).await;
    assert_eq!(root.get("/admin/members/ada/merges").await.is(200).at("/items/0/may_undo"), &json!(false));
    root.tries_to_part(&merge).await.refused(409, "moved_since");
    assert_eq!(ada.points().await, [21, 0, 0, 0]);
}

#[tokio::test]
async fn what_was_held_for_the_guest_comes_back_to_the_account() {
    let town = Town::new().await;
    let (till, ada, root) = (town.partner("till", TILL).await, town.member("ada").await, town.admin("ruth").await);
    let coupon = root.offers("A coupon", 10, json!({})).await;
    till.sells(&town, "c-1", "o-1", 3_000).await;
    town.passes(Duration::days(15)).await;
    let cart = json!({ "reward_id": coupon, "member_external_id": "c-1", "hold": true });
    let held = till.post_once("/redemptions", "k1", cart.clone()).await.is(201).text("/id");
    let spent = till.post_once("/redemptions", "k2", cart).await.is(201).text("/id");
    let linked = ada.post("/me/links", till.code_for("c-1").await).await.is(200);
    assert_eq!(standing(&linked, "/came_over/into_after"), [10, 0, 20, 0]);
    till.post_once(&format!("/redemptions/{held}/cancel"), "k3", json!({ "reason": "" })).await.is(200);
    assert_eq!(ada.points().await, [20, 0, 10, 0]);
    till.post_once(&format!("/redemptions/{spent}/issue"), "k4", json!({})).await.is(200);
    town.settle().await;
    assert_eq!(ada.points().await, [20, 0, 0, 0]);
    assert_eq!(ada.get("/me/redemptions").await.is(200).items().len(), 2);
}

#[tokio::test]
async fn the_better_tier_stays() {
    let town = Town::new().await;
    let (till, ada, bob, root) =
        (town.partner("till", TILL).await, town.member("ada").await, town.member("bob").await, town.admin("ruth").await);
    till.sells(&town, "c-1", "o-1", 60_000).await;
    let guest = till.handle_of("c-1").await;
    let tier = async |handle: &str| root.get(&format!("/admin/members/{handle}")).await.is(200).int("/tier_rank");
    assert_eq!((tier(&guest).await, tier("ada").await), (10, 0));
    let merge = root.tries_to_merge(&guest, "ada").await.is(200);
    let ranks = ["from", "into_before", "into_after"].map(|who| merge.int(&format!("/outcome/{who}/tier_rank")));
    assert_eq!((ranks, ada.tier().await, tier(&guest).await), ([10, 0, 10], "Silver".to_owned(), 0));
    let history = root.get("/admin/members/ada/tier-history").await.is(200);
    assert_eq!((history.text("/items/0/reason"), history.text("/items/1/reason")), ("merged".to_owned(), "earned".to_owned()));
    root.tries_to_part(&merge.text("/id")).await.is(200);
    assert_eq!((tier(&guest).await, tier("ada").await), (10, 0));

    // Half each is enough for the two.
    town.records_order(&ada, 30_000).await;
    town.records_order(&bob, 30_000).await;
    assert_eq!((ada.tier().await, bob.tier().await), ("Member".to_owned(), "Member".to_owned()));
    let merge = root.tries_to_merge("bob", "ada").await.is(200);
    assert_eq!((merge.int("/outcome/into_after/tier_rank"), ada.tier().await), (10, "Silver".to_owned()));
    root.tries_to_part(&merge.text("/id")).await.is(200);
    assert_eq!(ada.tier().await, "Member");
}

#[tokio::test]
async fn who_recommended_themselves_has_nothing_of_it() {
    let town = Town::new().await;
    let (ada, root) = (town.member("ada").await, town.admin("ruth").await);
    let code = ada.get("/me/referral").await.is(200).text("/code");
    let ben = town.referred_member("ben", &code).await;
    town.settle().await;
    town.records_order(&ben, 5_000).await;
    town.passes(Duration::days(15)).await;
    let (hers, his) = (ada.points().await, ben.points().await);
    assert!(hers[0] > 0 && his[0] > 50, "both were rewarded: {hers:?} {his:?}");

    let preview = root.post("/admin/members/ben/merges/preview", json!({ "into": "ada" })).await.is(200);
    assert_eq!((ada.points().await, ben.points().await), (hers, his), "a preview moves nothing");
    let other_way = root.post("/admin/members/ada/merges/preview", json!({ "from": "ben" })).await.is(200);
    assert_eq!(other_way.body, preview.body);
    let merge = root.tries_to_merge("ben", "ada").await.is(200);
    assert_eq!(merge.at("/outcome"), preview.at("/outcome"));
    assert_eq!(merge.text("/outcome/taken_back/0/of"), "referrals");
    assert_eq!(merge.int("/outcome/taken_back/0/points"), hers[0] + his[0] - 50);
    assert_eq!((standing(&merge, "/outcome/into_after"), ada.points().await), ([50, 0, 0, 0], [50, 0, 0, 0]));
    town.settle().await;
    town.audit().await;

    root.tries_to_part(&merge.text("/id")).await.is(200);
    town.settle().await;
    let ben = town.sign_in("ben").await;
    assert_eq!((ada.points().await, ben.points().await), (hers, his));
    assert_eq!(ada.get("/me/referral").await.is(200).int("/counts/rewarded"), 1);
}

#[tokio::test]
async fn a_customer_of_before_is_no_referral() {
    let town = Town::new().await;
    let (till, ada, root) = (town.partner("till", TILL).await, town.member("ada").await, town.admin("ruth").await);
    let code = ada.get("/me/referral").await.is(200).text("/code");
    till.sells(&town, "c-1", "o-1", 5_000).await;
    town.clock.advance(Duration::days(1));
    let (ben, cleo) = (town.referred_member("ben", &code).await, town.referred_member("cleo", &code).await);
    town.settle().await;
    town.clock.advance(Duration::days(1));
    till.sells(&town, "c-2", "o-2", 5_000).await;
    let states = async || {
        let list = root.get("/admin/referrals").await.is(200);
        ["/items/0", "/items/1"].map(|at| format!("{} {}", list.text(&format!("{at}/referee")), list.text(&format!("{at}/state"))))
    };
    ben.post("/me/links", till.code_for("c-1").await).await.is(200);
    cleo.post("/me/links", till.code_for("c-2").await).await.is(200);
    assert_eq!(states().await, ["cleo qualified", "ben rejected"]);
    for member in ["ben", "cleo"] {
        let merge = root.get(&format!("/admin/members/{member}/merges")).await.is(200).text("/items/0/id");
        root.tries_to_part(&merge).await.is(200);
    }
    assert_eq!(states().await, ["cleo pending", "ben pending"]);
}

#[tokio::test]
async fn who_was_merged_is_gone_from_the_door() {
    let town = Town::new().await;
    let (ada, bob, root, mo) = (town.member("ada").await, town.member("bob").await, town.admin("ruth").await, town.moderator("moe").await);
    let form = |handle: &str| json!({ "email": format!("{handle}@town.example"), "password": PASSWORD });
    let signed_in = town.visitor().post("/auth/login", form("bob")).await.is(200);
    let merge = root.tries_to_merge("bob", "ada").await.is(200).text("/id");
    bob.get("/me").await.refused(401, "unauthorized");
    let token = json!({ "refresh_token": signed_in.text("/refresh_token") });
    town.visitor().post("/auth/refresh", token).await.refused(401, "bad_refresh_token");
    let refused = town.visitor().post("/auth/login", form("bob")).await.refused(403, "merged");
    assert_eq!(refused.text("/into"), "ada");
    let wrong = json!({ "email": "bob@town.example", "password": "not the password" });
    town.visitor().post("/auth/login", wrong).await.refused(401, "bad_credentials");
    let taken = json!({ "email": "new@town.example", "password": PASSWORD, "handle": "bob" });
    town.visitor().post("/auth/register", taken).await.refused(409, "handle_taken");
    // What is bought under his address is hers, and what is done to his handle is done to her.
    assert_eq!(town.records_order(&bob, 1_000).await.text("/member_id"), ada.id());
    mo.tries_to_sanction("bob", "silence", Some(24)).await.is(201);
    ada.tries_to_ask("May I still ask something here?", &["a"], None).await.refused(403, "silenced");

    for (from, into, code) in
        [("bob", "moe", "merged"), ("ada", "bob", "merged"), ("moe", "ada", "staff_member"), ("ada", "ada", "same_member")]
    {
        root.tries_to_merge(from, into).await.refused(409, code);
    }
    root.tries_to_merge("ada", "nobody").await.refused(404, "not_found");
    let both = json!({ "into": "ada", "from": "moe", "reason": "One person." });
    root.post("/admin/members/moe/merges", both).await.refused(422, "invalid_fields");
    let short = json!({ "into": "ada", "reason": " x " });
    root.post("/admin/members/moe/merges", short).await.refuses_field("/reason");
    ada.tries_to_merge("moe", "ada").await.refused(403, "forbidden");
    root.tries_to_part(&merge).await.refused(409, "moved_since");
    root.tries_to_part("01890000-0000-7000-8000-000000000000").await.refused(404, "not_found");
    assert_eq!(root.get("/admin/members/bob").await.is(200).text("/merged_into"), "ada");
}

#[tokio::test]
async fn who_is_merged_brings_what_was_merged_into_them() {
    let town = Town::new().await;
    let (till, ada, bob, root) =
        (town.partner("till", TILL).await, town.member("ada").await, town.member("bob").await, town.admin("ruth").await);
    let bought = till.sells(&town, "c-1", "o-1", 3_000).await;
    let guest = till.handle_of("c-1").await;
    bob.post("/me/links", till.code_for("c-1").await).await.is(200);
    let merge = root.tries_to_merge("bob", "ada").await.is(200).text("/id");
    assert_eq!((ada.points().await, till.handle_of("c-1").await), ([0, 30, 0, 0], "ada".to_owned()));
    assert_eq!(town.visitor().get(&format!("/members/{guest}")).await.is(200).text("/merged_into"), "ada");
    town.audit().await;
    root.tries_to_part(&merge).await.is(200);
    assert_eq!((ada.points().await, root.points_of("bob").await), ([0; 4], [0, 30, 0, 0]));
    assert_eq!((town.visitor().get(&format!("/members/{guest}")).await.text("/merged_into"), till.handle_of("c-1").await), {
        ("bob".to_owned(), "bob".to_owned())
    });
    town.audit().await;
    root.tries_to_merge("bob", "ada").await.is(200);
    till.returns(&bought, "r-1", &[(1, 1)]).await;
    town.settle().await;
    assert_eq!(ada.points().await, [0; 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_this_very_moment_is_the_accounts() {
    let town = Town::new().await;
    let (till, ada) = (town.partner("till", TILL).await, town.member("ada").await);
    for n in 0..5 {
        let number = format!("c-{n}");
        let before = till.sells(&town, &number, &format!("o-{n}"), 1_000).await;
        let code = till.code_for(&number).await;
        let (order, back) = (format!("o-{n}-again"), format!("r-{n}"));
        let (linked, _, _) =
            tokio::join!(ada.post("/me/links", code), till.sells(&town, &number, &order, 2_000), till.returns(&before, &back, &[(1, 1)]));
        linked.is(200);
    }
    town.settle().await;
    assert_eq!(ada.points().await, [0, 100, 0, 0]);
    assert_eq!(town.count("select count(distinct member_id) from purchase").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_merges_that_cross_one_comes_first() {
    let town = Town::new().await;
    let root = town.admin("ruth").await;
    for name in ["ada", "bob", "cleo"] {
        let member = town.member(name).await;
        town.pays(&member, 10).await;
    }
    town.settle().await;
    for (one, other) in [(("ada", "bob"), ("bob", "ada")), (("bob", "cleo"), ("ada", "bob"))] {
        let (first, second) = tokio::join!(root.tries_to_merge(one.0, one.1), root.tries_to_merge(other.0, other.1));
        let mut codes = [first.status, second.status];
        codes.sort_unstable();
        assert!(codes == [200, 409] || codes == [200, 200], "{codes:?}");
        for merged in [first, second] {
            if merged.status == 200 {
                // Those of before may be what was moved on.
                root.tries_to_part(&merged.text("/id")).await;
            } else {
                merged.refused(409, "merged");
            }
        }
    }
    let (first, second) = tokio::join!(root.tries_to_merge("ada", "bob"), root.tries_to_merge("ada", "bob"));
    assert_eq!(first.is(200).text("/id"), second.is(200).text("/id"));
    assert_eq!(root.points_of("bob").await[0] + root.points_of("cleo").await[0], 30);
}

#[tokio::test]
async fn whoever_is_erased_takes_what_was_merged_into_them_along() {
    let town = Town::new().await;
    let (till, ada, bob, root) =
        (town.partner("till", TILL).await, town.member("ada").await, town.member("bob").await, town.admin("ruth").await);
    let bought = till.sells(&town, "c-1", "o-1", 3_000).await;
    bob.post("/me/links", till.code_for("c-1").await).await.is(200);
    let question = root.asks("Does @bob know about grinders?").await;
    let merge = root.tries_to_merge("bob", "ada").await.is(200).text("/id");
    ada.send(Method::DELETE, "/me", Some(json!({ "password": PASSWORD })), &[]).await.is(204);
    town.settle().await;
    assert_eq!(town.count("select count(*) from member where erased_at is null").await, 1);
    assert_eq!(town.count("select count(*) from account").await, 1);
    assert_eq!(town.count("select count(*) from merged_row").await + town.count("select count(*) from merge where reason <> ''").await, 0);
    assert!(root.reads(&question).await.is(200).text("/title").starts_with("Does @erased-"));
    root.tries_to_part(&merge).await.refused(409, "member_gone");
    till.returns(&bought, "r-1", &[(1, 1)]).await;
    assert_eq!(town.count("select count(*) from wallet where (available, pending, arrears) <> (0, 0, 0)").await, 0);
}

/// Their password is checked before anything is locked.
#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_while_they_are_merged_takes_nothing_of_the_others_along() {
    let town = Town::new().await;
    let (ada, bob, root) = (town.member("ada").await, town.member("bob").await, town.admin("ruth").await);
    town.pays(&ada, 50).await;
    town.pays(&bob, 30).await;
    town.settle().await;
    let mut held = town.app.kit.db.begin().await.unwrap();
    held.batch_execute("select from member where role = 'administrator' for no key update").await.unwrap();
    let leave = bob.send(Method::DELETE, "/me", Some(json!({ "password": PASSWORD })), &[]);
    let merge = async {
        town.waits_for_locks(1).await;
        let merged = root.tries_to_merge("bob", "ada").await;
        held.rollback().await;
        merged
    };
    let (left, merged) = tokio::join!(leave, merge);
    left.refused(401, "unauthorized");
    let merged = merged.is(200).text("/id");
    town.settle().await;
    assert_eq!(ada.points().await, [80, 0, 0, 0]);
    root.tries_to_part(&merged).await.is(200);
    assert_eq!(ada.points().await, [50, 0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_that_waits_while_two_are_parted_finds_whose_it_is() {
    let town = Town::new().await;
    let (till, ada, root) = (town.partner("till", TILL).await, town.member("ada").await, town.admin("ruth").await);
    let bought = till.sells(&town, "c-1", "o-1", 3_000).await;
    let guest = till.handle_of("c-1").await;
    town.records_order(&ada, 5_000).await;
    ada.post("/me/links", till.code_for("c-1").await).await.is(200);
    let merge = root.get("/admin/members/ada/merges").await.is(200).text("/items/0/id");
    let mut held = town.app.kit.db.begin().await.unwrap();
    held.batch_execute("select from purchase for update").await.unwrap();
    let returned = async {
        town.waits_for_locks(1).await;
        till.tries_to_return(&bought, "r-1", &[(1, 1)]).await
    };
    let let_go = async {
        town.waits_for_locks(2).await;
        held.rollback().await;
    };
    let (parted, returned, ()) = tokio::join!(root.tries_to_part(&merge), returned, let_go);
    parted.is(200);
    returned.refused(503, "unavailable");
    till.returns(&bought, "r-1", &[(1, 1)]).await;
    town.settle().await;
    assert_eq!((ada.points().await, root.points_of(&guest).await), ([0, 50, 0, 0], [0; 4]));
}

/// The books of reputation and of awards follow what was moved back; the story's end compares them.
#[tokio::test]
async fn what_came_of_the_others_posts_between_merge_and_undo_goes_back_with_them() {
    let town = Town::new().await;
    let (ada, bob, cleo, root) = (town.member("ada").await, town.member("bob").await, town.member("cleo").await, town.admin("ruth").await);
    for person in [&ada, &bob, &cleo] {
        town.trusts(person, 1).await;
    }
    let question = bob.asks("Which grinder suits a small kitchen?").await;
    let answer = cleo.answers(&question, "This one, which I have had for years.").await;
    // Three acceptances a day are paid: those of a day that is full move no points, and forbid no undo.
    let mut answered = Vec::new();
    for _ in 0..4 {
        let asked = cleo.asks("Which beans last longest?").await;
        answered.push((bob.answers(&asked, "These, which keep for half a year.").await, asked));
    }
    for (answer, asked) in &answered[..3] {
        cleo.accepts(asked, answer).await;
    }
    town.settle().await;
    let merge = root.tries_to_merge("bob", "ada").await.is(200).text("/id");
    town.settle().await;
    ada.accepts(&question, &answer).await;
    cleo.accepts(&answered[3].1, &answered[3].0).await;
    town.settle().await;
    root.tries_to_part(&merge).await.is(200);
    town.settle().await;
    assert_eq!((ada.points().await, root.points_of("bob").await), ([0; 4], [0, 30, 0, 0]));
    assert_eq!(town.count("select count(*) from award where member_id <> (select author_id from post where id = post_id)").await, 0);
    let mut tx = town.app.kit.db.begin().await.unwrap();
    tx.batch_execute("update award set member_id = giver_id").await.unwrap();
    assert!(Town::broken_in(&mut tx).await.iter().any(|broken| broken.starts_with("BROKEN: An award is its answer's author's.")));
}

#[tokio::test]
async fn whoever_recommends_any_part_of_themselves_recommends_themselves() {
    let town = Town::new().await;
    let (ada, cleo, dora, root) =
        (town.member("ada").await, town.member("cleo").await, town.member("dora").await, town.admin("ruth").await);
    town.member("bob").await;
    let code = async |of: &Person| of.get("/me/referral").await.is(200).text("/code");
    // By an address of who was merged into her.
    root.tries_to_merge("bob", "ada").await.is(200);
    let form = json!({ "email": "bob+again@town.example", "password": PASSWORD, "handle": "bobby", "referral_code": code(&ada).await });
    town.visitor().post("/auth/register", form).await.is(202);
    town.settle().await;
    let told = root.get("/admin/referrals").await.is(200);
    assert_eq!((told.text("/items/0/state"), told.text("/items/0/reason")), ("rejected".to_owned(), "same_email".to_owned()));
    // Whom she brought is a part of somebody already whom somebody else brought.
    let (ben, eve) = (town.referred_member("ben", &code(&dora).await).await, town.referred_member("eve", &code(&cleo).await).await);
    town.settle().await;
    town.records_order(&ben, 5_000).await;
    town.passes(Duration::days(15)).await;
    let before = dora.points().await[0] + ben.points().await[0];
    root.tries_to_merge("ben", "eve").await.is(200);
    let merge = root.tries_to_merge("dora", "eve").await.is(200);
    assert_eq!(merge.text("/outcome/taken_back/0/of"), "referrals");
    assert_eq!(eve.points().await, [50, 0, 0, 0]);
    root.tries_to_part(&merge.text("/id")).await.is(200);
    town.settle().await;
    let dora = town.sign_in("dora").await;
    assert_eq!(dora.points().await[0] + eve.points().await[0], before);
}

/// Whoever had used it may not be the customer.
#[tokio::test]
async fn a_link_code_of_before_an_undo_leads_to_the_customer_no_more() {
    let town = Town::new().await;
    let (till, ada, bob, root) =
        (town.partner("till", TILL).await, town.member("ada").await, town.member("bob").await, town.admin("ruth").await);
    till.sells(&town, "c-1", "o-1", 3_000).await;
    let code = till.code_for("c-1").await;
    ada.post("/me/links", code.clone()).await.is(200);
    let merge = root.get("/admin/members/ada/merges").await.is(200).text("/items/0/id");
    town.clock.advance(Duration::minutes(1));
    root.tries_to_part(&merge).await.is(200);
    ada.post("/me/links", code.clone()).await.refused(422, "invalid_fields");
    let form = json!({ "email": "eve@town.example", "password": PASSWORD, "handle": "eve", "link_code": code["code"] });
    town.visitor().post("/auth/register", form).await.refused(422, "invalid_fields");
    town.clock.advance(Duration::minutes(1));
    bob.post("/me/links", till.code_for("c-1").await).await.is(200);
    assert_eq!(bob.points().await, [0, 30, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_or_linked_while_somebody_is_merged_does_not_stay_with_them() {
    let town = Town::new().await;
    let (till, ada, bob, cleo) =
        (town.partner("till", TILL).await, town.member("ada").await, town.member("bob").await, town.member("cleo").await);
    let (mo, root) = (town.moderator("moe").await, town.admin("ruth").await);
    let unknown = till.code_for("c-9").await;
    for (who, links) in [(&bob, false), (&cleo, true)] {
        let mut held = town.app.kit.db.begin().await.unwrap();
        held.batch_execute(&format!("select from member where handle = '{}' for update", who.handle)).await.unwrap();
        let meanwhile = async {
            town.waits_for_locks(1).await;
            if links { who.post("/me/links", unknown.clone()).await } else { mo.tries_to_sanction(&who.handle, "silence", Some(24)).await }
        };
        let let_go = async {
            town.waits_for_locks(2).await;
            held.rollback().await;
        };
        let (merged, told, ()) = tokio::join!(root.tries_to_merge(&who.handle, "ada"), meanwhile, let_go);
        merged.is(200);
        told.refused(if links { 401 } else { 503 }, if links { "unauthorized" } else { "unavailable" });
    }
    mo.tries_to_sanction("bob", "silence", Some(24)).await.is(201);
    assert_eq!(town.rows("select m.handle from sanction s join member m on m.id = s.member_id").await, ["ada"]);
    ada.post("/me/links", unknown).await.is(200);
}

#[tokio::test]
async fn reputation_that_goes_at_once_does_not_come_over() {
    let town = Town::new().await;
    let (ada, bob, cleo, root) = (town.member("ada").await, town.member("bob").await, town.member("cleo").await, town.admin("ruth").await);
    for person in [&ada, &bob, &cleo] {
        town.trusts(person, 1).await;
    }
    let question = ada.asks("Which grinder suits a small kitchen?").await;
    let answer = bob.answers(&question, "This one, which I have had for years.").await;
    ada.accepts(&question, &answer).await;
    cleo.votes_on_answer(&answer, 1).await.is(200);
    town.settle().await;
    // 10 of her vote; the 15 of the acceptance go, and so do the 2 that accepting had brought.
    let preview = root.post("/admin/members/bob/merges/preview", json!({ "into": "ada" })).await.is(200);
    assert_eq!(moved(&preview, "/outcome/moved", "reputation"), 8);
}

/// Nothing of theirs moves.
#[tokio::test]
async fn who_links_a_number_of_nobody_does_not_wait_for_events() {
    let town = Town::new().await;
    let (till, ada) = (town.partner("till", TILL).await, town.member("ada").await);
    let mut delivering = town.app.kit.db.begin().await.unwrap();
    outbox::hold(&mut delivering).await.unwrap();
    ada.post("/me/links", till.code_for("c-1").await).await.is(200);
    delivering.rollback().await;
    assert_eq!(till.handle_of("c-1").await, "ada");
}
