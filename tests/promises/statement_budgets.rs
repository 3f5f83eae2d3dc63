//! What the hottest operations ask of PostgreSQL: so many statements in so many round trips, whether lists are short or full.

use serde_json::{Value, json};

use crate::support::{
    ADDRESS, PASSWORD, Person, Plan, Reply, Town, Wire,
    frontend::{Frontend, Said},
    purchases::purchase,
};

/// Operation, statements (BEGIN, COMMIT and who calls among them), round trips. Exact, so that the table stays true: what
/// takes fewer now has a smaller budget from then on.
const BUDGETS: [(&str, usize, usize); 34] = [
    ("home page", 1, 1),
    ("question page", 3, 3),
    ("list_questions", 2, 2),
    ("list_questions of a tag", 3, 3),
    ("list_questions followed", 3, 3),
    ("get_question", 4, 4),
    ("list_answers", 4, 4),
    ("search", 3, 3),
    ("similar_questions", 3, 3),
    ("list_tags", 3, 3),
    ("list_members", 2, 3),
    ("get_member", 3, 3),
    ("list_groups", 2, 2),
    ("get_group", 2, 2),
    ("list_group_members", 3, 3),
    ("get_me", 2, 2),
    ("get_my_points", 4, 4),
    ("list_my_statement", 2, 2),
    ("list_my_purchases", 3, 4),
    ("get_my_tier", 4, 5),
    ("list_rewards", 3, 3),
    ("list_my_notifications", 2, 2),
    ("count_my_notifications", 2, 2),
    ("get_leaderboard", 5, 5),
    ("get_leaderboard around me", 4, 4),
    ("get_leaderboard of a group", 3, 3),
    ("vote_on_question", 8, 8),
    ("ask_question", 16, 16),
    ("answer_question", 12, 12),
    ("comment_on_question", 10, 10),
    ("record_purchase", 14, 14),
    ("redeem_reward", 16, 16),
    ("log_in", 8, 8),
    ("refresh_session", 6, 6),
];

/// Who acts, and on what.
struct Scene {
    town: Town,
    ann: Person,
    shop: Person,
    root: Person,
    /// The first of ann's questions, which everybody answers.
    question: String,
    /// Its page.
    page: String,
    reward: String,
    group: String,
    /// How many acts there were: nobody says or orders the same twice.
    acts: usize,
}

impl Scene {
    async fn new() -> Self {
        let town = Town::new().await.not_audited();
        let (ann, root) = (town.member("ann").await, town.admin("root1").await);
        let shop = town.partner("shop", "purchases:write").await;
        let question = ann.asks_about("Which kettle suits a gooseneck?", &["kettles"]).await;
        let page = town.visitor().opens(&format!("/questions/{question}")).await.is(301).header("location").expect("an address").to_owned();
        let page = page.trim_start_matches(ADDRESS).to_owned();
        let reward = root.offers("The first reward", 1, json!({})).await;
        let group = ann.founds("Kettles", "open", false).await;
        Self { town, ann, shop, root, question, page, reward, group, acts: 0 }
    }

    /// Adds as many of everything that is listed.
    async fn grow(&self, numbers: std::ops::Range<usize>) {
        let Self { town, ann, shop, root, question, group, .. } = self;
        for n in numbers {
            let person = town.member(&format!("member-no-{n}")).await;
            person.founds(&format!("Kettles of number {n}"), "open", false).await;
            person.tries_to_join(group).await.is(200);
            person.asks_about(&format!("Which kettle suits the gooseneck number {n}?"), &["kettles", &format!("kettle-{n}")]).await;
            let answer = person.answers(question, "This one.").await;
            person.comments_on_question(question, &format!("The same goes for number {n}.")).await;
            ann.comments_on_answer(&answer, &format!("Thank you, number {n}.")).await;
            let asked = ann.asks_in(group, &format!("Which lid suits the kettle number {n}?")).await;
            person.answers(&asked, "That one.").await;
            town.pays(&person, 10).await;
            shop.records_purchase(town, ann, &format!("order-{n}"), &[("kettle", 5_000, 1)]).await;
            root.offers(&format!("Reward number {n}"), 5, json!({})).await;
            town.pays(ann, 10).await;
        }
        town.settle().await;
    }

    /// One request of an operation, by people who speak to `server`.
    async fn act(&mut self, operation: &str, server: &Town) -> Reply {
        self.acts += 1;
        let (act, question, page, reward, group) = (self.acts, &self.question, &self.page, &self.reward, &self.group);
        let (ann, shop, visitor) = (self.ann.at(server), self.shop.at(server), server.visitor());
        let post = json!({ "body": format!("I say this for the time number {act}.") });
        match operation {
            "home page" => visitor.opens("/").await,
            "question page" => visitor.opens(page).await,
            "list_questions" => ann.get("/questions").await,
            "list_questions of a tag" => ann.get("/questions?tag=kettles").await,
            "list_questions followed" => ann.get("/questions?followed=true").await,
            "get_question" => ann.reads(question).await,
            "list_answers" => ann.get(&format!("/questions/{question}/answers")).await,
            "search" => ann.get("/search?q=kettle").await,
            "similar_questions" => ann.get("/questions/similar?title=Which%20kettle%20suits").await,
            "list_tags" => ann.get("/tags").await,
            "list_members" => ann.get("/members").await,
            "get_member" => visitor.get("/members/ann").await,
            "list_groups" => ann.get("/groups").await,
            "get_group" => ann.get(&format!("/groups/{group}")).await,
            "list_group_members" => ann.get(&format!("/groups/{group}/members")).await,
            "get_me" => ann.get("/me").await,
            "get_my_points" => ann.get("/me/points").await,
            "list_my_statement" => ann.get("/me/points/statement").await,
            "list_my_purchases" => ann.get("/me/purchases").await,
            "get_my_tier" => ann.get("/me/tier").await,
            "list_rewards" => ann.get("/rewards").await,
            "list_my_notifications" => ann.get("/me/notifications").await,
            "count_my_notifications" => ann.get("/me/notifications/count").await,
            "get_leaderboard" => ann.get("/leaderboards/points").await,
            "get_leaderboard around me" => ann.get("/leaderboards/points?around_me=10").await,
            "get_leaderboard of a group" => ann.get(&format!("/leaderboards/reputation?group={group}")).await,
            "vote_on_question" => {
                let fresh = self.root.asks(&format!("Which kettle is best, asked for the time number {act}?")).await;
                ann.votes_on_question(&fresh, 1).await
            }
            "ask_question" => {
                ann.post("/questions", with(post, json!({ "title": format!("Which is kettle number {act}?"), "tags": ["kettles"] }))).await
            }
            "answer_question" => ann.post(&format!("/questions/{question}/answers"), post).await,
            "comment_on_question" => ann.post(&format!("/questions/{question}/comments"), post).await,
            "record_purchase" => {
                let order = format!("act-{act}");
                let now = server.clock.now().to_rfc3339();
                shop.post_once("/purchases", &order, purchase(&ann, &order, &now, &[("kettle", 5_000, 1)])).await
            }
            "redeem_reward" => ann.redeems(reward, &format!("act-{act}")).await,
            "log_in" => visitor.post("/auth/login", json!({ "email": "ann@town.example", "password": PASSWORD })).await,
            "refresh_session" => {
                let form = json!({ "email": "ann@town.example", "password": PASSWORD });
                let token = self.town.visitor().post("/auth/login", form).await.is(200).text("/refresh_token");
                visitor.post("/auth/refresh", json!({ "refresh_token": token })).await
            }
            other => panic!("nobody knows how to {other}"),
        }
    }
}

fn with(mut body: Value, more: Value) -> Value {
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hottest_operations_keep_to_their_statements() {
    let mut scene = Scene::new().await;
    let wire = Wire::to(scene.town.database_url()).await;
    // Of one connection, which has prepared what it was asked before. Boards come from PostgreSQL.
    let server = scene.town.planned_behind(&wire, Plan { connections_max: 1, redis_url: None, ..Plan::default() }).await;
    let mut wrong = Vec::new();
    for (items, numbers) in [("one", 0..1), ("twenty", 1..20)] {
        scene.grow(numbers).await;
        for (operation, statements, round_trips) in BUDGETS {
            // Nothing that is kept for a while gets too old between the two.
            scene.town.clock.advance(chrono::Duration::minutes(2));
            server.app.kit.cache.clear();
            for _ in 0..2 {
                wire.said();
                let status = scene.act(operation, &server).await.status;
                assert!((200..300).contains(&status), "{operation}: {status}");
            }
            let said = wire.said();
            if (said.statements.len(), said.round_trips) != (statements, round_trips) {
                let texts: Vec<_> = said.statements.iter().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
                let texts: Vec<String> = texts.iter().map(|text| text.chars().take(120).collect()).collect();
                wrong.push(format!("(\"{operation}\", {}, {}), with {items} of each: {texts:#?}", said.statements.len(), said.round_trips));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], &(body.len() as u32 + 4).to_be_bytes()[..], body].concat()
}

#[test]
fn statements_and_round_trips_are_counted_however_they_come() {
    let spoken = [
        &8_u32.to_be_bytes()[..],
        &[0, 3, 0, 0],
        &message(b'Q', b"begin\0"),
        &message(b'P', b"s1\0select $1\0\0\0"),
        &message(b'D', b"Ss1\0"),
        &message(b'S', b""),
        &message(b'B', b"\0s1\0\0\0"),
        &message(b'E', b"\0\0\0\0\0"),
        &message(b'S', b""),
        &message(b'B', b"\0s1\0\0\0"),
        &message(b'E', b"\0\0\0\0\0"),
        &message(b'S', b""),
        &message(b'C', b"Ss1\0"),
        &message(b'S', b""),
        &message(b'Q', b"commit\0"),
    ]
    .concat();
    for pace in [1, 3, 7, spoken.len()] {
        let (mut frontend, mut said) = (Frontend::default(), Said::default());
        spoken.chunks(pace).for_each(|bytes| frontend.hear(bytes, &mut said));
        assert_eq!(said.statements, ["begin", "select $1", "select $1", "commit"], "{pace}");
        assert_eq!(said.round_trips, 5, "{pace}");
    }
}
