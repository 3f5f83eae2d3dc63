//! Every invariant is there for a fault: planted, it is found. (Those of points: `loyalty::faults`.)

use poem::http::Method;
use regulars::{app, domain::PostState};
use serde_json::json;

use crate::{
    loyalty::faults,
    support::{PASSWORD, Town},
};

/// An invariant, and what no request does.
const FAULTS: &[(&str, &str)] = &[
    ("Nothing tells who an erased member was.", "update member set bio = 'Once here' where erased_at is not null"),
    ("Staff have accounts.", "delete from account where member_id in (select id from member where role <> 'member')"),
    (
        "Who was merged is a part of a member who is none, by a merge that stands.",
        "update merge set undone_at = now(), undone_by = by_id where undone_at is null",
    ),
    ("A group counts its active members.", "update user_group set member_count = member_count + 1"),
    ("A group has at most one owner, and only active members lead it.", "update membership set role = 'owner'"),
    ("Every post has its counters, and every question its listing.", "delete from post_counter where post_id <> question_id"),
    ("A post's up and down votes are its votes.", "update post_counter set down_votes = down_votes + 1"),
    ("A post's comment count is the number of its published comments.", "update post_counter set comment_count = comment_count + 1"),
    ("Lists show of a question what it and its published answers are.", "update question_listing set answer_count = 7"),
    ("Every post has its search document.", "delete from search_document where post_id <> question_id"),
    (
        "A search document has the question, group, author, state and time of its post.",
        "update search_document set published = not published",
    ),
    ("An accepted answer is a published answer of its question.", "update post set accepted_answer_id = id where kind = 'question'"),
    (
        "An answer lies in the group of its question.",
        "update post set group_id = (select id from user_group limit 1) where kind = 'answer'",
    ),
    ("A tag's question count is the number of its published questions that everybody may see.", "update tag set question_count = 9"),
    (
        "A synonym stands for a tag that stands for itself.",
        "update tag set synonym_of = (select id from tag o where o.id <> tag.id order by id limit 1)",
    ),
    (
        "A synonym has no questions and no followers: its tag has them.",
        "update tag set synonym_of = (select id from tag o where o.id <> tag.id order by id limit 1) where name = 'espresso'",
    ),
    (
        "No text names a member who is erased.",
        "insert into mention (member_id, post_id) select m.id, p.id from member m, post p where m.erased_at is not null",
    ),
    (
        "A post has at most one undecided review item.",
        "insert into review_item select (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid()))).* from review_item i
         where state <> 'decided'",
    ),
    (
        "A decided review item says what was decided, by whom and why, and what the post was before and after.",
        "update review_item set reason = null where state = 'decided'",
    ),
    (
        "Flags are open while their review item is, and then have the verdict that its decision gives.",
        "update flag set verdict = 'declined' where verdict = 'open'",
    ),
    ("An undecided review item weighs what its flags weigh.", "update review_item set weight = weight + 1 where state <> 'decided'"),
    ("A trust level set by hand holds.", "update member set trust = 0 where id in (select member_id from trust_by_hand)"),
    ("A member's reputation is the sum of its entries.", "update reputation set total = total + 1"),
    ("Reputation is what votes, acceptances and reviews stand for.", "delete from vote"),
    ("Awards are as the votes and acceptances that they are for stand.", "delete from vote"),
    ("A member has the points of an award for as long as it stands, and not longer.", "update award set revoked_at = now()"),
    ("An award's transaction granted as many points, to the same member.", "update award set granted = granted + 1 where granted > 0"),
    ("An award is its answer's author's.", "update award set member_id = giver_id"),
    (
        "No more answers are paid on a day than the rule allows.",
        "insert into award select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'source_id', gen_random_uuid()))).*
         from award a cross join generate_series(1, 12) where granted > 0",
    ),
    (
        "A voter's votes for an author are paid once a day.",
        "insert into award select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'source_id', gen_random_uuid()))).*
         from award a where granted > 0",
    ),
    ("Every score, of each period and group, is what the books say.", "update leaderboard_score set score = score + 1"),
    ("A board's buckets count who is on it.", "update leaderboard_bucket set members = members + 1"),
    ("The stock of a code pool is its codes.", "update reward_stock set supplied = supplied + 1"),
    ("A code of a pool belongs to one redemption, which names it.", "update redemption set code = 'ANOTHER' where code is not null"),
    ("A code is in one pool, once.", "insert into coupon_code (reward_id, code) select reward_id, lower(code) || ' ' from coupon_code"),
    (
        "A code is issued to one member.",
        "insert into coupon_code (reward_id, code, redemption_id)
         select reward_id, lower(code), redemption_id from coupon_code where redemption_id is not null",
    ),
];

/// A little of everything that is counted twice.
async fn busy_town() -> Town {
    let town = Town::new().await;
    let (rosa, moe) = (town.admin("rosa").await, town.moderator("moe").await);
    let (ada, bob) = (town.trusted_member("ada", 1).await, town.trusted_member("bob", 1).await);
    let (cleo, dan, eve) = (town.trusted_member("cleo", 1).await, town.member("dan").await, town.member("eve").await);
    let question = ada.asks_about("Which grinder suits a small kitchen?", &["grinder", "espresso"]).await;
    let answer = bob.answers(&question, "This one, which I have had for years.").await;
    cleo.votes_on_answer(&answer, 1).await.is(200);
    cleo.comments_on_answer(&answer, "And it is quiet.").await;
    ada.accepts(&question, &answer).await;
    ada.put("/tags/espresso/follow", json!(null)).await.is(204);
    let (bad, worse) =
        (bob.asks("Who sells me beans at half the price?").await, bob.asks("Who buys beans from me at twice the price?").await);
    cleo.flags(&bad).await;
    cleo.flags(&worse).await;
    let item = moe.reviews(&bad).await;
    moe.decides(&item, "approve").await;
    let group = ada.founds("Espresso friends", "open", false).await;
    bob.tries_to_join(&group).await.is(200);
    rosa.put("/admin/members/cleo/trust", json!({ "trust": 3, "reason": "She helps." })).await.is(204);
    let pool = rosa.offers("Cinema", 10, json!({ "kind": "code_pool" })).await;
    rosa.post_once(&format!("/admin/rewards/{pool}/codes"), "codes", json!({ "codes": ["SAVE-1", "SAVE-2"] })).await;
    town.pays(&ada, 50).await;
    ada.redeems(&pool, "cinema").await;
    let merge = json!({ "into": "ada", "reason": "One person." });
    rosa.post(&format!("/admin/members/{}/merges", dan.handle), merge).await.is(200);
    eve.send(Method::DELETE, "/me", Some(json!({ "password": PASSWORD })), &[]).await.is(204);
    town.moves_post(&worse, PostState::Hidden).await;
    town.settle().await;
    town
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_fault_is_found() {
    let town = busy_town().await;
    assert_eq!(town.broken().await, Vec::<String>::new());
    // Unique keys and conditions that forbid a fault are gone for it.
    let let_in = "set local session_replication_role = replica;
             do $$ declare name text; begin
               for name in select format('alter table %I drop constraint %I cascade', conrelid::regclass, conname) from pg_constraint
                           where contype in ('u', 'c') and connamespace = 'public'::regnamespace loop
                 execute name;
               end loop;
               for name in select format('drop index %I', indexrelid::regclass) from pg_index i join pg_class c on c.oid = i.indrelid
                           where indisunique and not indisprimary and c.relnamespace = 'public'::regnamespace loop
                 execute name;
               end loop;
             end $$";
    town.finds(FAULTS, let_in).await;
}

#[test]
fn every_invariant_has_its_fault() {
    let planted = || FAULTS.iter().chain(faults::FAULTS).map(|(invariant, _)| *invariant);
    let without: Vec<&str> =
        app::checks().into_iter().map(|check| check.name).filter(|name| !planted().any(|known| known == *name)).collect();
    assert!(without.is_empty(), "{without:#?}");
}
