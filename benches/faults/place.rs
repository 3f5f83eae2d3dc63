//! A place with a PostgreSQL of its own, whose server may be reached directly or by a wire that fails.

use regulars::kit::embedded::{Embedded, Server, Settings};
use serde_json::{Value, json};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::process::{ADMIN, Killed, Site};

/// Customers whom a shop knows by number.
pub const CUSTOMERS: usize = 1_000;

pub struct Place {
    pub site: Site,
    pub database_url: String,
    pub shop_key: String,
    postgres: Option<Server>,
}

impl Place {
    /// With a server, whose PostgreSQL is found through `reached`, and customers.
    pub async fn serving(site: Site, reached: impl AsyncFnOnce(&str) -> String) -> (Self, Killed) {
        let path = |variable| std::env::var_os(variable).map(Into::into);
        let settings = Settings {
            data_dir: Some(site.data_dir().to_owned()),
            pg_bin_dir: path("PG_BIN_DIR"),
            redis_bin: path("REDIS_BIN"),
            fsync_off: false,
            supervisor: Some(env!("CARGO_BIN_EXE_regulars").into()),
        };
        let postgres = Embedded::new(settings).and_then(|embedded| embedded.postgres()).expect("PostgreSQL starts");
        let database_url = postgres.url().to_owned();
        // What is broken is to be felt: nothing is answered from memory.
        let site = site.with("CACHE_BYTES_MAX", "0");
        let site = site.with("DATABASE_URL", &reached(&database_url).await).with("RUST_LOG", "warn");
        let server = site.serve().await;
        let made = site.run(&["admin", "api-key", "--partner", "shop", "--scopes", "purchases:write"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let shop_key = String::from_utf8_lossy(&made.stdout).trim().to_owned();
        let place = Self { site, database_url, shop_key, postgres: Some(postgres) };
        place
            .sql(&format!(
                "with m as (
                   insert into member (id, handle, handle_key, display_name, created_at)
                   select gen_random_uuid(), 'customer' || n, 'customer' || n, 'Customer', now() from generate_series(1, {CUSTOMERS}) n
                   returning id, handle)
                 insert into external_member (partner_id, external_id, member_id, linked_at)
                 select p.id, m.handle, m.id, now() from partner p, m where p.name = 'shop';
                 analyze"
            ))
            .await;
        (place, server)
    }

    async fn database(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.database_url, NoTls).await.expect("PostgreSQL accepts a connection");
        tokio::spawn(connection);
        client
    }

    pub async fn sql(&self, statements: &str) {
        self.database().await.batch_execute(statements).await.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    /// First column, as text.
    pub async fn rows(&self, query: &str) -> Vec<String> {
        let messages = self.database().await.simple_query(query).await.unwrap_or_else(|error| panic!("{query}: {error}"));
        let text = |message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        };
        messages.into_iter().filter_map(text).collect()
    }

    /// The access token of the administrator.
    pub async fn administrator(&self) -> String {
        self.sign_in(ADMIN).await
    }

    /// The access token of somebody who registers.
    pub async fn member(&self, handle: &str) -> String {
        let email = format!("{handle}@faults.example");
        let form = json!({ "email": email, "password": crate::PASSWORD, "handle": handle });
        let answer = self.site.send("POST", "/auth/register", None, "", Some(&form)).await;
        assert_eq!(answer.as_ref().map(|(status, _)| *status), Some(202), "{answer:?}");
        self.sign_in(&email).await
    }

    async fn sign_in(&self, email: &str) -> String {
        let form = json!({ "email": email, "password": crate::PASSWORD });
        let (_, answer) = self.site.send("POST", "/auth/login", None, "", Some(&form)).await.expect("an answer");
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Whether every invariant holds, and every one of these orders was recorded once.
    pub async fn has_once(&self, orders: &[String]) -> (bool, String) {
        let listed = orders.iter().map(|order| format!("('{order}')")).collect::<Vec<_>>().join(",");
        let query = format!(
            "select count(*) from (select o.id from (values {listed}) o (id)
             left join purchase p on p.order_id = o.id group by o.id having count(p.*) <> 1) wrong"
        );
        let wrong = if orders.is_empty() { "0".to_owned() } else { self.rows(&query).await.remove(0) };
        let verified = self.site.run(&["verify"]);
        let holds = verified.status.success();
        if !holds {
            eprintln!("{}", String::from_utf8_lossy(&verified.stdout));
        }
        (
            holds && wrong == "0",
            format!("{} acknowledged, {wrong} lost or doubled, verify {}", orders.len(), if holds { "holds" } else { "FAILS" }),
        )
    }

    /// Stops PostgreSQL, which its data outlive.
    pub fn end(mut self) {
        drop(self.postgres.take());
    }
}

/// The nth order, of one of the customers.
pub fn order(number: u64) -> Value {
    json!({
        "member": { "external_id": format!("customer{}", 1 + number % CUSTOMERS as u64) },
        "order_id": format!("order-{number}"),
        "purchased_at": "2026-01-10T12:00:00Z",
        "currency": "EUR",
        "lines": [{ "sku": "beans", "quantity": 1, "unit_minor": 725 }],
    })
}
