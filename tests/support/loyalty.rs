//! What people and towns do with points, rewards and boards.

use std::process::{Child, Command, Stdio};

use chrono::{DateTime, Utc};
use regulars::{
    domain::MemberId,
    events::{self, Event},
    loyalty::ledger::{self, Earn, Source},
};
use serde_json::{Value, json};

use super::{Person, Reply, Town, wait};

impl Person {
    pub fn member(&self) -> MemberId {
        MemberId(self.id().parse().expect("an id"))
    }

    /// Puts a reward into the catalogue. Returns its id.
    pub async fn offers(&self, name: &str, price_points: i64, more: Value) -> String {
        let mut form = json!({ "name": name, "kind": "percentage_coupon", "face_value": 10, "price_points": price_points });
        if more.get("kind").is_some() {
            form.as_object_mut().expect("an object").remove("face_value");
        }
        form.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.post("/admin/rewards", form).await.is(201).text("/reward/id")
    }

    pub async fn redeems(&self, reward: &str, key: &str) -> Reply {
        self.post_once("/redemptions", key, json!({ "reward_id": reward })).await
    }

    /// Sends until the server is not busy; the key makes that safe.
    pub async fn insists_on(&self, reward: &str, key: &str) -> Reply {
        loop {
            let reply = self.redeems(reward, key).await;
            if ![429, 503].contains(&reply.status) {
                return reply;
            }
            wait::before_another_try().await;
        }
    }

    /// Available and reserved points.
    pub async fn holdings(&self) -> (i64, i64) {
        let reply = self.get("/me/points").await.is(200);
        (reply.int("/available"), reply.int("/reserved"))
    }
}

impl Town {
    /// Somebody earns points that can be spent at once.
    pub async fn pays(&self, person: &Person, points: i64) {
        let now = self.clock.now();
        let mut tx = self.app.kit.db.begin().await.expect("a transaction");
        let mut wallet = ledger::open_wallet(&mut tx, person.member(), now).await.expect("a wallet");
        let source = Source::new("test", uuid::Uuid::now_v7());
        let earn = Earn { points, source, effective_at: now, available_at: now, expires_at: None, note: String::new() };
        ledger::earn(&mut tx, &mut wallet, earn, now).await.expect("points");
        events::publish(&mut tx, now, [Event::PointsEarned { member_id: person.member(), points, group_id: None }]).await.expect("told");
        tx.commit().await.expect("the transaction commits");
    }

    /// Somebody orders one thing for `net_minor` euro cents at the till, now. Returns the purchase.
    pub async fn records_order(&self, person: &Person, net_minor: i64) -> Reply {
        let till = self.partner("till", "purchases:write").await;
        let order_id = uuid::Uuid::now_v7().to_string();
        let reply = till.records_purchase(self, person, &order_id, &[("thing", net_minor, 1)]).await;
        self.settle().await;
        reply
    }

    /// And brings it back.
    pub async fn records_return(&self, purchase: &Reply) {
        let till = self.partner("till", "purchases:write").await;
        till.returns(purchase, "R1", &[(1, 1)]).await;
        self.settle().await;
    }

    /// Says that something happened now, and lets everybody hear of it.
    pub async fn tells(&self, event: Event) {
        let mut tx = self.app.kit.db.begin().await.expect("a transaction");
        events::publish(&mut tx, self.clock.now(), [event]).await.expect("the event is told");
        tx.commit().await.expect("the transaction commits");
        self.settle().await;
    }

    /// Somebody's reputation changes, as far as the books and those who hear of it are concerned.
    pub async fn esteems(&self, person: &Person, amount: i64, at: &str) {
        let at: DateTime<Utc> = at.parse().expect("a time");
        let id = person.id();
        self.sql(&format!(
            "insert into reputation_entry (id, member_id, kind, amount, source, occurred_at)
             values (gen_random_uuid(), '{id}', 'vote', {amount}, gen_random_uuid()::text, '{at}');
             insert into reputation (member_id, total) values ('{id}', {amount})
             on conflict (member_id) do update set total = reputation.total + excluded.total"
        ))
        .await;
        let mut tx = self.app.kit.db.begin().await.expect("a transaction");
        let event = Event::ReputationChanged { member_id: person.member(), amount, group_id: None };
        events::publish_at(&mut tx, &[(at, event)]).await.expect("the event is told");
        tx.commit().await.expect("the transaction commits");
    }
}

/// A Redis of one's own, to do bad things to. Ends with its owner.
pub struct OwnRedis {
    child: Child,
    folder: std::path::PathBuf,
}

impl OwnRedis {
    pub async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("town_redis_{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let socket = folder.join("redis.sock");
        let child = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--dir"])
            .arg(&folder)
            .arg("--unixsocket")
            .arg(&socket)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        wait::until("Redis listens", async || socket.exists()).await;
        Self { child, folder }
    }

    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.folder.join("redis.sock").display())
    }

    /// What Redis answers to a command.
    pub async fn call<T: redis::FromRedisValue>(&self, command: &str) -> T {
        let client = redis::Client::open(self.url()).expect("a client");
        let mut connection = client.get_multiplexed_async_connection().await.expect("a connection");
        let mut words = command.split(' ');
        let mut call = redis::cmd(words.next().expect("a command"));
        words.for_each(|word| {
            call.arg(word);
        });
        call.query_async(&mut connection).await.expect("an answer")
    }

    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for OwnRedis {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
