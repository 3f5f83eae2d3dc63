//! Leaderboards: order, ranks, who is on them, and that Redis never changes an answer.

use chrono::Duration;
use poem::http::Method;
use regulars::{
    commands::{self, Urls},
    config::Config,
    loyalty::leaderboard,
};
use serde_json::{Value, json};

use crate::support::{OwnRedis, PASSWORD, Person, Plan, Reply, Town, purchases::purchase, wait};

const BOARD: &str = "/leaderboards/reputation";

fn order(reply: &Reply) -> Vec<(i64, String)> {
    reply.items().iter().map(|place| (place["rank"].as_i64().unwrap(), place["member"]["handle"].as_str().unwrap().to_owned())).collect()
}

fn ranked(expected: &[(i64, &str)]) -> Vec<(i64, String)> {
    expected.iter().map(|(rank, handle)| (*rank, (*handle).to_owned())).collect()
}

/// Every way to read the board, by somebody on it.
async fn everything(reader: &Person) -> Vec<Value> {
    let mut replies = Vec::new();
    for query in ["", "?limit=2", "?around_me=1", "?around_me=0", "?around_me=50"] {
        replies.push(reader.get(&format!("{BOARD}{query}")).await.is(200).body);
    }
    replies
}

async fn rebuild(town: &Town) -> usize {
    let mut tx = town.app.kit.db.begin().await.expect("a transaction");
    let wrong = leaderboard::rebuild(&mut tx).await.expect("the boards are counted");
    tx.commit().await.expect("the transaction commits");
    wrong
}

/// Waits until Redis has a copy of the one board that was read.
async fn is_copied(redis: &OwnRedis) {
    wait::until("a copy is made", async || redis.call::<Vec<String>>("KEYS *:version").await.len() == 1).await;
}

/// A, B and C of vector 14.
async fn three(town: &Town) -> (Person, Person, Person) {
    let (ann, ben, cas) = (town.member("ann").await, town.member("ben").await, town.member("cas").await);
    town.esteems(&ann, 500, "2026-03-02T10:00:00Z").await;
    town.esteems(&ben, 500, "2026-03-02T09:59:00Z").await;
    town.esteems(&cas, 400, "2026-03-02T09:00:00Z").await;
    town.settle().await;
    (ann, ben, cas)
}

#[tokio::test]
async fn who_reached_a_score_first_stands_first() {
    let town = Town::new().await;
    let (ann, ben, _) = three(&town).await;
    let reply = ann.get(BOARD).await.is(200);
    assert_eq!(order(&reply), ranked(&[(1, "ben"), (1, "ann"), (3, "cas")]));
    assert_eq!(reply.at("/me"), &json!({ "rank": 1, "score": 500 }));
    town.esteems(&ben, -1, "2026-03-03T12:00:00Z").await;
    town.settle().await;
    let before = everything(&ann).await;
    assert_eq!(order(&town.visitor().get(BOARD).await), ranked(&[(1, "ann"), (2, "ben"), (3, "cas")]));

    assert_eq!(rebuild(&town).await, 0);
    town.sql("update leaderboard_score set score = score + 7 where score = 400").await;
    town.sql("delete from leaderboard where period = 'week'").await;
    assert!(rebuild(&town).await > 0);
    assert_eq!(everything(&ann).await, before);
}

#[tokio::test]
async fn a_rebuild_counts_waiting_events_once() {
    let town = Town::new().await;
    let (ann, ..) = three(&town).await;
    town.esteems(&ann, 30, "2026-03-04T10:00:00Z").await;
    rebuild(&town).await;
    town.settle().await;
    assert_eq!(ann.get(BOARD).await.int("/me/score"), 530);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_has_the_boards_rebuilt() {
    let town = Town::new().await;
    let (ann, ..) = three(&town).await;
    let before = everything(&ann).await;
    town.sql("delete from leaderboard where period = 'all'; update leaderboard_score set score = score + 7").await;
    let urls = || Urls { database_url: town.database_url().to_owned(), redis_url: None };
    commands::rebuild_leaderboards(Config::read(&|_| None).unwrap(), urls()).await.unwrap();
    assert_eq!(everything(&ann).await, before);
    commands::verify(Config::read(&|_| None).unwrap(), urls()).await.unwrap();
}

#[tokio::test]
async fn around_me_shows_neighbours_with_their_true_ranks() {
    let redis = OwnRedis::start().await;
    let town = Town::planned(Plan { redis_url: Some(redis.url()), ..Plan::default() }).await;
    let mut people = Vec::new();
    for (n, score) in [90, 70, 70, 70, 50].into_iter().enumerate() {
        let person = town.member(&format!("member{n}")).await;
        town.esteems(&person, score, &format!("2026-03-02T10:0{n}:00Z")).await;
        people.push(person);
    }
    town.settle().await;
    for _ in 0..2 {
        let reply = people[3].get(&format!("{BOARD}?around_me=1")).await.is(200);
        assert_eq!(order(&reply), ranked(&[(2, "member2"), (2, "member3"), (5, "member4")]));
        let reply = people[0].get(&format!("{BOARD}?around_me=1")).await.is(200);
        assert_eq!(order(&reply), ranked(&[(1, "member0"), (2, "member1")]));
        // Then from the copy.
        is_copied(&redis).await;
    }
    town.visitor().get(&format!("{BOARD}?around_me=1")).await.refused(401, "unauthorized");
    people[0].get(&format!("{BOARD}?around_me=51")).await.refused(400, "bad_around_me");
    people[0].get("/leaderboards/likes").await.refused(404, "not_found");
}

#[tokio::test]
async fn the_erased_staff_and_who_keeps_off_are_not_on_the_boards() {
    let town = Town::new().await;
    let (ann, ben, cas) = three(&town).await;
    let mo = town.moderator("moira").await;
    town.esteems(&mo, 900, "2026-03-02T10:00:00Z").await;
    town.sql("update member set on_leaderboards = false where handle = 'ben'").await;
    cas.send(Method::DELETE, "/me", Some(json!({ "password": PASSWORD })), &[]).await.is(204);
    let mut tx = town.app.kit.db.begin().await.unwrap();
    let events = [regulars::events::Event::LeaderboardListingChanged { member_id: ben.member(), listed: false }];
    regulars::events::publish(&mut tx, town.clock.now(), events).await.unwrap();
    tx.commit().await.unwrap();
    town.settle().await;
    assert_eq!(order(&ann.get(BOARD).await), ranked(&[(1, "ann")]));
    assert_eq!(ben.get(BOARD).await.is(200).body.get("me"), None);
    assert!(ben.get(&format!("{BOARD}?around_me=3")).await.is(200).items().is_empty());
}

#[tokio::test]
async fn a_private_groups_board_is_for_its_members() {
    let town = Town::new().await;
    let (ann, ben) = (town.member("ann").await, town.member("ben").await);
    let id = ann.id();
    town.sql(&format!(
        "with g as (insert into user_group (id, slug, name, description, kind, private, member_count, created_by, created_at)
           values (gen_random_uuid(), 'den', 'Den', '', 'invite_only', true, 1, '{id}', now()) returning id)
         insert into membership (group_id, member_id, role, state, since) select id, '{id}', 'owner', 'active', now() from g"
    ))
    .await;
    ann.get(&format!("{BOARD}?group=den")).await.is(200);
    ben.get(&format!("{BOARD}?group=den")).await.refused(404, "not_found");
    town.visitor().get(&format!("{BOARD}?group=den")).await.refused(404, "not_found");
    ben.get(&format!("{BOARD}?group=nowhere")).await.refused(404, "not_found");
}

#[tokio::test]
async fn redis_never_changes_an_answer() {
    let mut redis = OwnRedis::start().await;
    let town = Town::planned(Plan { redis_url: Some(redis.url()), ..Plan::default() }).await;
    let (ann, ben, cas) = three(&town).await;
    let from_sql = everything(&ann).await;
    is_copied(&redis).await;
    assert_eq!(everything(&ann).await, from_sql, "from the copy");

    let key = redis.call::<Vec<String>>("KEYS *:version").await.remove(0);
    let shown = redis.call::<String>(&format!("GET {key}")).await;
    town.esteems(&ben, -1, "2026-03-03T12:00:00Z").await;
    town.settle().await;
    assert_eq!(order(&cas.get(BOARD).await), ranked(&[(1, "ann"), (2, "ben"), (3, "cas")]));
    assert_ne!(redis.call::<String>(&format!("GET {key}")).await, shown, "the copy learns");
    let now = everything(&ann).await;

    redis.call::<()>("FLUSHALL").await;
    assert_eq!(everything(&ann).await, now, "emptied");
    is_copied(&redis).await;
    redis.call::<()>(&format!("DEL {}", key.replace(":version", ":marks"))).await;
    assert_eq!(everything(&ann).await, now, "half lost");
    redis.call::<()>(&format!("SET {key} 1:3")).await;
    assert_eq!(everything(&ann).await, now, "stale");
    redis.kill();
    assert_eq!(everything(&ann).await, now, "dead");
}

/// How many scores of a metric, whatever the period or group, are not 0.
async fn standing(town: &Town, metric: &str) -> i64 {
    let scores =
        "select count(*) from leaderboard_score s join leaderboard b on b.id = s.leaderboard_id where s.score <> 0 and b.metric = ";
    town.count(&format!("{scores}'{metric}'")).await
}

#[tokio::test]
async fn what_is_returned_is_missing_where_it_had_counted() {
    let town = Town::planned(Plan { time_zone: chrono_tz::Europe::Berlin, ..Plan::default() }).await;
    let (ann, ben) = (town.trusted_member("ann", 4).await, town.member("ben").await);
    let shop = town.partner("shop", "purchases:write").await;
    let then = town.clock.now() - Duration::days(40);
    let order = shop.post_once("/purchases", "1", purchase(&ben, "1", &then.to_rfc3339(), &[("A", 8_000, 2)])).await.is(201);
    let group = ann.founds("Grinders", "open", false).await;
    ben.tries_to_join(&group).await.is(200);
    let question = ann.asks_in(&group, "Which grinder for espresso?").await;
    let answer = ben.answers(&question, "A conical one, and not a cheap one.").await;
    ann.accepts(&question, &answer).await;
    let cas = town.referred_member("cas", &ben.get("/me/referral").await.is(200).text("/code")).await;
    town.settle().await;
    let friendly = shop.records_purchase(&town, &cas, "2", &[("A", 5_000, 1)]).await;
    town.passes(Duration::days(15)).await;
    let earned = town.rows("select distinct (-amount)::text from ledger_entry where account = 'issuance' order by 1").await;
    assert_eq!(earned, ["10", "100", "160", "50"], "an answer, a friend, an order; and the friend's order and welcome");
    assert_eq!(rebuild(&town).await, 0);

    town.clock.advance(Duration::days(40));
    shop.returns(&order, "r", &[(1, 1)]).await;
    shop.returns(&order, "s", &[(1, 1)]).await;
    shop.returns(&friendly, "r", &[(1, 1)]).await;
    ann.unaccepts(&question).await;
    town.settle().await;
    assert_eq!((standing(&town, "points").await, standing(&town, "accepted_answers").await), (0, 0));
    assert_eq!(town.count("select count(*) from leaderboard where metric = 'points' and group_id is not null").await, 5);
    assert_eq!(rebuild(&town).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_score_of_any_period_or_group_is_found_and_put_right() {
    let town = Town::new().await;
    let (ann, ben) = (town.trusted_member("ann", 4).await, town.member("ben").await);
    let group = ann.founds("Grinders", "open", false).await;
    ben.tries_to_join(&group).await.is(200);
    let question = ann.asks_in(&group, "Which grinder for espresso?").await;
    let answer = ben.answers(&question, "A conical one, and not a cheap one.").await;
    ann.accepts(&question, &answer).await;
    town.settle().await;
    let verify = async || {
        let urls = Urls { database_url: town.database_url().to_owned(), redis_url: None };
        commands::verify(Config::read(&|_| None).unwrap(), urls).await.is_ok()
    };
    assert!(verify().await);
    for metric in ["points", "reputation", "accepted_answers"] {
        for (period, scope) in [("all", "not null"), ("year", "null"), ("month", "not null"), ("week", "null"), ("day", "not null")] {
            let of = format!("b.metric = '{metric}' and b.period = '{period}' and b.group_id is {scope}");
            town.sql(&format!(
                "update leaderboard_score s set score = score + 1 from leaderboard b where b.id = s.leaderboard_id and {of}
                   and s.member_id = '{}'",
                ben.id()
            ))
            .await;
            assert!(!verify().await, "{of}");
            assert_eq!(rebuild(&town).await, 1, "{of}");
        }
    }
    town.sql("delete from leaderboard where period = 'month'").await;
    assert!(!verify().await, "a board is gone");
    assert!(rebuild(&town).await > 0);
    assert!(verify().await);
}

/// The database goes back to an earlier point, and on another way to a version that a copy had.
#[tokio::test]
async fn a_copy_of_another_past_is_no_copy() {
    let redis = OwnRedis::start().await;
    let town = Town::planned(Plan { redis_url: Some(redis.url()), ..Plan::default() }).await.not_audited();
    let (ann, ben, _) = three(&town).await;
    let copied = async |shown: &str| {
        wait::until("a copy shows this version", async || {
            ann.get(BOARD).await.is(200);
            let mut versions = Vec::new();
            for key in redis.call::<Vec<String>>("KEYS *:version").await {
                versions.push(redis.call::<String>(&format!("GET {key}")).await);
            }
            versions.iter().any(|version| version == shown)
        })
        .await;
    };
    let version = async || town.rows("select version || ':3' from leaderboard where period = 'all' and group_id is null").await.remove(0);
    // A dump, and what happens after it.
    town.sql("create table dump_of_boards as table leaderboard; create table dump_of_scores as table leaderboard_score").await;
    town.esteems(&ann, 7, "2026-03-03T12:00:00Z").await;
    town.settle().await;
    copied(&version().await).await;
    // The dump is restored.
    town.sql(
        "truncate leaderboard cascade; insert into leaderboard table dump_of_boards; insert into leaderboard_score table dump_of_scores",
    )
    .await;
    town.esteems(&ben, 9, "2026-03-03T12:00:00Z").await;
    town.settle().await;
    let shown = everything(&ann).await;
    copied(&version().await).await;
    assert_eq!(everything(&ann).await, shown, "from the copy");
    let of_ben = town
        .count(
            "select score from leaderboard_score s join leaderboard b on b.id = s.leaderboard_id
                             where b.period = 'all' and member_id = (select id from member where handle = 'ben')",
        )
        .await;
    assert_eq!(ben.get(BOARD).await.int("/me/score"), of_ben);
}
