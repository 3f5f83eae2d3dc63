//! What a visitor reads before, and without, the app.

use chrono::Duration;
use poem::http::Method;
use serde_json::json;

use crate::support::{ADDRESS, Plan, Town, at};

#[tokio::test]
async fn a_question_is_a_whole_page() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks_about("Which grinder for a café?", &["grinder"]).await;
    let first = bea.answers(&question, "A flat one, if you can pay.").await;
    let second = bea.answers(&question, "A **conical** one.").await;
    ada.comments_on_answer(&first, "That is a lot of money.").await;
    ada.votes_on_answer(&first, 1).await.is(200);
    ada.accepts(&question, &second).await;

    let path = format!("/questions/{question}/which-grinder-for-a-cafe");
    let url = format!("{ADDRESS}{path}");
    let page = town.visitor().opens(&path).await.is(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    assert_eq!(page.header("referrer-policy"), Some("strict-origin-when-cross-origin"));
    assert_eq!(page.header("strict-transport-security"), Some("max-age=31536000"));
    page.says("<title>Which grinder for a café? | Our community</title>")
        .says(&format!("<link rel=\"canonical\" href=\"{url}\">"))
        .says("<h1>Which grinder for a café?</h1>")
        .says("<a href=\"/tags/grinder\" rel=\"tag\">grinder</a>")
        .says("<strong>conical</strong>")
        .says("A flat one, if you can pay.")
        .says("That is a lot of money.")
        .says(&format!("<article id=\"a-{first}\">"))
        .says("type=\"application/atom+xml\"")
        .never_says("noindex");
    assert!(page.html().find(&second) < page.html().find(&first), "the accepted answer comes first");

    let data = page.json_ld();
    assert_eq!((at(&data, "/@type"), at(&data, "/mainEntity/@type")), (&json!("QAPage"), &json!("Question")));
    let entity = at(&data, "/mainEntity");
    assert_eq!((at(entity, "/name"), at(entity, "/answerCount")), (&json!("Which grinder for a café?"), &json!(2)));
    assert_eq!(at(entity, "/author/url"), &json!(format!("{ADDRESS}/members/ada")));
    assert_eq!(at(entity, "/acceptedAnswer/url"), &json!(format!("{url}#a-{second}")));
    assert_eq!(at(entity, "/suggestedAnswer/0/url"), &json!(format!("{url}#a-{first}")));
    assert_eq!(at(entity, "/suggestedAnswer/0/upvoteCount"), &json!(1));
    assert!(at(entity, "/acceptedAnswer/text").as_str().is_some_and(|text| text.contains("conical")));
    assert!(at(entity, "/acceptedAnswer/datePublished").is_string());

    let api = town.visitor().reads(&question).await.is(200);
    assert_eq!(page.preloaded(&format!("/api/v1/questions/{question}")), api.body, "the app finds the API's own answer");
}

#[tokio::test]
async fn a_question_has_one_address() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let question = ada.asks("How long do beans stay fresh?").await;
    let cyrillic = ada.asks("Как хранить зёрна кофе?").await;
    let slugless = ada.asks("??? !!! ... ??? !!!").await;
    let path = format!("/questions/{question}/how-long-do-beans-stay-fresh");
    for other in [format!("/questions/{question}"), format!("/questions/{question}/another-title")] {
        let moved = town.visitor().opens(&format!("{other}?answers=newest")).await.is(301);
        assert_eq!(moved.header("location"), Some(format!("{path}?answers=newest").as_str()));
        assert_eq!(moved.header("cache-control"), Some("no-cache"), "the title may be changed back");
    }
    for (other, one) in [
        (format!("{path}/"), path.as_str()),
        (format!("/questions/{question}/"), &format!("/questions/{question}")),
        ("/members/ada//?tab=answers".to_owned(), "/members/ada?tab=answers"),
        ("/tags/".to_owned(), "/tags"),
        ("//elsewhere.example/".to_owned(), "/elsewhere.example"),
    ] {
        assert_eq!(town.visitor().opens(&other).await.is(301).header("location"), Some(one), "{other}");
    }
    let moved = town.visitor().opens(&format!("/questions/{cyrillic}")).await.is(301);
    assert_eq!(moved.header("location"), Some(format!("/questions/{cyrillic}/kak-khranit-ziorna-kofe").as_str()));
    town.visitor().opens(&format!("/questions/{slugless}")).await.is(200).never_says("ld+json");
    let head = town.visitor().send(Method::HEAD, &format!("/{path}"), None, &[]).await.is(200);
    assert_eq!(head.body, json!(""));
    town.visitor().send(Method::DELETE, &format!("/{path}"), None, &[]).await.refused(405, "method_not_allowed");
}

#[tokio::test]
async fn hostile_text_stays_text() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let title = "</title></script><script>alert('t')</script>\"";
    let question = ada.asks_about(title, &["general"]).await;
    let body = "</script><script>alert('b')</script> <!--content--> <!--preload--> __NONCE__ <img src=x onerror=alert(1)>";
    ada.answers(&question, body).await;
    let api = town.visitor().reads(&question).await.is(200);
    for path in [format!("/questions/{question}/title-script-script-alert-t-script"), "/".to_owned(), "/members/ada".to_owned()] {
        let page = town.visitor().opens(&path).await.is(200);
        page.never_says("<script>alert").never_says("</title></script>").never_says("<img src=x").never_says("content=\"</title>");
        assert_eq!(page.html().matches("</title>").count(), 1);
        // The style, the app's own, and data.
        let scripts = page.html().matches("<script").count();
        let data = page.html().matches("<script type=\"application/").count();
        assert_eq!(scripts, data + 1);
        assert_eq!(page.html().matches("</script>").count(), scripts);
    }
    let page = town.visitor().opens(&format!("/questions/{question}/title-script-script-alert-t-script")).await;
    page.says("__NONCE__").says("&#60;/script&#62;&#60;script&#62;");
    assert_eq!(page.preloaded(&format!("/api/v1/questions/{question}")), api.body);
    assert_eq!(at(&page.json_ld(), "/mainEntity/name"), &json!(title));
}

#[tokio::test]
async fn what_is_private_is_not_there() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let group = ada.founds("Secret Society", "invite_only", true).await;
    let question = ada.asks_in(&group, "What is the password?").await;
    let absent = uuid::Uuid::now_v7();
    for (path, nothing) in [
        (format!("/questions/{question}/what-is-the-password"), format!("/questions/{absent}/what-is-the-password")),
        (format!("/questions/{question}"), format!("/questions/{absent}")),
        (format!("/groups/{group}"), "/groups/nothing".to_owned()),
    ] {
        // Whoever asks: the page is the same for all.
        for person in [&town.visitor(), &ada] {
            let page = person.opens(&path).await.is(404);
            page.says("noindex")
                .never_says("password?")
                .never_says("Secret Society")
                .never_says("data-preload=\"/api/v1/groups")
                .never_says("data-preload=\"/api/v1/questions");
            let nonces = |page: &str| page.split("nonce=\"").map(|part| part.split_once('"').unwrap().1.to_owned()).collect::<String>();
            assert_eq!(nonces(page.html()), nonces(person.opens(&nothing).await.is(404).html()), "nothing tells it from what is absent");
        }
    }
    for path in ["/", "/questions", "/groups", "/members/ada", "/tags/general"] {
        town.visitor().opens(path).await.never_says("password").never_says("Secret Society");
    }
}

#[tokio::test]
async fn every_public_list_has_its_page() {
    let town = Town::new().await;
    let (ada, boss) = (town.member("ada").await, town.admin("boss").await);
    let group = ada.founds("Home Baristas", "open", false).await;
    let question = ada.asks_in(&group, "How fine should one grind?").await;
    boss.votes_on_question(&question, 1).await.is(200);
    town.settle().await;
    let title = "How fine should one grind?";
    let api = "/api/v1/questions?sort=";
    for (path, says, preloaded) in [
        ("/", title, format!("{api}hot")),
        ("/?tab=new", title, format!("{api}new")),
        ("/questions", title, format!("{api}hot")),
        ("/questions?sort=new&tag=general", title, format!("{api}new&tag=general")),
        ("/tags", "general", "/api/v1/tags?sort=popular".to_owned()),
        ("/tags/general", title, format!("{api}active&tag=general")),
        ("/groups", "Home Baristas", "/api/v1/groups".to_owned()),
        ("/groups/home-baristas", title, format!("{api}active&group=home-baristas")),
        ("/members/ada", title, format!("{api}new&author=ada")),
        ("/leaderboards/reputation", "href=\"/members/ada\"", "/api/v1/leaderboards/reputation?period=all".to_owned()),
        ("/leaderboards/reputation?period=month", "href=\"/members/ada\"", "/api/v1/leaderboards/reputation?period=month".to_owned()),
        ("/rewards", "no rewards", "/api/v1/rewards".to_owned()),
    ] {
        let page = town.visitor().opens(path).await.is(200);
        page.says(says).says("<link rel=\"canonical\"");
        let (_, in_api) = preloaded.split_once("/api/v1").unwrap();
        assert_eq!(page.preloaded(&preloaded), town.visitor().get(in_api).await.is(200).body, "{path}");
    }
}

#[tokio::test]
async fn lists_and_answers_go_on_by_links() {
    let town = Town::new().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let mut question = String::new();
    for n in 1..=21 {
        question = ada.asks(&format!("Question number {n} of many")).await;
        town.clock.advance(Duration::minutes(2));
    }
    for n in 1..=21 {
        bea.answers(&question, &format!("Answer number {n}.")).await;
    }
    let visitor = town.visitor();
    let page = visitor.opens("/questions?sort=new").await.is(200);
    page.never_says("Question number 1 of");
    let next = page.between("rel=\"next\" href=\"", "\"").replace("&#38;", "&");
    let page = visitor.opens(&next).await.is(200);
    page.says("Question number 1 of").says("noindex").says("rel=\"prev\"");

    let page = visitor.opens(&format!("/questions/{question}/question-number-21-of-many")).await.is(200);
    let next = page.between("rel=\"next\" href=\"", "\"").to_owned();
    let rest = visitor.opens(&next).await.is(200);
    rest.says("noindex").says("<h1>Question number 21 of many");
    assert_eq!(page.html().matches("<article id=\"a-").count() + rest.html().matches("<article id=\"a-").count(), 21);
}

#[tokio::test]
async fn what_the_api_refuses_is_a_sentence_in_the_app() {
    let town = Town::planned(Plan { connections_max: 1, ..Plan::default() }).await;
    let visitor = town.visitor();
    for (path, status, sentence) in [
        ("/nothing-here", 404, "There is nothing at this path."),
        ("/members/nobody", 404, "There is no such member."),
        ("/leaderboards/height", 404, "There is no such leaderboard."),
        ("/questions/not-an-id", 404, "There is no such question."),
        ("/questions?sort=best", 400, "A parameter cannot be read."),
        ("/questions?cursor=made-up", 400, "This cursor does not belong to this list."),
        ("/questions/a/b/c", 404, "There is nothing at this path."),
        ("/groups/a/b", 404, "There is nothing at this path."),
        ("/tags/%ff", 400, "The request cannot be read."),
        ("/members/%00", 400, "The address must not contain a NUL character."),
    ] {
        visitor.opens(path).await.is(status).says(sentence).says("noindex").says("/assets/app-1a2b3c4d.js");
        visitor.get(&format!("/{path}")).await.is(status).text("/code");
    }
    visitor.opens("/api/v2").await.refused(404, "no_such_path");
    visitor.opens("/api/v1/nothing").await.refused(404, "no_such_path");
    visitor.post("//nothing-here", json!({})).await.refused(404, "no_such_path");

    let only = town.app.kit.db.begin().await.unwrap();
    let busy = visitor.opens("/questions").await.is(503);
    busy.says("try again soon").says("/assets/app-1a2b3c4d.js");
    assert!(busy.header("retry-after").is_some());
    drop(only);
}

#[tokio::test]
async fn pages_of_ones_own_are_the_apps_alone() {
    let town = Town::new().await;
    let site = town.visitor().get("/site").await.is(200).body;
    for (path, is_listed) in [
        ("/ask", true),
        ("/settings/profile", true),
        ("/admin/review", true),
        ("/rewards/mine", true),
        ("/search?q=beans", false),
        ("/sign-in", false),
        ("/sign-up?next=%2Fask", false),
    ] {
        let page = town.visitor().opens(path).await.is(200);
        page.says("<title>Our community</title>").says("<meta name=\"description\" content=\"Questions").says("<div id=\"root\"></div>");
        assert_eq!(page.preloaded("/api/v1/site"), site, "{path}");
        assert_eq!(page.html().matches("data-preload").count(), 1, "{path}");
        assert_eq!(page.html().contains("noindex"), !is_listed, "{path}");
    }
    for path in ["/asks", "/wp-login.php", "/settings/profile.php", "/settings/profile/x", "/admin/nothing"] {
        town.visitor().opens(path).await.is(404);
    }
}

#[tokio::test]
async fn pages_bear_the_communitys_own_name_and_words() {
    let town = Town::new().await;
    let (boss, ada) = (town.admin("boss").await, town.member("ada").await);
    let question = ada.asks("How long do beans stay fresh?").await;
    let words = json!({ "name": "Beans & <b>Brews</b>", "tagline": "Where \"home\" baristas meet." });
    boss.patch("/admin/settings", words).await.is(200);
    let visitor = town.visitor();
    let site = visitor.get("/site").await.is(200).body;
    let name = "Beans &#38; &#60;b&#62;Brews&#60;/b&#62;";
    let about = "Where &#34;home&#34; baristas meet.";
    for (path, status, title) in [
        ("/".to_owned(), 200, name.to_owned()),
        ("/settings/profile".to_owned(), 200, name.to_owned()),
        (format!("/questions/{question}/how-long-do-beans-stay-fresh"), 200, format!("How long do beans stay fresh? | {name}")),
        ("/tags".to_owned(), 200, format!("Tags | {name}")),
        ("/members/nobody".to_owned(), 404, format!("Not Found | {name}")),
        ("/nothing-here".to_owned(), 404, format!("Not Found | {name}")),
    ] {
        let page = visitor.opens(&path).await.is(status);
        page.says(&format!("<title>{title}</title>")).says(&format!("<meta property=\"og:site_name\" content=\"{name}\">"));
        page.never_says("Regulars").never_says("<b>Brews");
        assert_eq!(page.preloaded("/api/v1/site"), site, "{path}");
    }
    for path in ["/", "/settings/profile", "/nothing-here"] {
        visitor.opens(path).await.says(&format!("<meta name=\"description\" content=\"{about}\">"));
    }
    visitor.opens("/").await.says(&format!("<h1>{about}</h1>"));
    let app = visitor.get("//site.webmanifest").await.is(200);
    assert_eq!(app.header("content-type"), Some("application/manifest+json"));
    assert_eq!((app.text("/name"), app.text("/description")), ("Beans & <b>Brews</b>".into(), "Where \"home\" baristas meet.".into()));
}
