//! An invented shop for bicycles and coffee, with the customers it might have: something to look at on the first day.
//!
//! All of it is written through the API, by the people who would do it, in a past that the clock is set back to.

use std::fmt;

use anyhow::{Context, Result, bail, ensure};
use chrono::Duration;
use diesel::QueryDsl;
use diesel_async::RunQueryDsl;
use poem::{
    Endpoint, EndpointExt, Request, Response,
    endpoint::BoxEndpoint,
    http::{Method, header},
};
use serde_json::{Value, json};

use crate::{
    app::{self, App},
    domain::{MemberId, Role},
    identity::{api_key, auth::Scope, member::store::set_role},
    kit::secret,
    schema::member,
};

const THREADS: &str = include_str!("seed/threads.txt");
/// How far back the community begins.
const PAST_DAYS: i64 = 122;
const MEMBERS: [(&str, &str); 25] = [
    ("noor", "Noor Haddad"),
    ("mattis", "Mattis Brandt"),
    ("elif", "Elif Kaya"),
    ("jonas-w", "Jonas Weller"),
    ("priya", "Priya Nair"),
    ("tomasz", "Tomasz Zieliński"),
    ("greta-l", "Greta Lund"),
    ("samir", "Samir Benali"),
    ("ines", "Inês Duarte"),
    ("oskar", "Oskar Fiala"),
    ("maeve", "Maeve Connolly"),
    ("dario", "Dario Conti"),
    ("yuki", "Yuki Tanabe"),
    ("femi", "Femi Adeyemi"),
    ("clara-v", "Clara Vos"),
    ("ruben", "Ruben Aguilar"),
    ("anneli", "Anneli Mäkinen"),
    ("victor-p", "Victor Popescu"),
    ("hana", "Hana Novotná"),
    ("luc", "Luc Moreau"),
    ("tess", "Tess Whitaker"),
    ("bilal", "Bilal Chaudhry"),
    ("marit", "Marit Solheim"),
    ("paolo", "Paolo Ferri"),
    ("zoe", "Zoë Keller"),
];
/// The first two run the place.
const STAFF: [Role; 2] = [Role::Administrator, Role::Moderator];
/// Products, categories and prices in cents.
const GOODS: [(&str, &str, i64); 8] = [
    ("beans-huila-1kg", "coffee", 2_890),
    ("moka-pot-6", "coffee", 3_490),
    ("grinder-hand", "coffee", 12_900),
    ("chain-11", "parts", 3_290),
    ("tyre-32", "parts", 4_450),
    ("light-50lux", "parts", 7_990),
    ("service-spring", "service", 8_900),
    ("city-bike", "bikes", 84_900),
];

/// How to get in.
pub struct Seed {
    password: String,
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "An invented community is here. Everybody's password is {}", self.password)?;
        for ((handle, _), role) in MEMBERS.iter().zip(STAFF.iter().chain([&Role::Member])) {
            writeln!(f, "  {}: {}", role.as_str(), email(handle))?;
        }
        write!(f, "  and {} more members, named in the same way", MEMBERS.len() - STAFF.len() - 1)
    }
}

fn email(handle: &str) -> String {
    format!("{handle}@shop.example")
}

/// Plants the community. None when there are members already, which are left alone.
///
/// # Errors
/// When a request is refused, with its answer.
pub async fn plant(app: &App) -> Result<Option<Seed>> {
    let members: i64 = member::table.count().get_result(&mut *app.kit.db.read().await?).await?;
    if members > 0 {
        return Ok(None);
    }
    let password = secret::random_token();
    let mut shop = Shop { app, endpoint: app.endpoint()?.boxed(), tokens: Vec::new(), partner: String::new(), keys: 0 };
    app.kit.clock.advance(-Duration::days(PAST_DAYS));
    shop.open(&password).await?;
    shop.groups().await?;
    let rewards = shop.rewards().await?;
    let threads = threads();
    let days_each = PAST_DAYS / threads.len() as i64;
    for (number, thread) in threads.iter().enumerate() {
        shop.thread(number, thread).await?;
        shop.purchases(number).await?;
        shop.passes(Duration::days(days_each)).await?;
    }
    shop.redeems(&rewards).await?;
    shop.flags().await?;
    shop.passes(Duration::zero()).await?;
    Ok(Some(Seed { password }))
}

/// A question and what came of it.
#[derive(Default)]
struct Thread {
    title: &'static str,
    tags: Vec<&'static str>,
    body: &'static str,
    /// Each with whether it was accepted.
    answers: Vec<(&'static str, bool)>,
    comments: Vec<&'static str>,
}

fn threads() -> Vec<Thread> {
    let mut threads: Vec<Thread> = Vec::new();
    for line in THREADS.lines() {
        if let Some((title, tags)) = line.strip_prefix("? ").and_then(|line| line.split_once(" | ")) {
            threads.push(Thread { title, tags: tags.split(' ').collect(), ..Thread::default() });
        } else if let Some(thread) = threads.last_mut() {
            match line.split_at_checked(2) {
                Some(("+ ", text)) => thread.answers.push((text, true)),
                Some(("- ", text)) => thread.answers.push((text, false)),
                Some(("c ", text)) => thread.comments.push(text),
                _ => thread.body = line,
            }
        }
    }
    threads
}

struct Shop<'a> {
    app: &'a App,
    endpoint: BoxEndpoint<'static, Response>,
    /// Of [`MEMBERS`], in their order.
    tokens: Vec<String>,
    partner: String,
    keys: usize,
}

impl Shop<'_> {
    /// Sends a request as the app's users do, and wants it to succeed.
    async fn send(&mut self, token: Option<&str>, method: Method, path: &str, body: Value) -> Result<Value> {
        self.keys += 1;
        let mut request = Request::builder()
            .method(method.clone())
            .uri_str(format!("/api/v1{path}"))
            .content_type("application/json")
            .header("idempotency-key", format!("seed-{}", self.keys));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let mut response =
            self.endpoint.call(request.body(body.to_string())).await.map_err(|error| anyhow::anyhow!("{method} {path}: {error}"))?;
        let status = response.status();
        let answer = response.take_body().into_string().await?;
        ensure!(status.is_success(), "{method} {path} was answered {status}: {answer}");
        Ok(serde_json::from_str(&answer).unwrap_or_default())
    }

    async fn member(&mut self, member: usize, method: Method, path: &str, body: Value) -> Result<Value> {
        let token = self.tokens[member % self.tokens.len()].clone();
        self.send(Some(&token), method, path, body).await
    }

    /// Lets time pass, and what is due in it happen.
    async fn passes(&self, time: Duration) -> Result<()> {
        self.app.kit.clock.advance(time);
        self.app.deliver_events().await?;
        for job in app::jobs() {
            (job.run)(self.app.kit.clone()).await?;
        }
        self.app.deliver_events().await?;
        Ok(())
    }

    /// Everybody joins, some of them by another's word, and the till gets its key.
    async fn open(&mut self, password: &str) -> Result<()> {
        let mut code = None;
        for (number, (handle, name)) in MEMBERS.into_iter().enumerate() {
            let mut form = json!({ "email": email(handle), "password": password, "handle": handle });
            // The last five were brought along.
            if let Some(code) = code.as_ref().filter(|_| number >= MEMBERS.len() - 5) {
                form["referral_code"] = Value::clone(code);
            }
            self.send(None, Method::POST, "/auth/register", form).await?;
            let login = self.send(None, Method::POST, "/auth/login", json!({ "email": email(handle), "password": password })).await?;
            self.tokens.push(text(&login, "/access_token")?);
            self.member(number, Method::PATCH, "/me", json!({ "display_name": name })).await?;
            if let Some(role) = STAFF.get(number) {
                let id = MemberId(text(&login, "/member_id")?.parse()?);
                let mut tx = self.app.kit.db.begin().await?;
                set_role(&mut tx, id, *role).await?;
                tx.commit().await?;
            }
            if number == 4 {
                code = self.member(number, Method::GET, "/me/referral", Value::Null).await?.pointer("/code").cloned();
            }
        }
        let mut tx = self.app.kit.db.begin().await?;
        let scopes = [Scope::PurchasesWrite, Scope::MembersRead];
        self.partner = api_key::create_key(&mut tx, "till", "seed", &scopes, None, self.app.kit.clock.now()).await?.secret;
        tx.commit().await?;
        self.passes(Duration::hours(1)).await
    }

    async fn groups(&mut self) -> Result<()> {
        for (owner, name, slug, kind, private) in [
            (2, "Winter commuters", "winter-commuters", "open", false),
            (5, "Home baristas", "home-baristas", "on_request", false),
            (8, "Test riders", "test-riders", "invite_only", true),
        ] {
            let form = json!({ "name": name, "slug": slug, "kind": kind, "private": private, "description": format!("{name} among us.") });
            self.member(owner, Method::POST, "/groups", form).await?;
            for (guest, (handle, _)) in MEMBERS.iter().enumerate().skip(owner + 1).take(6) {
                if kind == "invite_only" {
                    self.member(owner, Method::PUT, &format!("/groups/{slug}/members/{handle}"), json!({})).await?;
                }
                self.member(guest, Method::PUT, &format!("/groups/{slug}/members/me"), json!({})).await?;
                if kind == "on_request" && guest % 2 == 0 {
                    self.member(owner, Method::PUT, &format!("/groups/{slug}/members/{handle}"), json!({})).await?;
                }
            }
        }
        let form = json!({
            "title": "The new gravel frame, first impressions",
            "body": "Please keep this among us until it is in the shop. How does it descend for you?",
            "tags": ["frames"],
            "group": "test-riders",
        });
        self.member(9, Method::POST, "/questions", form).await?;
        Ok(())
    }

    /// One reward of each kind. Returns the ids.
    async fn rewards(&mut self) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        for reward in [
            json!({ "name": "10 % off coffee", "kind": "percentage_coupon", "face_value": 10, "price_points": 60 }),
            json!({ "name": "5 euro off a service", "kind": "fixed_coupon", "face_value": 500, "currency": "EUR", "price_points": 90, "refundable": true }),
            json!({ "name": "Cinema ticket", "kind": "code_pool", "price_points": 120 }),
            json!({ "name": "Gift card 20 euro", "kind": "gift_card", "face_value": 2000, "currency": "EUR", "price_points": 400 }),
            json!({ "name": "Free delivery", "kind": "free_shipping", "price_points": 40 }),
            json!({ "name": "Enamel mug", "kind": "material", "price_points": 150, "supplied": 20, "cost_minor": 450 }),
            json!({ "name": "A tree for the canal path", "kind": "donation", "face_value": 300, "currency": "EUR", "price_points": 50 }),
            json!({ "name": "Roasting evening", "kind": "experience", "price_points": 300, "supplied": 8, "per_member_max": 1 }),
            json!({ "name": "Spring beans before anybody else", "kind": "early_access", "price_points": 30 }),
            json!({ "name": "Ticket in the bike raffle", "kind": "raffle_ticket", "price_points": 20 }),
        ] {
            let name = reward["name"].to_string();
            let made = self.member(0, Method::POST, "/admin/rewards", reward).await.with_context(|| name)?;
            ids.push(text(&made, "/reward/id")?);
        }
        let codes: Vec<String> = (1..=12).map(|number| format!("CINE-{:04}", number * 731 % 9_973)).collect();
        self.member(0, Method::POST, &format!("/admin/rewards/{}/codes", ids[2]), json!({ "codes": codes })).await?;
        Ok(ids)
    }

    async fn thread(&mut self, number: usize, thread: &Thread) -> Result<()> {
        let asker = 2 + number * 7 % (MEMBERS.len() - 2);
        let form = json!({ "title": thread.title, "body": thread.body, "tags": thread.tags });
        let question = text(&self.member(asker, Method::POST, "/questions", form).await?, "/id")?;
        for voter in 1..=number % 5 {
            let path = format!("/questions/{question}/vote");
            self.member(asker + voter, Method::PUT, &path, json!({ "value": 1 })).await?;
        }
        for (place, (body, accepted)) in thread.answers.iter().enumerate() {
            // A few know much; never the asker.
            let author = asker + 1 + (number + place * 3) % 9;
            let path = format!("/questions/{question}/answers");
            let answer = text(&self.member(author, Method::POST, &path, json!({ "body": body })).await?, "/id")?;
            for voter in 1..=(number + place) % 4 + usize::from(*accepted) {
                let value = if voter == 4 && !accepted { -1 } else { 1 };
                let path = format!("/answers/{answer}/vote");
                self.member(author + voter, Method::PUT, &path, json!({ "value": value })).await?;
            }
            if *accepted {
                let path = format!("/questions/{question}/accepted-answer");
                self.member(asker, Method::PUT, &path, json!({ "answer_id": answer })).await?;
            }
        }
        for comment in &thread.comments {
            self.member(asker, Method::POST, &format!("/questions/{question}/comments"), json!({ "body": comment })).await?;
        }
        Ok(())
    }

    /// What the till reports on a day.
    async fn purchases(&mut self, number: usize) -> Result<()> {
        for buyer in 0..5 {
            let (handle, _) = MEMBERS[2 + (number * 5 + buyer * buyer) % (MEMBERS.len() - 2)];
            let (sku, category, unit_minor) = GOODS[(number + buyer * 3) % GOODS.len()];
            let hash: String = secret::hash(&email(handle)).iter().map(|byte| format!("{byte:02x}")).collect();
            let order = json!({
                "member": { "email_sha256": hash },
                "order_id": format!("T-{number:03}{buyer}"),
                "purchased_at": self.app.kit.clock.now(),
                "currency": "EUR",
                "channel": if buyer == 0 { "web" } else { "store" },
                "lines": [{ "sku": sku, "category": category, "quantity": 1 + (number + buyer) % 3 / 2, "unit_minor": unit_minor }],
            });
            let key = self.partner.clone();
            self.send(Some(&key), Method::POST, "/purchases", order).await?;
        }
        Ok(())
    }

    /// Who has the points for it takes something.
    async fn redeems(&mut self, rewards: &[String]) -> Result<()> {
        let mut taken = 0;
        for member in 2..MEMBERS.len() {
            let points = self.member(member, Method::GET, "/me/points", Value::Null).await?;
            let reward = member % rewards.len();
            if points.pointer("/available").and_then(Value::as_i64).unwrap_or(0) < 400 {
                continue;
            }
            let mut form = json!({ "reward_id": rewards[reward] });
            if reward == 5 {
                form["ship_to"] = json!("Somewhere 1, 12345 Anytown");
            }
            self.member(member, Method::POST, "/redemptions", form).await?;
            taken += 1;
        }
        if taken == 0 {
            bail!("nobody could afford a reward");
        }
        Ok(())
    }

    /// Something for the moderators to look at.
    async fn flags(&mut self) -> Result<()> {
        let list = self.member(1, Method::GET, "/questions?sort=new&limit=4", Value::Null).await?;
        let questions: Vec<String> = (0..4).map(|at| text(&list, &format!("/items/{at}/id"))).collect::<Result<_>>()?;
        for (place, (question, reason)) in questions.iter().zip(["off_topic", "low_quality", "rude", "spam"]).enumerate() {
            let profile = self.member(1, Method::GET, &format!("/questions/{question}"), Value::Null).await?;
            let author = text(&profile, "/author/handle")?;
            let flagger = (2..).map(|at| (at + place) % MEMBERS.len()).find(|at| *at > 1 && MEMBERS[*at].0 != author).unwrap_or(2);
            let form = json!({ "reason": reason, "note": "Please have a look at this one." });
            self.member(flagger, Method::POST, &format!("/questions/{question}/flags"), form).await?;
        }
        Ok(())
    }
}

fn text(answer: &Value, pointer: &str) -> Result<String> {
    answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned).with_context(|| format!("there is no {pointer} in {answer}"))
}
