//! Reputation: earned from others, and taken back with what earned it.

use crate::support::{Person, Town};

async fn reputation(town: &Town, person: &Person) -> i64 {
    town.settle().await;
    town.count(&format!("select coalesce((select total from reputation where member_id = '{}'), 0)", person.id())).await
}

#[tokio::test]
async fn votes_and_acceptance_earn_and_their_undoing_takes_back() {
    let town = Town::new().await;
    let (ada, bea, cid) = (town.member("ada").await, town.member("bea").await, town.member("cid").await);
    let question = ada.asks("Which grinder?").await;
    let (first, second) = (bea.answers(&question, "This.").await, cid.answers(&question, "That.").await);
    bea.votes_on_question(&question, 1).await.is(200);
    assert_eq!(reputation(&town, &ada).await, 5);
    cid.votes_on_answer(&first, 1).await.is(200);
    cid.votes_on_answer(&first, -1).await.is(200);
    assert_eq!((reputation(&town, &bea).await, reputation(&town, &cid).await), (-2, -1));
    assert_eq!(town.visitor().reads(&question).await.at("/answers/items").as_array().unwrap().len(), 2);
    cid.votes_on_answer(&first, 1).await.is(200);
    ada.accepts(&question, &first).await;
    assert_eq!((reputation(&town, &ada).await, reputation(&town, &bea).await), (7, 25));
    ada.accepts(&question, &second).await;
    assert_eq!((reputation(&town, &ada).await, reputation(&town, &bea).await, reputation(&town, &cid).await), (7, 10, 15));
    bea.deletes_answer(&first).await.is(204);
    cid.deletes_answer(&second).await.is(204);
    assert_eq!((reputation(&town, &ada).await, reputation(&town, &bea).await, reputation(&town, &cid).await), (5, 0, 0));

    let page = bea.get("/me/reputation?limit=2").await.is(200);
    assert_eq!((page.text("/items/0/kind"), page.int("/items/0/amount")), ("post_withdrawn".to_owned(), -10));
    let rest = bea.get(&format!("/me/reputation?cursor={}", page.text("/next_cursor"))).await.is(200);
    let total: i64 = page.items().iter().chain(&rest.items()).map(|item| item["amount"].as_i64().unwrap()).sum();
    assert_eq!(total, 0);
    town.visitor().get("/me/reputation").await.refused(401, "unauthorized");
}
