//! What people do with points.

use serde_json::{Value, json};

use super::{Person, Reply};

/// A line of an order: product, price of one in cents, quantity.
pub type Line<'a> = (&'a str, i64, i64);

/// The body of a purchase in euro.
pub fn purchase(member: &Person, order_id: &str, purchased_at: &str, lines: &[Line<'_>]) -> Value {
    let email = format!("{}@town.example", member.handle).to_lowercase();
    let hash: String = regulars::kit::secret::hash(&email).iter().map(|byte| format!("{byte:02x}")).collect();
    let line = |(sku, unit_minor, quantity): &Line<'_>| json!({ "sku": sku, "unit_minor": unit_minor, "quantity": quantity });
    json!({
        "member": { "email_sha256": hash },
        "order_id": order_id,
        "purchased_at": purchased_at,
        "currency": "EUR",
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
    })
}

/// Verbs of a partner's system.
impl Person {
    /// Records a purchase of now, and answers with it.
    pub async fn records_purchase(&self, town: &super::Town, member: &Person, order_id: &str, lines: &[Line<'_>]) -> Reply {
        let body = purchase(member, order_id, &town.clock.now().to_rfc3339(), lines);
        self.post_once("/purchases", order_id, body).await.is(201)
    }

    pub async fn tries_to_return(&self, purchase: &Reply, return_id: &str, lines: &[(i64, i64)]) -> Reply {
        let path = format!("/purchases/{}/returns", purchase.text("/purchase_id"));
        let lines: Vec<_> = lines.iter().map(|(line, quantity)| json!({ "line": line, "quantity": quantity })).collect();
        let key = uuid::Uuid::now_v7().to_string();
        self.post_once(&path, &key, json!({ "return_id": return_id, "lines": lines })).await
    }

    pub async fn returns(&self, purchase: &Reply, return_id: &str, lines: &[(i64, i64)]) -> Reply {
        self.tries_to_return(purchase, return_id, lines).await.is(201)
    }

    /// Available, pending, reserved points and arrears.
    pub async fn points(&self) -> [i64; 4] {
        let points = self.get("/me/points").await.is(200);
        ["/available", "/pending", "/reserved", "/arrears"].map(|name| points.int(name))
    }

    pub async fn tier(&self) -> String {
        self.get("/me/tier").await.is(200).text("/name")
    }
}
