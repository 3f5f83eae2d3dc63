//! Two members of one person: what they wrote, how they voted, and the esteem that it brought.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Person, Reply, Town};

/// What a merge must leave as it was once it is undone.
const WORLD: &str = "
    select 'post ' || id || ' ' || author_id || ' ' || up_votes || ' ' || down_votes || ' ' || coalesce(accepted_answer_id::text, '')
      from post join post_counter on post_id = id
    union all select 'listing ' || l from question_listing l
    union all select 'comment ' || id || ' ' || author_id from comment
    union all select 'revision ' || post_id || ' ' || number || ' ' || editor_id from revision
    union all select 'vote ' || post_id || ' ' || member_id || ' ' || value || ' ' || cast_at from vote
    union all select 'flag ' || id || ' ' || flagger_id || ' ' || verdict from flag
    union all select 'item ' || id || ' ' || weight from review_item
    union all select 'sanction ' || id || ' ' || member_id from sanction
    union all select 'follow ' || question_id || ' ' || member_id from question_follow
    union all select 'tag ' || tag_id || ' ' || member_id from tag_follow
    union all select 'trust ' || member_id || ' ' || trust from trust_by_hand
    union all select 'esteem ' || member_id || ' ' || total from reputation where total <> 0
    union all select 'score ' || member_id || ' ' || metric || ' ' || period || ' ' || starts_on || ' ' || score
      from leaderboard_score s join leaderboard b on b.id = s.leaderboard_id where score <> 0 and metric <> 'points'
    order by 1";

async fn world(town: &Town) -> Vec<String> {
    town.settle().await;
    town.rows(WORLD).await
}

impl Person {
    async fn merges(&self, from: &Person, into: &Person) -> Reply {
        let form = json!({ "into": into.handle, "reason": "One person, two members." });
        self.post(&format!("/admin/members/{}/merges", from.handle), form).await.is(200)
    }

    async fn parts(&self, merge: &Reply) {
        let form = json!({ "reason": "They are two after all." });
        self.post(&format!("/admin/merges/{}/undo", merge.text("/id")), form).await.is(200);
    }

    async fn follows(&self, question: &str) {
        self.put(&format!("/questions/{question}/follow"), json!(null)).await.is(204);
    }
}

/// How many of a kind an outcome tells of.
fn count(outcome: &Value, list: &str, of: &str) -> i64 {
    let entries = outcome[list].as_array().unwrap();
    entries.iter().find(|entry| entry["of"] == of).map_or(0, |entry| entry["count"].as_i64().unwrap())
}

async fn esteem(town: &Town, person: &Person) -> i64 {
    town.settle().await;
    town.count(&format!("select coalesce((select total from reputation where member_id = '{}'), 0)", person.id())).await
}

#[tokio::test]
async fn what_the_one_wrote_is_the_others_with_all_that_it_brought() {
    let town = Town::new().await;
    let root = town.admin("ruth").await;
    let (ada, twin) = (town.member("ada").await, town.member("twin").await);
    let (bea, cid) = (town.member("bea").await, town.member("cid").await);
    let asked = twin.asks("Which grinder?").await;
    let by_bea = bea.answers(&asked, "This one.").await;
    twin.accepts(&asked, &by_bea).await;
    bea.votes_on_question(&asked, 1).await.is(200);
    let other = bea.asks("Which kettle?").await;
    let (by_twin, by_cid) = (twin.answers(&other, "A blue one.").await, cid.answers(&other, "A red one.").await);
    bea.accepts(&other, &by_twin).await;
    cid.votes_on_answer(&by_twin, 1).await.is(200);
    twin.votes_on_answer(&by_cid, -1).await.is(200);
    twin.comments_on_question(&other, "What for?").await;
    twin.patch(&format!("/questions/{asked}"), json!({ "title": "Which grinder is quiet?", "reason": "Clearer." })).await.is(200);
    let hers = ada.asks("Which cup?").await;
    cid.votes_on_question(&hers, 1).await.is(200);
    assert_eq!((esteem(&town, &ada).await, esteem(&town, &twin).await), (5, 5 + 2 + 15 + 10 - 1));
    let before = world(&town).await;

    let form = json!({ "into": "ada" });
    let preview = root.post("/admin/members/twin/merges/preview", form).await.is(200);
    let told = |of| count(preview.at("/outcome"), "moved", of);
    assert_eq!(
        [told("questions"), told("answers"), told("comments"), told("votes"), told("follows"), told("reputation")],
        [1, 1, 1, 1, 2, 31]
    );
    assert_eq!(preview.at("/outcome/taken_back"), &json!([]));
    assert_eq!(world(&town).await, before, "a look changes nothing");

    let merge = root.merges(&twin, &ada).await;
    assert_eq!(merge.at("/outcome/moved"), preview.at("/outcome/moved"));
    assert_eq!((esteem(&town, &ada).await, esteem(&town, &twin).await), (36, 0));
    town.audit().await;
    assert_eq!(cid.reads(&asked).await.is(200).text("/author/handle"), "ada");
    assert_eq!(cid.get(&format!("/questions/{asked}/revisions")).await.is(200).text("/items/0/editor/handle"), "ada");
    let board = cid.get("/leaderboards/accepted_answers?period=all").await.is(200);
    let scores: Vec<_> = board.items().iter().map(|place| (place["member"]["handle"].clone(), place["score"].clone())).collect();
    assert!(scores.contains(&(json!("ada"), json!(1))) && !scores.iter().any(|(handle, _)| handle == "twin"), "{scores:?}");

    // What comes later comes to the account: esteem, news, and the author's rights.
    bea.votes_on_question(&asked, 0).await.is(200);
    let late = bea.answers(&asked, "Or that one.").await;
    cid.votes_on_answer(&by_twin, 0).await.is(200);
    assert_eq!(esteem(&town, &ada).await, 21);
    assert!(town.told(&ada).await.iter().any(|news| news.starts_with("question_answered 2 bea Which grinder is quiet?")));
    ada.accepts(&asked, &late).await;
    ada.tries_to_accept(&asked, &by_bea).await.is(204);
    ada.votes_on_question(&asked, 1).await.refused(403, "own_post");
    bea.votes_on_question(&asked, 1).await.is(200);
    cid.votes_on_answer(&by_twin, 1).await.is(200);
    late_is_gone(&bea, &late).await;
    town.settle().await;
    town.audit().await;

    root.parts(&merge).await;
    assert_eq!((esteem(&town, &ada).await, esteem(&town, &twin).await), (5, 31));
    assert_eq!(cid.reads(&asked).await.is(200).text("/author/handle"), "twin");
    town.audit().await;
}

async fn late_is_gone(author: &Person, answer: &str) {
    author.deletes_answer(answer).await.is(204);
}

#[tokio::test]
async fn what_two_had_of_each_other_nobody_has_of_themselves() {
    let town = Town::new().await;
    let root = town.admin("ruth").await;
    let (ada, twin) = (town.member("ada").await, town.member("twin").await);
    let (bea, cid) = (town.member("bea").await, town.member("cid").await);
    // Each asks, and accepts what the other answered; they vote for each other, up and down.
    let (first, second) = (ada.asks("Which grinder?").await, twin.asks("Which kettle?").await);
    let (by_twin, by_ada) = (twin.answers(&first, "This one.").await, ada.answers(&second, "That one.").await);
    ada.accepts(&first, &by_twin).await;
    twin.accepts(&second, &by_ada).await;
    ada.votes_on_answer(&by_twin, 1).await.is(200);
    twin.votes_on_answer(&by_ada, -1).await.is(200);
    twin.votes_on_question(&first, 1).await.is(200);
    bea.votes_on_answer(&by_twin, 1).await.is(200);
    // Both think the same of others.
    let third = bea.asks("Which cup?").await;
    let by_cid = cid.answers(&third, "A large one.").await;
    for one in [&ada, &twin] {
        one.votes_on_question(&third, 1).await.is(200);
        one.votes_on_answer(&by_cid, -1).await.is(200);
        one.flags(&third).await;
        one.follows(&third).await;
        one.put("/tags/general/follow", json!(null)).await.is(204);
    }
    twin.flags_answer(&by_ada).await;
    bea.flags_answer(&by_ada).await;
    town.trusts(&ada, 2).await;
    town.trusts(&twin, 1).await;
    assert_eq!((esteem(&town, &ada).await, esteem(&town, &twin).await), (2 + 15 - 2 + 5 - 1, 15 + 2 + 10 + 10 - 2));
    assert_eq!((esteem(&town, &bea).await, esteem(&town, &cid).await), (10, -4));
    let before = world(&town).await;

    let merge = root.merges(&twin, &ada).await;
    let told = |of| count(merge.at("/outcome"), "taken_back", of);
    assert_eq!([told("votes"), told("acceptances"), told("flags")], [5, 2, 1]);
    assert_eq!((esteem(&town, &ada).await, esteem(&town, &twin).await), (10 - 1, 0), "what bea thinks, and what she thinks of cid");
    assert_eq!((esteem(&town, &bea).await, esteem(&town, &cid).await), (5, -2), "one person, one vote");
    let read = cid.reads(&first).await.is(200);
    assert_eq!((read.int("/score"), read.int("/answers/items/0/score")), (0, 1));
    assert_eq!(read.text("/accepted_answer_id"), by_twin, "the answer helped, whoever wrote it");
    assert_eq!(root.reviews(&third).await["flags"].as_array().unwrap().len(), 1);
    town.audit().await;

    root.parts(&merge).await;
    assert_eq!(world(&town).await, before);
    town.audit().await;
    // And once more, the other way round.
    let merge = root.merges(&ada, &twin).await;
    assert_eq!((esteem(&town, &ada).await, esteem(&town, &twin).await), (0, 9));
    town.audit().await;
    root.parts(&merge).await;
    assert_eq!(world(&town).await, before);
}

#[tokio::test]
async fn news_that_come_late_end_right() {
    let town = Town::new().await;
    let root = town.admin("ruth").await;
    let (ada, twin, bea) = (town.member("ada").await, town.member("twin").await, town.member("bea").await);
    let asked = bea.asks("Which grinder?").await;
    let answer = twin.answers(&asked, "This one, @bea.").await;
    bea.comments_on_answer(&answer, "Thank you, @twin").await;
    bea.votes_on_answer(&answer, 1).await.is(200);
    ada.votes_on_answer(&answer, -1).await.is(200);
    // Nobody has heard of any of this yet.
    let merge = root.merges(&twin, &ada).await;
    assert_eq!((esteem(&town, &ada).await, esteem(&town, &twin).await), (10, 0));
    let told = town.told(&ada).await;
    assert!(told.iter().any(|news| news.starts_with("mentioned 1 bea")), "{told:?}");
    town.audit().await;

    // Nor of this.
    bea.votes_on_answer(&answer, 0).await.is(200);
    bea.votes_on_answer(&answer, -1).await.is(200);
    root.parts(&merge).await;
    assert_eq!((esteem(&town, &ada).await, esteem(&town, &twin).await), (-1, -4));
    town.audit().await;

    // What is accepted late brings points to the account, and so there is no way back.
    bea.accepts(&asked, &answer).await;
    let merge = root.merges(&twin, &ada).await;
    assert_eq!((esteem(&town, &ada).await, esteem(&town, &twin).await), (15 - 2, 0));
    assert!(town.told(&ada).await.iter().any(|news| news.starts_with("answer_accepted 1")));
    let undo = format!("/admin/merges/{}/undo", merge.text("/id"));
    root.post(&undo, json!({ "reason": "They are two after all." })).await.refused(409, "moved_since");
}

#[tokio::test]
async fn a_hidden_post_and_a_sanction_change_hands() {
    let town = Town::new().await;
    let (root, mo) = (town.admin("ruth").await, town.moderator("moe").await);
    let (ada, twin, bea) = (town.member("ada").await, town.member("twin").await, town.member("bea").await);
    let asked = ada.asks("Which grinder?").await;
    let answer = twin.answers(&asked, "Buy mine!").await;
    ada.votes_on_answer(&answer, -1).await.is(200);
    ada.accepts(&asked, &answer).await;
    bea.votes_on_answer(&answer, 1).await.is(200);
    bea.flags_answer(&answer).await;
    let item = mo.reviews(&answer).await;
    let decided = mo.decides(&item, "remove_spam").await;
    mo.tries_to_sanction("twin", "silence", Some(24)).await.is(201);
    let before = world(&town).await;
    assert_eq!((esteem(&town, &ada).await, esteem(&town, &twin).await), (0, -100));

    let merge = root.merges(&twin, &ada).await;
    assert_eq!((esteem(&town, &ada).await, esteem(&town, &twin).await), (-100, 0));
    ada.tries_to_ask("May I still ask?", &["general"], None).await.refused(403, "silenced");
    town.audit().await;
    root.parts(&merge).await;
    assert_eq!(world(&town).await, before);

    // Cleared while they are one, it is cleared when they are two.
    let merge = root.merges(&twin, &ada).await;
    mo.undoes(&decided).await;
    assert_eq!(esteem(&town, &ada).await, 10);
    town.audit().await;
    root.parts(&merge).await;
    assert_eq!((esteem(&town, &ada).await, esteem(&town, &twin).await), (-1, 8));
    town.audit().await;
}

#[tokio::test]
async fn texts_lose_the_names_of_both_when_they_are_erased() {
    let town = Town::new().await;
    let (root, ada, twin, bea) =
        (town.admin("ruth").await, town.member("ada").await, town.member("twin-7").await, town.member("bea").await);
    let asked = twin.asks("Who else is twin-7?").await;
    bea.answers(&asked, "I call @twin-7.").await;
    root.merges(&twin, &ada).await;
    bea.answers(&asked, "Is @Twin-7 there, or `@ada`?").await;
    bea.comments_on_question(&asked, "Ask @ada, who was twin-7").await;
    ada.tries_to_erase_themselves(PASSWORD).await.is(204);
    town.settle().await;
    let left =
        "select body_markdown from post where body_markdown || coalesce(title, '') || body_html ilike '%twin-7%' or body_html ilike '%ada%'
                union all select body_markdown from comment where body_markdown || body_html ilike '%twin-7%' or body_html like '%@ada%'";
    assert_eq!(town.rows(left).await, Vec::<String>::new());
    assert_eq!(town.count("select count(*) from mention").await, 0);
}

#[tokio::test]
async fn a_followed_tag_that_stands_for_another_by_now_is_followed_by_its_name_of_now() {
    let town = Town::new().await;
    let (ada, bob, moe, root) = (town.member("ada").await, town.member("bob").await, town.moderator("moe").await, town.admin("ruth").await);
    for tag in ["mill", "grinder"] {
        let form = json!({ "title": "Which one suits a small kitchen?", "body": format!("I brew two cups a day and have little room for a {tag}."), "tags": [tag] });
        ada.post("/questions", form).await.is(201);
    }
    bob.put("/tags/mill/follow", json!(null)).await.is(204);
    let merge = root.merges(&bob, &ada).await;
    moe.patch("/tags/mill", json!({ "synonym_of": "grinder" })).await.is(200);
    root.parts(&merge).await;
    town.settle().await;
    let bob = town.sign_in("bob").await;
    assert_eq!(bob.get("/me/followed-tags").await.is(200).text("/items/0/name"), "grinder");
}
