//! PostgreSQL speaks its administrator's language (`lc_messages`); we understand it by SQLSTATE.

use diesel_async::SimpleAsyncConnection;
use regulars::kit::Problem;
use serde_json::json;

use crate::support::Town;

/// A town whose PostgreSQL speaks German, where the machine has the locale. Where it has none, it says in German what we
/// have it say. The second one owns the database.
async fn german_town() -> (Town, Town) {
    let town = Town::new().await.not_audited();
    let name = town.rows("select current_database()").await.remove(0);
    for locale in ["de_DE.UTF-8", "de_DE.utf8", "de_DE"] {
        if town.try_sql(&format!("alter database {name} set lc_messages = '{locale}'")).await.is_ok() {
            break;
        }
    }
    // Connections read that when they are made.
    let second = town.second().await;
    (second, town)
}

async fn problem_of(town: &Town, statement: &str) -> Problem {
    let mut conn = town.app.kit.db.read().await.expect("a connection");
    let error = conn.batch_execute(statement).await.expect_err("an error");
    error.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_pass_is_503_in_every_language() {
    let (town, _owner) = german_town().await;
    for (statement, status) in [
        ("set statement_timeout = '50ms'; select pg_sleep(2)", 503),
        ("select pg_terminate_backend(pg_backend_pid()), pg_sleep(2)", 503),
        ("do $$ begin raise exception 'Verklemmung entdeckt' using errcode = 'deadlock_detected'; end $$", 503),
        ("do $$ begin raise exception 'kein Platz mehr' using errcode = 'disk_full'; end $$", 503),
        ("do $$ begin raise exception 'nur lesend' using errcode = 'read_only_sql_transaction'; end $$", 503),
        // What looks like it in English is none.
        ("do $$ begin raise exception 'deadlock detected'; end $$", 500),
        ("select 1 from a_table_that_is_not_there", 500),
        ("select 1 / 0", 500),
    ] {
        assert_eq!(problem_of(&town, statement).await.status, status, "{statement}");
    }
    let mut tx = town.app.kit.db.begin().await.unwrap();
    tx.batch_execute("select pg_advisory_xact_lock(4711)").await.unwrap();
    assert_eq!(problem_of(&town, "set lock_timeout = '50ms'; select pg_advisory_lock(4711)").await.status, 503);
}

/// The same for who waits for another request with the same key.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_progress_is_told_in_every_language() {
    let (town, _owner) = german_town().await;
    let ada = town.member("ada").await;
    let root = town.admin("root_of_all").await;
    let reward = root.offers("Coupon", 7, json!({})).await;
    town.pays(&ada, 10).await;
    // Somebody's request with this key, which takes its time.
    let mut tx = town.app.kit.db.begin().await.unwrap();
    let row = format!(
        "insert into idempotency_key (caller, operation, key, request_hash, created_at)
         values ('member:{}', 'redeem_reward', 'once', '', now())",
        ada.id()
    );
    tx.batch_execute(&row).await.unwrap();
    ada.redeems(&reward, "once").await.refused(409, "request_in_progress");
}

/// And a listener that a lock holds up is heard again, rather than parked.
#[tokio::test(flavor = "multi_thread")]
async fn events_wait_for_locks_in_every_language() {
    let (town, _owner) = german_town().await;
    let (ada, bea) = (town.member("ada").await, town.member("bea").await);
    let question = ada.asks("Which grinder?").await;
    town.settle().await;
    bea.votes_on_question(&question, 1).await.is(200);
    let mut tx = town.app.kit.db.begin().await.unwrap();
    tx.batch_execute("lock table reputation_entry in access exclusive mode").await.unwrap();
    town.app.deliver_events().await.expect_err("the book is locked");
    drop(tx);
    town.settle().await;
    assert_eq!(town.count("select sum(amount) from reputation_entry").await, 5);
    assert_eq!(town.count("select count(*) from parked_event").await, 0);
}
