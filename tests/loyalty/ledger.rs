//! The points book, moved by hand: vectors 5, 6 and 7 of docs/loyalty-rules.md, and what the database itself refuses.

use chrono::{DateTime, Duration, Utc};
use regulars::{
    domain::{MemberId, TransactionId},
    events::{self, Event},
    kit::{Problem, Tx},
    loyalty::ledger::{self, Clawback, ClawbackPolicy, Earn, Source, Wallet},
};
use serde_json::json;

use crate::support::{Person, Reply, Town};

struct Book<'a> {
    town: &'a Town,
    member: MemberId,
}

impl<'a> Book<'a> {
    fn of(town: &'a Town, person: &Person) -> Self {
        Self { town, member: MemberId(person.id().parse().unwrap()) }
    }

    async fn open(&self) -> (Tx, Wallet) {
        let mut tx = self.town.app.kit.db.begin().await.unwrap();
        let wallet = ledger::open_wallet(&mut tx, self.member, self.town.clock.now()).await.unwrap();
        (tx, wallet)
    }

    async fn earns(&self, points: i64, source: &str, expires_at: Option<DateTime<Utc>>) -> TransactionId {
        let now = self.town.clock.now();
        let (mut tx, mut wallet) = self.open().await;
        let source = Source::new("test", source);
        let earn = Earn { points, source, effective_at: now, available_at: now, expires_at, note: String::new() };
        let id = ledger::earn(&mut tx, &mut wallet, earn, now).await.unwrap();
        self.tells(&mut tx, points).await;
        tx.commit().await.unwrap();
        id
    }

    /// Whoever moves points that count as earned tells of it.
    async fn tells(&self, tx: &mut Tx, points: i64) {
        let event = Event::PointsEarned { member_id: self.member, points, group_id: None };
        events::publish(tx, self.town.clock.now(), [event]).await.unwrap();
    }

    async fn holds(&self, points: i64, source: &str) -> Result<TransactionId, Problem> {
        let (mut tx, mut wallet) = self.open().await;
        let id = ledger::hold(&mut tx, &mut wallet, points, Source::new("test", source), self.town.clock.now(), "").await?;
        tx.commit().await.unwrap();
        Ok(id)
    }

    async fn redeems(&self, hold: TransactionId, points: i64, source: &str) -> Result<TransactionId, Problem> {
        let (mut tx, mut wallet) = self.open().await;
        let now = self.town.clock.now();
        let id = ledger::redeem(&mut tx, &mut wallet, hold, points, Source::new("test", source), now, "").await?;
        tx.commit().await.unwrap();
        Ok(id)
    }

    async fn spends(&self, points: i64, source: &str) -> TransactionId {
        let hold = self.holds(points, source).await.unwrap();
        self.redeems(hold, points, source).await.unwrap()
    }

    async fn refunds(&self, redeemed: TransactionId, points: i64, source: &str) -> Result<TransactionId, Problem> {
        let (mut tx, mut wallet) = self.open().await;
        let now = self.town.clock.now();
        let id = ledger::refund(&mut tx, &mut wallet, redeemed, points, Source::new("test", source), now, "").await?;
        tx.commit().await.unwrap();
        Ok(id)
    }

    async fn claws_back(&self, earned_in: TransactionId, points: i64, policy: ClawbackPolicy) {
        self.claws_back_for("return", earned_in, points, policy).await;
    }

    async fn claws_back_for(&self, cause: &str, earned_in: TransactionId, points: i64, policy: ClawbackPolicy) {
        let (mut tx, mut wallet) = self.open().await;
        let (source, counted_at) = (Source::new("test", cause), self.town.clock.now());
        let clawback = Clawback { earned_in: &[earned_in], counted_at, points, policy, source, note: String::new() };
        let taken = ledger::claw_back(&mut tx, &mut wallet, clawback, self.town.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let Some(taken) = taken else { return };
        let taken = format!("select amount from ledger_entry where account = 'clawback' and transaction_id = '{taken}'");
        let taken = self.town.count(&taken).await;
        let mut tx = self.town.app.kit.db.begin().await.unwrap();
        self.tells(&mut tx, -taken).await;
        tx.commit().await.unwrap();
    }

    /// Available, pending, reserved and arrears.
    async fn balances(&self) -> [i64; 4] {
        let (tx, wallet) = self.open().await;
        tx.commit().await.unwrap();
        [wallet.available, wallet.pending, wallet.reserved, wallet.arrears]
    }

    /// What each lot was granted and has left, oldest first.
    async fn lots(&self) -> Vec<String> {
        self.town.rows("select granted || '/' || remaining from lot order by id").await
    }
}

#[tokio::test]
async fn lots_are_spent_in_order_and_refunded_to_where_they_came_from() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let book = Book::of(&town, &ada);
    let now = town.clock.now();
    book.earns(100, "l1", Some(now + Duration::days(58))).await;
    book.earns(50, "l2", None).await;
    book.earns(80, "l3", Some(now + Duration::days(27))).await;
    let redeemed = book.spends(120, "mug").await;
    assert_eq!(book.lots().await, ["100/60", "50/50", "80/0"]);
    town.passes(Duration::days(37)).await;
    book.refunds(redeemed, 50, "part").await.unwrap();
    assert_eq!(book.lots().await, ["100/100", "50/50", "80/10"]);
    let expiry = town.rows("select (extract(epoch from expires_at) / 86400)::bigint from lot where granted = 80").await;
    assert_eq!(expiry[0], ((town.clock.now() + Duration::days(30)).timestamp() as f64 / 86400.0).round().to_string());
    assert_eq!(book.refunds(redeemed, 71, "too much").await.unwrap_err().status, 422);
    book.refunds(redeemed, 70, "rest").await.unwrap();
    assert_eq!(book.balances().await, [230, 0, 0, 0]);
}

#[tokio::test]
async fn what_was_spent_before_a_return_is_owed() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let book = Book::of(&town, &ada);
    let earned = book.earns(100, "order", None).await;
    book.spends(100, "mug").await;
    book.claws_back(earned, 100, ClawbackPolicy::Arrears).await;
    assert_eq!(book.balances().await, [0, 0, 0, -100]);
    book.earns(40, "second", None).await;
    assert_eq!(book.balances().await, [0, 0, 0, -60]);
    book.earns(100, "third", None).await;
    assert_eq!(book.balances().await, [40, 0, 0, 0]);
    assert_eq!(book.lots().await, ["100/0", "40/0", "100/40"]);
}

#[tokio::test]
async fn a_clawback_goes_as_far_as_its_policy() {
    for (policy, expected) in [
        (ClawbackPolicy::OnlyPending, [30, 0, 0, 0]),
        (ClawbackPolicy::WithinBalance, [0, 0, 0, 0]),
        (ClawbackPolicy::Arrears, [0, 0, 0, -70]),
    ] {
        let town = Town::new().await;
        let ada = town.member("ada").await;
        let book = Book::of(&town, &ada);
        let earned = book.earns(100, "order", None).await;
        book.spends(100, "mug").await;
        book.earns(30, "other", None).await;
        book.claws_back(earned, 100, policy).await;
        assert_eq!(book.balances().await, expected, "{policy:?}");
    }
}

#[tokio::test]
async fn what_expired_unused_counts_as_taken_back() {
    // Of 100 points some are spent before the rest expires; 60 and then 40 are taken back.
    for (spent, owed) in [(0, [0, 0]), (30, [0, -30]), (50, [-10, -50]), (100, [-60, -100])] {
        let town = Town::new().await;
        let ada = town.member("ada").await;
        let book = Book::of(&town, &ada);
        let earned = book.earns(100, "order", Some(town.clock.now() + Duration::days(10))).await;
        if spent > 0 {
            book.spends(spent, "mug").await;
        }
        town.passes(Duration::days(11)).await;
        for (number, (points, owed)) in [60, 40].into_iter().zip(owed).enumerate() {
            book.claws_back_for(&format!("return {number}"), earned, points, ClawbackPolicy::Arrears).await;
            assert_eq!(book.balances().await, [0, 0, 0, owed], "{spent} spent, return {number}");
        }
        assert_eq!(town.rows("select expired from lot").await, ["0"]);
    }
}

#[tokio::test]
async fn a_lot_that_expired_in_part_is_taken_back_as_a_whole() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let book = Book::of(&town, &ada);
    let earned = book.earns(100, "order", Some(town.clock.now() + Duration::days(10))).await;
    let mug = book.spends(40, "mug").await;
    town.passes(Duration::days(11)).await;
    // They come back to the lot, and live on for a while.
    book.refunds(mug, 30, "mug").await.unwrap();
    book.claws_back(earned, 80, ClawbackPolicy::Arrears).await;
    assert_eq!(book.balances().await, [10, 0, 0, 0]);
    book.claws_back_for("rest", earned, 20, ClawbackPolicy::Arrears).await;
    assert_eq!(book.balances().await, [0, 0, 0, -10]);
}

#[tokio::test]
async fn no_debt_is_repaid_before_it_arose() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let book = Book::of(&town, &ada);
    let earned = book.earns(100, "order", None).await;
    book.spends(100, "mug").await;
    town.passes(Duration::days(20)).await;
    book.claws_back(earned, 100, ClawbackPolicy::Arrears).await;
    town.clock.advance(Duration::hours(1));
    // An order of a month ago, told of now.
    let (mut tx, mut wallet) = book.open().await;
    let month_ago = town.clock.now() - Duration::days(30);
    let (source, note) = (Source::new("test", "late"), String::new());
    let earn = Earn { points: 30, source, effective_at: month_ago, available_at: month_ago, expires_at: None, note };
    ledger::earn(&mut tx, &mut wallet, earn, town.clock.now()).await.unwrap();
    events::publish(&mut tx, month_ago, [Event::PointsEarned { member_id: book.member, points: 30, group_id: None }]).await.unwrap();
    tx.commit().await.unwrap();
    let repaid_with_it = "select count(*) from ledger_transaction r join ledger_transaction c on c.effective_at = r.effective_at
                          where r.kind = 'repay' and c.kind = 'clawback'";
    assert_eq!(town.count(repaid_with_it).await, 1);
    let lines = ada.get("/me/points/statement").await.is(200).items();
    assert_eq!(lines.iter().take(2).map(|line| line["kind"].as_str().unwrap()).collect::<Vec<_>>(), ["repay", "clawback"]);
}

#[tokio::test]
async fn a_hold_is_captured_in_part_and_once() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let book = Book::of(&town, &ada);
    book.earns(100, "order", None).await;
    let hold = book.holds(60, "cart").await.unwrap();
    assert_eq!(book.balances().await, [40, 0, 60, 0]);
    let refused = book.holds(50, "other cart").await.unwrap_err();
    assert_eq!(refused.code, "insufficient_points");
    assert_eq!(serde_json::Value::Object(refused.members), json!({ "required": 50, "available": 40, "missing": 10 }));
    let (one, two) = tokio::join!(book.redeems(hold, 45, "capture"), book.redeems(hold, 45, "capture"));
    assert_eq!([&one, &two].iter().filter(|outcome| outcome.is_ok()).count(), 1, "{one:?} {two:?}");
    assert_eq!(book.balances().await, [55, 0, 0, 0]);
    assert_eq!(book.lots().await, ["100/55"]);
}

#[tokio::test]
async fn points_wait_become_available_and_expire_on_their_own() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let book = Book::of(&town, &ada);
    let now = town.clock.now();
    let (mut tx, mut wallet) = book.open().await;
    let (available_at, expires_at) = (now + Duration::days(14), Some(now + Duration::days(44)));
    let earn =
        Earn { points: 10, source: Source::new("test", "order"), effective_at: now, available_at, expires_at, note: "Order 7".into() };
    ledger::earn(&mut tx, &mut wallet, earn, now).await.unwrap();
    book.tells(&mut tx, 10).await;
    tx.commit().await.unwrap();
    let points = ada.get("/me/points").await.is(200);
    assert_eq!((points.int("/available"), points.int("/pending"), points.int("/becoming_available/0/points")), (0, 10, 10));
    town.passes(Duration::days(14)).await;
    assert_eq!(ada.get("/me/points").await.int("/available"), 10);
    // A spend sees the expiry even where no job has run.
    town.clock.advance(Duration::days(30));
    assert_eq!(book.holds(1, "late").await.unwrap_err().code, "insufficient_points");
    assert_eq!(book.balances().await, [0, 0, 0, 0]);
    let lines = ada.get("/me/points/statement").await.is(200).items();
    let sentences: Vec<_> = lines.iter().map(|line| line["sentence"].as_str().unwrap()).collect();
    let expected = ["10 points expired.", "10 points became available.", "You earned 10 points, available after the waiting time: Order 7"];
    assert_eq!(sentences, expected);
    assert_eq!(lines.iter().map(|line| line["note"].as_str().unwrap()).collect::<Vec<_>>(), ["", "", "Order 7"]);
}

#[tokio::test]
async fn each_line_tells_the_balance_after_it() {
    let town = Town::new().await;
    let (ada, root) = (town.member("ada").await, town.admin("root_of_all").await);
    for (key, points) in [("k1", 50), ("k2", -20), ("k3", 5), ("k4", -30), ("k5", 7)] {
        let adjustment = json!({ "handle": "ada", "points": points, "reason": format!("Reason {key}") });
        root.post_once("/admin/adjustments", key, adjustment).await.is(201);
        town.clock.advance(Duration::minutes(1));
    }
    let balances = |reply: &Reply| reply.items().iter().map(|line| line["balance_after"].as_i64().unwrap()).collect::<Vec<_>>();
    let path = "/me/points/statement?limit=2";
    let whole = ada.get("/me/points/statement").await.is(200);
    assert_eq!((balances(&whole), whole.text("/items/0/note")), (vec![12, 5, 35, 30, 50], "Reason k5".to_owned()));
    let first = ada.get(path).await.is(200);
    let second = ada.get(&format!("{path}&cursor={}", first.text("/next_cursor"))).await.is(200);
    // What comes in meanwhile changes nothing below it.
    root.post_once("/admin/adjustments", "k6", json!({ "handle": "ada", "points": 100, "reason": "Later" })).await.is(201);
    let third = ada.get(&format!("{path}&cursor={}", second.text("/next_cursor"))).await.is(200);
    assert_eq!([balances(&first), balances(&second), balances(&third)], [vec![12, 5], vec![35, 30], vec![50]]);
    let back = ada.get(&format!("{path}&cursor={}", third.text("/prev_cursor"))).await.is(200);
    assert_eq!(back.items(), second.items());
    assert_eq!(balances(&ada.get("/me/points/statement").await.is(200))[0], 112);
}

#[tokio::test]
async fn the_database_refuses_to_forget_or_to_lose_balance() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    Book::of(&town, &ada).earns(10, "order", None).await;
    for forbidden in [
        "update ledger_entry set amount = amount + 1",
        "delete from ledger_entry",
        "delete from ledger_transaction",
        "update lot_allocation set remaining_delta = 1",
        "insert into ledger_entry (transaction_id, line, account, amount) select id, 9, 'issuance', 5 from ledger_transaction",
        "update wallet set available = -1",
        "update lot set remaining = granted + 1",
    ] {
        let outcome = town.try_sql(forbidden).await;
        assert!(outcome.is_err() || forbidden.starts_with("update lot_allocation"), "{forbidden}");
    }
}

#[tokio::test]
async fn staff_adjust_points_with_a_reason_and_once() {
    let town = Town::new().await;
    let (ada, root) = (town.member("ada").await, town.admin("root_of_all").await);
    let adjustment = json!({ "handle": "ada", "points": 50, "reason": "A gift for the beta test" });
    let first = root.post_once("/admin/adjustments", "k1", adjustment.clone()).await.is(201);
    let again = root.post_once("/admin/adjustments", "k1", adjustment.clone()).await.is(201);
    assert_eq!((first.body, again.header("idempotency-replayed")), (again.body.clone(), Some("true")));
    assert_eq!(ada.get("/me/points").await.int("/available"), 50);
    root.post_once("/admin/adjustments", "k1", json!({ "handle": "ada", "points": 51, "reason": "Other" }))
        .await
        .refused(422, "idempotency_key_reused");
    let too_much = json!({ "handle": "ada", "points": -51, "reason": "Too much" });
    for _ in 0..2 {
        root.post_once("/admin/adjustments", "k2", too_much.clone()).await.refused(409, "insufficient_points");
    }
    root.post_once("/admin/adjustments", "k3", json!({ "handle": "root_of_all", "points": 5, "reason": "For me" }))
        .await
        .refused(403, "forbidden");
    let taken = json!({ "handle": "ada", "points": -5, "reason": "Too many", "expires_at": "2100-01-01T00:00:00Z" });
    root.post_once("/admin/adjustments", "k6", taken).await.refuses_field("/expires_at");
    ada.post_once("/admin/adjustments", "k4", adjustment.clone()).await.refused(403, "forbidden");
    town.visitor().post_once("/admin/adjustments", "k5", adjustment.clone()).await.refused(401, "unauthorized");
    root.post("/admin/adjustments", adjustment).await.refused(400, "bad_parameter");
    assert_eq!(town.count("select count(*) from audit_entry where action = 'adjust_points'").await, 1);
}
