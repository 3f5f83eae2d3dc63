//! What hiding and restoring do to counters, and who sees what in private groups.

use regulars::{
    domain::PostId,
    forum::post::{self, PostState},
};

use crate::support::Town;

async fn set_state(town: &Town, id: &str, to: PostState) {
    let mut tx = town.app.kit.db.begin().await.unwrap();
    let post = post::find_for_update(&mut tx, PostId(id.parse().unwrap())).await.unwrap().unwrap();
    post::change_state(&mut tx, &post, to, None, town.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    town.settle().await;
    town.audit().await;
}

#[tokio::test]
async fn what_is_hidden_is_not_counted_until_it_comes_back() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks_about("Which grinder?", &["grinder"]).await;
    // A tag that nobody is seen to use would not be shown.
    ada.asks_about("And which kettle?", &["grinder"]).await;
    let answer = bea.answers(&question, "Mine.").await;
    ada.votes_on_answer(&answer, 1).await.is(200);
    ada.accepts(&question, &answer).await;
    let grinder = || async { town.visitor().get("/tags/grinder").await.is(200).int("/question_count") };

    set_state(&town, &answer, PostState::Hidden).await;
    assert_eq!(town.visitor().reads(&question).await.int("/answer_count"), 0);
    assert_eq!(bea.reads(&question).await.at("/answers/items").as_array().unwrap().len(), 1, "authors see their own");
    set_state(&town, &answer, PostState::Deleted).await;
    set_state(&town, &answer, PostState::Published).await;
    let page = town.visitor().reads(&question).await;
    assert_eq!(page.int("/answer_count"), 1);
    assert!(page.body.get("accepted_answer_id").is_none(), "acceptance is the asker's to give again");

    assert_eq!(grinder().await, 2);
    set_state(&town, &question, PostState::Hidden).await;
    assert_eq!(grinder().await, 1);
    bea.reads(&question).await.refused(404, "not_found");
    ada.reads(&question).await.is(200);
    set_state(&town, &question, PostState::Published).await;
    assert_eq!(grinder().await, 2);
}

#[tokio::test]
async fn a_private_group_keeps_its_questions_to_itself() {
    let town = Town::new().await;
    let (ada, bea, mo) = (town.member("ada").await, town.member("bea").await, town.moderator("moe").await);
    town.sql(&format!(
        "with g as (insert into user_group (id, slug, name, description, kind, private, member_count, created_by, created_at)
           values (gen_random_uuid(), 'roasters', 'Roasters', '', 'invite_only', true, 1, '{0}', now()) returning id)
         insert into membership (group_id, member_id, role, state, since) select id, '{0}', 'owner', 'active', now() from g",
        ada.id()
    ))
    .await;
    let question = ada.asks_in("roasters", "A secret of roasting").await;
    let answer = ada.answers(&question, "And its answer.").await;
    for outsider in [&bea, &town.visitor()] {
        outsider.reads(&question).await.refused(404, "not_found");
        outsider.get(&format!("/questions/{question}/answers")).await.refused(404, "not_found");
        outsider.get(&format!("/questions/{question}/revisions")).await.refused(404, "not_found");
        outsider.get(&format!("/answers/{answer}/comments")).await.refused(404, "not_found");
        outsider.get("/questions?group=roasters").await.refused(404, "not_found");
        assert!(outsider.lists("sort=new").await.is_empty());
        let similar = outsider.get("/questions/similar?title=secret%20of%20roasting").await.is(200);
        assert!(similar.items().is_empty());
    }
    bea.tries_to_ask("May I come in, please?", &["general"], Some("roasters")).await.refused(404, "not_found");
    bea.tries_to_answer(&question, "Hello").await.refused(404, "not_found");
    bea.votes_on_answer(&answer, 1).await.refused(404, "not_found");
    assert_eq!(ada.lists("group=roasters").await.len(), 1);
    assert_eq!(ada.get("/questions/similar?title=secret%20of%20roasting").await.is(200).items().len(), 1);
    mo.reads(&question).await.is(200);
    town.sql("update user_group set deleted_at = now()").await;
    ada.reads(&question).await.refused(404, "not_found");
    assert!(ada.lists("sort=new").await.is_empty());
}
