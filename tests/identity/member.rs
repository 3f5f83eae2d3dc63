//! One's own page, what others see of it, and leaving for good.

use serde_json::json;

use crate::support::{PASSWORD, Town};

#[tokio::test]
async fn ada_reads_and_edits_her_page() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let page = ada.get("/me").await.is(200);
    assert_eq!((page.text("/handle"), page.text("/email"), page.text("/role")), ("ada".into(), "ada@town.example".into(), "member".into()));
    let etag = page.header("etag").expect("a tag").to_owned();
    ada.get_if_changed("/me", &etag).await.is(304);

    let edited = ada.patch_if("/me", &etag, json!({ "display_name": " Ada L. ", "bio": "Counts." })).await.is(200);
    assert_eq!((edited.text("/display_name"), edited.text("/bio")), ("Ada L.".into(), "Counts.".into()));
    assert_eq!(ada.get("/me").await.header("etag"), edited.header("etag"));
    ada.get_if_changed("/me", &etag).await.is(200);
    ada.patch_if("/me", &etag, json!({ "bio": "Lost update." })).await.refused(412, "changed_since");
    ada.patch("/me", json!({ "display_name": "" })).await.refuses_field("/display_name");
    ada.patch("/me", json!({ "role": "administrator" })).await.refused(400, "bad_body");
    town.visitor().get("/me").await.refused(401, "unauthorized");
}

#[tokio::test]
async fn leaderboards_are_told_who_comes_and_goes() {
    let town = Town::new().await;
    let (ada, mo) = (town.member("ada").await, town.moderator("moe").await);
    town.settle().await;
    let told = "select count(*) from outbox_event where kind = 'leaderboard_listing_changed'";
    ada.patch("/me", json!({ "on_leaderboards": true })).await.is(200);
    assert_eq!(town.count(told).await, 0, "nothing changed");
    ada.patch("/me", json!({ "on_leaderboards": false })).await.is(200);
    assert_eq!(town.count(told).await, 1);
    mo.patch("/me", json!({ "on_leaderboards": false })).await.is(200);
    assert_eq!(town.count(told).await, 1, "staff were never listed");
}

#[tokio::test]
async fn an_erased_member_leaves_no_name() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    let phone = town.sign_in("ada").await;
    ada.tries_to_erase_themselves("not her password").await.refused(403, "wrong_password");
    ada.tries_to_erase_themselves(PASSWORD).await.is(204);
    ada.get("/me").await.refused(401, "unauthorized");
    phone.get("/me").await.refused(401, "unauthorized");
    bob.get("/members/ada").await.refused(404, "not_found");
    let sign_in = json!({ "email": "ada@town.example", "password": PASSWORD });
    town.visitor().post("/auth/login", sign_in).await.refused(401, "bad_credentials");
    let left = town.rows(&format!("select display_name || '/' || bio || '/' || handle from member where id = '{}'", ada.id())).await;
    assert!(left[0].starts_with("Erased member//erased-"), "{left:?}");
    assert_eq!(town.count("select count(*) from account where email like '%ada%'").await, 0);
    // The address is free again, the handle stays taken: nobody passes for her.
    let form = |handle: &str| json!({ "email": "ada@town.example", "password": PASSWORD, "handle": handle });
    town.visitor().post("/auth/register", form("ada")).await.refused(409, "handle_taken");
    town.visitor().post("/auth/register", form("A-da")).await.refused(409, "handle_taken");
    town.visitor().post("/auth/register", form("countess")).await.is(202);
}

#[tokio::test]
async fn the_last_administrator_cannot_go() {
    let town = Town::new().await;
    let root = town.admin("root1").await;
    root.tries_to_erase_themselves(PASSWORD).await.refused(409, "last_administrator");
    town.admin("root2").await;
    root.tries_to_erase_themselves(PASSWORD).await.is(204);
}

#[tokio::test]
async fn the_export_has_everything() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    ada.founds("Home Baristas", "open", false).await;
    let export = ada.get("/me/export").await.is(200);
    assert_eq!(export.text("/account/email"), "ada@town.example");
    assert_eq!(export.text("/groups/0/group"), "home-baristas");
    for section in ["posts", "comments", "votes", "purchases", "statement", "redemptions", "reputation", "referrals", "sanctions"] {
        assert_eq!(export.at(&format!("/{section}")), &json!([]), "{section}");
    }
    town.visitor().get("/me/export").await.refused(401, "unauthorized");
}

#[tokio::test]
async fn a_profile_shows_what_the_reader_may_see() {
    let town = Town::new().await;
    let (ada, bob, mo) = (town.member("ada").await, town.member("bob").await, town.moderator("moe").await);
    ada.founds("Home Baristas", "open", false).await;
    ada.founds("Secret Roasters", "invite_only", true).await;
    let groups = async |reader: &crate::support::Person| {
        let profile = reader.get("/members/ada").await.is(200);
        profile.at("/groups").as_array().map_or(0, Vec::len)
    };
    assert_eq!((groups(&ada).await, groups(&bob).await, groups(&mo).await, groups(&town.visitor()).await), (2, 1, 2, 1));

    let profile = bob.get("/members/ADA").await.is(200);
    assert_eq!((profile.int("/reputation"), profile.int("/questions")), (1, 0));
    assert!(profile.body.get("email").is_none());
    let etag = profile.header("etag").expect("a tag").to_owned();
    bob.get_if_changed("/members/ada", &etag).await.is(304);
    ada.patch("/me", json!({ "bio": "Counts." })).await.is(200);
    bob.get_if_changed("/members/ada", &etag).await.is(200);
    bob.get("/members/nobody").await.refused(404, "not_found");
    bob.get("/members/%00").await.refused(400, "bad_parameter");
}

#[tokio::test]
async fn members_are_found_by_the_beginning_of_their_handle_or_name() {
    let town = Town::new().await;
    for handle in ["anna", "ada", "adam", "bob"] {
        town.member(handle).await;
    }
    let names = |reply: &crate::support::Reply| -> Vec<String> {
        reply.items().iter().map(|item| item["handle"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let visitor = town.visitor();
    assert_eq!(names(&visitor.get("/members?q=AD").await.is(200)), ["ada", "adam"]);
    assert_eq!(names(&visitor.get("/members?q=%25").await.is(200)), Vec::<String>::new());
    let first = visitor.get("/members?limit=2").await.is(200);
    assert_eq!(names(&first), ["ada", "adam"]);
    let second = visitor.get(&format!("/members?limit=2&cursor={}", first.text("/next_cursor"))).await.is(200);
    assert_eq!(names(&second), ["anna", "bob"]);
    let back = visitor.get(&format!("/members?limit=2&cursor={}", second.text("/prev_cursor"))).await.is(200);
    assert_eq!(names(&back), ["ada", "adam"]);
    visitor.get(&format!("/members?q=a&cursor={}", first.text("/next_cursor"))).await.refused(400, "bad_cursor");

    let (bob, anna) = (town.sign_in("bob").await, town.sign_in("anna").await);
    bob.patch("/me", json!({ "display_name": "Adam Ant" })).await.is(200);
    anna.patch("/me", json!({ "display_name": "Adam_Smith" })).await.is(200);
    assert_eq!(names(&visitor.get("/members?q=aDaM").await.is(200)), ["adam", "anna", "bob"], "the very handle comes first");
    assert_eq!(names(&visitor.get("/members?q=adam%20a").await.is(200)), ["bob"]);
    assert_eq!(names(&visitor.get("/members?q=@adam_s").await.is(200)), ["anna"]);
    for limit in [1, 2] {
        let path = format!("/members?q=adam&limit={limit}");
        let (mut page, mut seen) = (visitor.get(&path).await.is(200), Vec::new());
        loop {
            seen.extend(names(&page));
            let Some(next) = page.body.get("next_cursor").and_then(|next| next.as_str()) else { break };
            let after = visitor.get(&format!("{path}&cursor={next}")).await.is(200);
            let back = visitor.get(&format!("{path}&cursor={}", after.text("/prev_cursor"))).await.is(200);
            assert_eq!(back.items(), page.items(), "back from {:?}", names(&after));
            page = after;
        }
        assert_eq!(seen, ["adam", "anna", "bob"], "{limit} a page");
    }
}

#[tokio::test]
async fn profile_and_export_count_what_was_written() {
    let town = Town::new().await.not_audited();
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    ada.founds("Secret Roasters", "invite_only", true).await;
    let post = |kind: &str, n: u8, question: u8, author: &str, title: &str, group: &str| {
        format!(
            "insert into post (id, kind, question_id, group_id, author_id, title, body_markdown, body_html, renderer, created_at)
             values ('00000000-0000-7000-8000-00000000000{n}', '{kind}', '00000000-0000-7000-8000-00000000000{question}', {group},
                     '{author}', {title}, 'words', '<p>words</p>', 1, now())"
        )
    };
    town.sql(&post("question", 1, 1, bob.id(), "'Which grinder?'", "null")).await;
    town.sql(&post("answer", 2, 1, ada.id(), "null", "null")).await;
    town.sql(&post("question", 3, 3, ada.id(), "'A secret?'", "(select id from user_group)")).await;
    town.sql("update post set accepted_answer_id = '00000000-0000-7000-8000-000000000002' where kind = 'question' and group_id is null")
        .await;
    let counts = async |reader: &crate::support::Person| {
        let profile = reader.get("/members/ada").await.is(200);
        (profile.int("/questions"), profile.int("/answers"), profile.int("/accepted_answers"))
    };
    assert_eq!(counts(&bob).await, (0, 1, 1), "nobody learns of what is written in private");
    assert_eq!(counts(&town.visitor()).await, (0, 1, 1));
    assert_eq!(counts(&ada).await, (1, 1, 1));
    let export = ada.get("/me/export").await.is(200);
    assert_eq!(export.at("/posts").as_array().map(Vec::len), Some(2));
    assert_eq!(export.text("/posts/0/body"), "words");
}
