//! Registering, signing in and staying signed in.

use chrono::Duration;
use serde_json::json;

use crate::support::{PASSWORD, Plan, Town};

#[tokio::test]
async fn ada_registers_signs_in_and_out() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    ada.post("/auth/logout", json!(null)).await.is(204);
    ada.post("/auth/logout", json!(null)).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn registering_does_not_tell_whether_an_address_is_known() {
    let town = Town::new().await;
    town.member("ada").await;
    let form = |handle: &str| json!({ "email": "ADA@town.example", "password": PASSWORD, "handle": handle });
    let known = town.visitor().post("/auth/register", form("someone")).await.is(202);
    let unknown = town
        .visitor()
        .post("/auth/register", json!({ "email": "new@town.example", "password": PASSWORD, "handle": "newcomer" }))
        .await
        .is(202);
    assert_eq!(known.body, unknown.body);
    assert_eq!(town.count("select count(*) from member where handle = 'someone'").await, 0);
    town.visitor().post("/auth/register", form("a-d_a")).await.refused(409, "handle_taken");
}

#[tokio::test]
async fn a_used_refresh_token_ends_the_session() {
    let town = Town::new().await;
    town.member("ada").await;
    let sign_in = json!({ "email": "ada@town.example", "password": PASSWORD });
    let first = town.visitor().post("/auth/login", sign_in).await.is(200).text("/refresh_token");
    let refresh = |token: String| {
        let visitor = town.visitor();
        async move { visitor.post("/auth/refresh", json!({ "refresh_token": token })).await }
    };
    // A page that is loaded anew while it refreshes never sees the answer.
    refresh(first.clone()).await.is(200);
    town.clock.advance(Duration::seconds(20));
    let second = refresh(first.clone()).await.is(200).text("/refresh_token");
    town.clock.advance(Duration::seconds(11));
    refresh(first).await.refused(401, "bad_refresh_token");
    refresh(second).await.refused(401, "bad_refresh_token");
}

#[tokio::test]
async fn bad_registrations_name_every_field() {
    let town = Town::new().await;
    let reply = town.visitor().post("/auth/register", json!({ "email": "no", "password": "short", "handle": "x" })).await;
    let reply = reply.refuses_field("/email").refuses_field("/password").refuses_field("/handle");
    assert!(reply.header("x-request-id").is_some());
    town.visitor().post("/auth/register", json!({ "email": false, "password": PASSWORD, "handle": "x" })).await.refused(400, "bad_body");
    town.visitor()
        .post("/auth/login", json!({ "email": "ada@town.example", "password": "wrong password" }))
        .await
        .refused(401, "bad_credentials");
}

#[tokio::test]
async fn sessions_that_ended_long_ago_are_forgotten() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    ada.post("/auth/logout", json!(null)).await.is(204);
    let sessions = || town.count("select count(*) from session");
    town.passes(Duration::days(89)).await;
    assert_eq!(sessions().await, 1);
    town.passes(Duration::days(2)).await;
    assert_eq!(sessions().await, 0);
}

#[tokio::test]
async fn handles_that_look_alike_are_refused_and_others_are_not() {
    let town = Town::new().await;
    for handle in ["Neil88", "Nell88", "kai99", "kal99", "lise77", "ilse77", "Ian-1", "Lan-1"] {
        town.member(handle).await;
    }
    let form = |handle: &str| json!({ "email": "new@town.example", "password": PASSWORD, "handle": handle });
    for handle in ["neil88", "NEIL-88", "1ise77", "Iise77", "ILSE-77", "ka199", "kaI99", "LISE77", "Ian1"] {
        town.visitor().post("/auth/register", form(handle)).await.refused(409, "handle_taken");
    }
    // What the migration made of earlier handles is what is made of new ones.
    let keys = "select handle || ' ' || handle_key from member order by 1";
    let made = town.rows(keys).await;
    let migration = include_str!("../../migrations/2026-11-30-000010_handle/up.sql");
    let anew = migration.lines().find(|line| line.starts_with("update member set handle_key")).expect("a statement");
    town.sql("update member set handle_key = handle").await;
    town.sql(anew).await;
    assert_eq!(town.rows(keys).await, made);
}

#[tokio::test]
async fn the_migration_and_new_accounts_agree_on_whose_an_address_is() {
    let town = Town::new().await;
    for (n, email) in
        ["A.d.a+x@GoogleMail.com", "e.vans+y@company.example", "\"quo.ted\"@gmail.com", "ｗｉｄｅ@town.example", "+tag@town.example"]
            .iter()
            .enumerate()
    {
        let form = json!({ "email": email, "password": PASSWORD, "handle": format!("person{n}") });
        town.visitor().post("/auth/register", form).await.is(202);
    }
    let canonical = "select email_canonical from account order by email_canonical collate \"C\"";
    let made = town.rows(canonical).await;
    assert_eq!(made, ["+tag@town.example", "ada@gmail.com", "e.vans@company.example", "quoted@gmail.com", "wide@town.example"]);
    let migration = include_str!("../../migrations/2026-11-30-000011_canonical_email/up.sql");
    town.sql("update account set email_canonical = 'as it was'").await;
    town.sql(migration).await;
    assert_eq!(town.rows(canonical).await, made);
}

#[tokio::test]
async fn a_token_that_is_sent_again_soon_has_one_successor() {
    let town = Town::new().await;
    town.member("ada").await;
    let sign_in = json!({ "email": "ada@town.example", "password": PASSWORD });
    let first = town.visitor().post("/auth/login", sign_in).await.is(200).text("/refresh_token");
    let refresh = async |token: &str| town.visitor().post("/auth/refresh", json!({ "refresh_token": token })).await;
    let next = async |token: &str| refresh(token).await.is(200).text("/refresh_token");
    let second = next(&first).await;
    town.clock.advance(Duration::seconds(25));
    assert_eq!(next(&first).await, second, "whoever has the first one goes on as its owner does");
    let third = next(&second).await;
    assert_ne!(third, second);
    assert_eq!(next(&second).await, third);
    for stored in town.rows("select encode(hash, 'escape') || encode(hash, 'base64') from refresh_token").await {
        assert!(![&first, &second, &third].iter().any(|token| stored.contains(token.as_str())));
    }
    // Whose copy it ever was: a used one ends the session for all of them.
    town.clock.advance(Duration::seconds(31));
    refresh(&second).await.refused(401, "bad_refresh_token");
    refresh(&third).await.refused(401, "bad_refresh_token");
}

#[tokio::test]
async fn two_servers_give_a_token_the_same_successor() {
    let town = Town::new().await;
    town.member("ada").await;
    let wire = crate::support::Wire::to(town.database_url()).await;
    let other = town.behind(&wire).await;
    let sign_in = json!({ "email": "ada@town.example", "password": PASSWORD });
    let first = town.visitor().post("/auth/login", sign_in).await.is(200).text("/refresh_token");
    let form = json!({ "refresh_token": first });
    let (here, there) = (town.visitor(), other.visitor());
    let (here, there) = tokio::join!(here.post("/auth/refresh", form.clone()), there.post("/auth/refresh", form));
    assert_eq!(here.is(200).text("/refresh_token"), there.is(200).text("/refresh_token"));
}

/// What a browser is told about the cookie: its value, and the rest as it stands.
fn cookie(reply: &crate::support::Reply) -> (String, Vec<String>) {
    let header = reply.header("set-cookie").expect("a cookie");
    let (value, rest) = header.split_once("; ").expect("attributes");
    let mut rest: Vec<_> = rest.split("; ").filter(|part| !part.starts_with("Max-Age")).map(str::to_owned).collect();
    rest.sort();
    (value.to_owned(), rest)
}

#[tokio::test]
async fn who_leaves_takes_the_cookie_along() {
    let town = Town::new().await;
    let signs_in = async |handle: &str| {
        town.member(handle).await;
        let form = json!({ "email": format!("{handle}@town.example"), "password": PASSWORD, "cookie": true });
        let reply = town.visitor().post("/auth/login", form).await.is(200);
        let mut person = town.visitor();
        person.token = Some(reply.text("/access_token"));
        (person, cookie(&reply))
    };
    let (ada, set) = signs_in("ada").await;
    assert_eq!(set.1, ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"], "what __Host- wants");
    let (ben, _) = signs_in("ben").await;
    let (cid, _) = signs_in("cid").await;
    let sessions = cid.get("/me/sessions").await.items();
    let mine = sessions.iter().find(|session| session["current"] == true).expect("this one")["id"].as_str().unwrap().to_owned();
    for gone in [
        ada.post("/auth/logout", json!(null)).await.is(204),
        ben.tries_to_erase_themselves(PASSWORD).await.is(204),
        cid.delete(&format!("/me/sessions/{mine}")).await.is(204),
    ] {
        let header = gone.header("set-cookie").expect("it is taken away");
        assert!(header.contains("Max-Age=0"), "{header}");
        assert_eq!(cookie(&gone), ("__Host-regulars_refresh=".to_owned(), set.1.clone()));
    }
}

/// Somebody who comes from this address, as the proxy in front says.
async fn from(town: &Town, address: &str, path: &str, form: serde_json::Value) -> crate::support::Reply {
    town.visitor().send(poem::http::Method::POST, path, Some(form), &[("x-forwarded-for", address)]).await
}

fn guarded() -> Plan {
    Plan { rate_limits: true, proxies: 1, ..Plan::default() }
}

#[tokio::test]
async fn guesses_from_everywhere_do_not_open_an_account_nor_shut_its_owner_out() {
    let town = Town::planned(guarded()).await;
    let form = json!({ "email": "ada@town.example", "password": PASSWORD, "handle": "ada" });
    from(&town, "198.51.100.7", "/auth/register", form).await.is(202);
    let right = json!({ "email": "Ada@town.example", "password": PASSWORD });
    from(&town, "198.51.100.7:40001", "/auth/login", right.clone()).await.is(200);
    // Sixty networks, a known and an unknown address: the same answers.
    let mut answers = Vec::new();
    for email in ["ada@town.example", "nobody@town.example"] {
        let mut statuses = Vec::new();
        for n in 0..60 {
            let guess = json!({ "email": email, "password": format!("a wrong password {n}") });
            statuses.push(from(&town, &format!("203.0.113.{n}"), "/auth/login", guess).await.status);
        }
        assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 30 + usize::from(email.starts_with("ada")), "{statuses:?}");
        answers.push(statuses.last().copied());
    }
    assert_eq!(answers, [Some(429), Some(429)]);
    from(&town, "203.0.113.200", "/auth/login", right.clone()).await.refused(429, "rate_limited");
    from(&town, "198.51.100.7", "/auth/login", right.clone()).await.is(200);
    // Who guesses beside her shuts out that network for a minute, and no other.
    for n in 0..12 {
        let guess = json!({ "email": "ada@town.example", "password": format!("a wrong password {n}") });
        let status = from(&town, "198.51.100.7", "/auth/login", guess).await.status;
        assert!(status == 401 || status == 429, "{status}");
    }
    from(&town, "198.51.100.7", "/auth/login", right).await.refused(429, "rate_limited");
}

#[tokio::test]
async fn a_stolen_access_token_does_not_find_the_password() {
    let town = Town::planned(guarded()).await;
    let ada = town.member("ada").await;
    let mut statuses = Vec::new();
    for n in 0..12 {
        statuses.push(ada.tries_to_erase_themselves(&format!("a wrong password {n}")).await.status);
    }
    assert_eq!((&statuses[..10], statuses[11]), (&[403; 10][..], 429), "{statuses:?}");
}

#[tokio::test]
async fn who_makes_a_mistake_may_still_join() {
    let town = Town::planned(guarded()).await;
    let form = |n: usize, handle: &str| json!({ "email": format!("member{n}@town.example"), "password": PASSWORD, "handle": handle });
    let joins = async |form: serde_json::Value| from(&town, "198.51.100.7", "/auth/register", form).await;
    joins(form(0, "taken")).await.is(202);
    for n in 0..5 {
        joins(form(n, "x")).await.refuses_field("/handle");
        joins(form(n, "taken")).await.refused(409, "handle_taken");
    }
    for n in 1..3 {
        joins(form(n, &format!("member{n}"))).await.is(202);
    }
    joins(form(3, "member3")).await.refused(429, "rate_limited");
    from(&town, "198.51.100.8:443", "/auth/register", form(3, "member3")).await.is(202);
    // Filling in forms without end is limited, too.
    let mut last = 0;
    for n in 0..40 {
        last = joins(form(n, "x")).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn of_two_who_register_one_address_at_once_both_hear_the_same() {
    let town = Town::new().await;
    let visitor = town.visitor();
    let form = |handle: String| json!({ "email": "twin@town.example", "password": PASSWORD, "handle": handle });
    let all = (0..6).map(|number| visitor.post("/auth/register", form(format!("twin-{number}"))));
    for reply in futures_util::future::join_all(all).await {
        reply.is(202);
    }
    assert_eq!(town.count("select count(*) from account where email = 'twin@town.example'").await, 1);
    assert_eq!(town.count("select count(*) from member where handle like 'twin-%'").await, 1);
}
