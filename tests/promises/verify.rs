//! `regulars verify` and `regulars admin reconcile`: what is broken is found, and put right where nobody need decide.

use std::collections::BTreeSet;

use diesel_async::SimpleAsyncConnection;
use regulars::{
    app,
    commands::{self, Unchecked, Urls},
    config::Config,
};
use serde_json::json;

use crate::support::Town;

async fn verify(town: &Town) -> anyhow::Result<()> {
    commands::verify(Config::read(&|_| None).unwrap(), Urls { database_url: town.database_url().to_owned(), redis_url: None }).await
}

async fn reconcile(town: &Town) -> anyhow::Result<()> {
    commands::reconcile(Config::read(&|_| None).unwrap(), Urls { database_url: town.database_url().to_owned(), redis_url: None }).await
}

#[test]
fn every_repair_is_of_checks_that_exist() {
    let checks: Vec<&str> = app::checks().iter().map(|check| check.name).collect();
    assert_eq!(checks.iter().collect::<BTreeSet<_>>().len(), checks.len(), "two checks have one name");
    let unknown: Vec<&str> = app::repairs().iter().flat_map(|repair| repair.of).copied().filter(|name| !checks.contains(name)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// Listings as the votes and answers stand.
const SETTLE: &str = "update question_listing l set answers_score = a.score, answer_count = a.answers, participants = a.answers
    from (select q.id, coalesce(sum(c.score), 0) as score, count(p.id) as answers from post q
          left join post p on p.question_id = q.id and p.kind = 'answer' and p.state = 'published' left join post_counter c on c.post_id = p.id
          where q.kind = 'question' group by q.id) a where l.question_id = a.id";

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_from_the_books_is_put_right() {
    let town = Town::new().await;
    let (ada, ben, root) = (town.member("ada").await, town.member("ben").await, town.admin("root_of_all").await);
    let question = ada.asks_about("Which grinder suits a small kitchen?", &["grinders"]).await;
    let answer = ben.answers(&question, "A hand grinder: it fits into a drawer.").await;
    ada.comments_on_answer(&answer, "Thank you, that is what I was after.").await;
    ada.accepts(&question, &answer).await;
    root.post_once("/admin/adjustments", "k", json!({ "handle": "ada", "points": 50, "reason": "A gift" })).await.is(201);
    ada.founds("Espresso", "open", false).await;
    town.settle().await;
    // A wallet that was opened, and in which nothing was booked.
    town.sql("insert into wallet (member_id) select id from member where handle = 'root_of_all' on conflict do nothing").await;
    let balances = "select available || ' ' || pending || ' ' || reserved || ' ' || arrears from wallet order by member_id";
    let counters = "select c::text || l from post_counter c join question_listing l using (question_id) order by post_id";
    let (before, counted) = (town.rows(balances).await, town.rows(counters).await);
    for fault in [
        "update wallet set available = available + 7, arrears = -1",
        "update lot set remaining = remaining - 3",
        "update lot set reserved = 1, remaining = remaining - 1",
        "update post_counter set up_votes = up_votes + 1, down_votes = down_votes + 2",
        "update post_counter set comment_count = comment_count + 1",
        "update question_listing set answer_count = answer_count + 1",
        "update question_listing set answers_score = 3, participants = 9, published = false",
        "update question_listing set tags = '{}'",
        "delete from post_counter",
        "update post_counter set question_id = post_id",
        "insert into question_listing (question_id, published, active_at, created_at) select id, true, now(), now() from post where kind = 'answer'",
        "delete from question_listing",
        "update tag set question_count = 9",
        "update user_group set member_count = 4",
        "update leaderboard_score set score = score + 7",
    ] {
        town.sql(fault).await;
        verify(&town).await.expect_err(fault);
        reconcile(&town).await.unwrap_or_else(|error| panic!("{fault}: {error:#}"));
        verify(&town).await.expect(fault);
        assert_eq!((town.rows(balances).await, town.rows(counters).await), (before.clone(), counted.clone()), "{fault}");
    }
    let audited = "select handle || ' ' || (detail ->> 'lots') from audit_entry a join member m on m.id = a.subject_id
                   where action = 'reconcile_points' order by 1";
    assert_eq!(town.rows(audited).await, ["ada 0", "ada 1", "ada 1", "ben 0", "ben 1", "ben 1", "root_of_all 0"]);
    reconcile(&town).await.expect("nothing is left to do");
    assert_eq!(town.rows(audited).await.len(), 7);
}

/// Awards, reputation and boards follow from votes, acceptances and what is to be seen.
#[tokio::test(flavor = "multi_thread")]
async fn what_follows_from_posts_is_put_right() {
    let town = Town::new().await.not_audited();
    let (ada, ben, cas) = (town.member("ada").await, town.member("ben").await, town.member("cas").await);
    for person in [&ada, &ben, &cas] {
        town.trusts(person, 1).await;
    }
    let mut answers = Vec::new();
    for title in ["Which grinder suits a small kitchen?", "Which beans suit a small purse?"] {
        let question = ada.asks(title).await;
        let answer = ben.answers(&question, "The smallest that there is.").await;
        ada.votes_on_answer(&answer, 1).await.is(200);
        cas.votes_on_answer(&answer, -1).await.is(200);
        ada.accepts(&question, &answer).await;
        answers.push(answer);
    }
    town.settle().await;
    verify(&town).await.expect("nothing is wrong yet");
    let (answer, other) = (&answers[0], &answers[1]);
    let (ben_id, cas_id) = (ben.id(), cas.id());
    for fault in [
        "update reputation set total = total + 5".to_owned(),
        // A vote that brought something and is gone, one that brought nothing, and what no vote has brought.
        format!("delete from vote where post_id = '{answer}' and value = 1; update post_counter set up_votes = 0 where post_id = '{answer}';
             {SETTLE}"),
        format!(
            "insert into vote (id, post_id, member_id, value, cast_at, voter_trust) values (gen_random_uuid(), '{answer}', '{}', 1, now(), 1);
             update post_counter set up_votes = 1 where post_id = '{answer}'; {SETTLE}",
            ada.id()
        ),
        format!("delete from vote where post_id = '{other}' and value = -1; update post_counter set down_votes = 0 where post_id = '{other}'; {SETTLE}"),
        format!(
            "insert into reputation_entry (id, member_id, kind, amount, post_id, source, occurred_at)
             values (gen_random_uuid(), '{ben_id}', 'answer_up_vote', 10, '{answer}', gen_random_uuid()::text, now());
             update reputation set total = total + 10 where member_id = '{ben_id}'"
        ),
        // The same of acceptances, of what is to be seen, and of spam.
        format!("update post set accepted_answer_id = null, accepted_at = null where accepted_answer_id = '{answer}'"),
        format!("update post set accepted_answer_id = '{answer}', accepted_at = now() where id = (select question_id from post where id = '{answer}')"),
        format!(
            "insert into reputation_entry (id, member_id, kind, amount, post_id, source, occurred_at)
             values (gen_random_uuid(), '{ben_id}', 'answer_accepted', 15, '{other}', 'nothing', now());
             update reputation set total = total + 15 where member_id = '{ben_id}'"
        ),
        format!("update post set accepted_answer_id = null, accepted_at = null where accepted_answer_id = '{other}'"),
        format!("update post set state = 'hidden' where id = '{other}'; {SETTLE}"),
        format!(
            "insert into reputation_entry (id, member_id, kind, amount, post_id, source, occurred_at)
             values (gen_random_uuid(), '{ben_id}', 'spam_upheld', -100, '{other}', 'nothing', now());
             update reputation set total = total - 100 where member_id = '{ben_id}'"
        ),
        format!("update post set state = 'published' where id = '{other}'; {SETTLE}"),
        // And boards of accepted answers.
        format!(
            "update leaderboard_score set score = score + 1 where member_id = '{ben_id}'
               and leaderboard_id in (select id from leaderboard where metric = 'accepted_answers')"
        ),
        format!(
            "update leaderboard_score set member_id = '{cas_id}' where member_id = '{ben_id}'
               and leaderboard_id in (select id from leaderboard where metric = 'accepted_answers')"
        ),
    ] {
        town.sql(&fault).await;
        verify(&town).await.expect_err(&fault);
        reconcile(&town).await.unwrap_or_else(|error| panic!("{fault}: {error:#}"));
        verify(&town).await.unwrap_or_else(|error| panic!("{fault}: {error:#}"));
        town.settle().await;
        verify(&town).await.unwrap_or_else(|error| panic!("once that is delivered, {fault}: {error:#}"));
    }
    let total = format!("select total from reputation where member_id = '{ben_id}'");
    assert_eq!(town.count(&total).await, 10 + 15 - 2 + 10);
    assert_eq!(ben.points().await[1], 10 + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_must_decide_is_left_to_them() {
    let town = Town::new().await.not_audited();
    let root = town.admin("root_of_all").await;
    town.member("ada").await;
    root.post_once("/admin/adjustments", "k", json!({ "handle": "ada", "points": 50, "reason": "A gift" })).await.is(201);
    // Entries and lots contradict one another: either may be the truth.
    town.sql("alter table ledger_entry disable trigger user; update ledger_entry set amount = sign(amount) * 60").await;
    let left = reconcile(&town).await.expect_err("somebody must decide");
    assert!(format!("{left:#}").starts_with("what is left wants somebody's decision: "), "{left:#}");
    assert_eq!(town.rows("select available::text from wallet").await, ["50"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_has_no_time_for_is_not_called_broken() {
    let town = Town::new().await;
    let mut busy = town.app.kit.db.begin().await.unwrap();
    busy.batch_execute("lock table vote in access exclusive mode").await.unwrap();
    let error = verify(&town).await.expect_err("votes cannot be read");
    assert!(error.is::<Unchecked>(), "{error:#}");
    drop(busy);
    verify(&town).await.expect("now they can");
}
