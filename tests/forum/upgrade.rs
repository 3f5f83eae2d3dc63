//! What becomes of the posts of a database that an earlier version goes on writing while it is migrated.

use serde_json::json;

use crate::support::Town;

/// Newest first.
const BACK: [&str; 6] = [
    include_str!("../../migrations/2026-11-30-000107_narrow_search/down.sql"),
    include_str!("../../migrations/2026-11-30-000106_list_documents/down.sql"),
    include_str!("../../migrations/2026-11-30-000105_search_document/down.sql"),
    include_str!("../../migrations/2026-11-30-000104_narrow_post/down.sql"),
    include_str!("../../migrations/2026-11-30-000103_count_posts/down.sql"),
    include_str!("../../migrations/2026-11-30-000102_post_counter/down.sql"),
];
const FIRST: &str = include_str!("../../migrations/2026-11-30-000102_post_counter/up.sql");
const COUNTED: &str = "select c::text || l from post_counter c join question_listing l using (question_id) order by post_id";

#[tokio::test(flavor = "multi_thread")]
async fn posts_are_counted_while_the_earlier_version_goes_on() {
    let town = Town::new().await.not_audited();
    let (ada, ben, cas) = (town.member("ada").await, town.member("ben").await, town.member("cas").await);
    let question = ada.asks_about("Which kettle suits a gooseneck?", &["kettles", "gooseneck"]).await;
    let hidden = ada.asks_about("Which kettle is mine to hide?", &["kettles"]).await;
    let answer = ben.answers(&question, "The one that pours slowly, I think.").await;
    cas.answers(&question, "Any that has a thermometer, I think.").await;
    cas.votes_on_answer(&answer, 1).await.is(200);
    cas.votes_on_question(&question, -1).await.is(200);
    cas.comments_on_question(&question, "I wonder about that, too.").await;
    town.settle().await;
    let before = town.rows(COUNTED).await;
    for back in BACK {
        town.sql(back).await;
    }
    town.sql("delete from __diesel_schema_migrations where version >= '20261130000102'").await;

    // The first step is done, and the earlier version writes as it did: counters, states, tags, a post.
    town.sql(FIRST).await;
    town.sql("insert into __diesel_schema_migrations (version) values ('20261130000102')").await;
    let new = uuid::Uuid::now_v7();
    town.sql(&format!(
        "begin;
         insert into vote (id, post_id, member_id, value, cast_at) values (gen_random_uuid(), '{answer}', '{}', 1, now());
         update post set up_votes = up_votes + 1 where id = '{answer}';
         update post set hot_key = hot_key + 1 where id = '{question}';
         commit;
         update post set state = 'hidden' where id = '{hidden}';
         begin;
         insert into post (id, kind, question_id, author_id, body_markdown, body_html, renderer, active_at, created_at)
         values ('{new}', 'answer', '{question}', '{}', 'One more.', '<p>One more.</p>', 2, now(), now());
         update post set answer_count = answer_count + 1, active_at = now() where id = '{question}';
         commit;
         begin;
         delete from question_tag where question_id = '{question}' and tag_id = (select id from tag where name = 'gooseneck');
         update post set active_at = now() where id = '{question}';
         commit",
        ada.id(),
        ada.id(),
    ))
    .await;
    regulars::kit::db::migrate(town.database_url()).await.expect("it goes on from there");
    // The server of before has prepared statements that do not know the tables of now.
    let now = town.second().await.not_audited();
    let (ada, ben) = (ada.at(&now), ben.at(&now));

    let shown = town
        .rows("select tags::text || answer_count || answers_score || participants || published from question_listing order by question_id");
    assert_eq!(shown.await, ["{kettles}322true", "{kettles}000false"]);
    let broken = now.broken().await;
    let counters = |name: &&String| {
        name.contains("counters") || name.contains("votes are its votes") || name.contains("Lists show") || name.contains("earch document")
    };
    assert_eq!(broken.iter().find(counters), None, "{broken:#?}");
    // What nobody touched is as it was, and the new version goes on with all of it.
    assert_eq!(before.len(), 4);
    let page = now.visitor().reads(&question).await;
    assert_eq!((page.int("/score"), page.int("/comment_count"), page.int("/answer_count")), (-1, 1, 3));
    ben.votes_on_question(&question, 1).await.is(200);
    assert_eq!(ben.reads(&question).await.int("/score"), 0);
    ada.patch(&format!("/questions/{question}"), json!({ "tags": ["kettles", "pouring"] })).await.is(200);
    let tags = town.rows(&format!("select tags::text from question_listing where question_id = '{question}'")).await;
    assert_eq!(tags, ["{kettles,pouring}"]);
    // Posts of before are found when they have been taken apart, which the server does by itself.
    now.work().await;
    for (words, found) in [("thermometers", 1), ("more", 1), ("mine hide", 0), ("kettle gooseneck", 1)] {
        let items = now.visitor().get(&format!("/search?q={}", words.replace(' ', "%20"))).await.is(200).items();
        assert_eq!(items.len(), found, "{words}: {items:?}");
    }
}
