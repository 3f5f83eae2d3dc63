//! What people do about posts that should not be there, and about the people who write them.

use serde_json::{Value, json};

use super::{Person, Reply, Town};

impl Town {
    /// A member whose flags weigh `1 + trust`.
    pub async fn trusted_member(&self, handle: &str, trust: i16) -> Person {
        let person = self.member(handle).await;
        self.sql(&format!("update member set trust = {trust} where handle = '{handle}'")).await;
        person
    }

    pub async fn post_state(&self, post: &str) -> String {
        self.rows(&format!("select state from post where id = '{post}'")).await.remove(0)
    }

    /// A member's reputation, and all points that they have or owe.
    pub async fn standing_of(&self, handle: &str) -> (i64, i64) {
        let of_member = format!("where member_id = (select id from member where handle = '{handle}')");
        let reputation = self.count(&format!("select coalesce(sum(amount), 0) from reputation_entry {of_member}")).await;
        let points =
            self.count(&format!("select coalesce(sum(available + pending + reserved + arrears), 0) from wallet {of_member}")).await;
        (reputation, points)
    }

    pub async fn audited(&self, action: &str) -> i64 {
        self.count(&format!("select count(*) from audit_entry where action = '{action}'")).await
    }
}

impl Person {
    pub async fn flags(&self, question: &str) {
        self.tries_to_flag(question).await.is(201);
    }

    pub async fn tries_to_flag(&self, question: &str) -> Reply {
        self.post(&format!("/questions/{question}/flags"), json!({ "reason": "spam" })).await
    }

    pub async fn flags_answer(&self, answer: &str) {
        self.post(&format!("/answers/{answer}/flags"), json!({ "reason": "low_quality" })).await.is(201);
    }

    /// The one item in the queue that is about this post.
    pub async fn reviews(&self, post: &str) -> Value {
        let items = self.get("/admin/review-items").await.is(200).items();
        items.into_iter().find(|item| item["post"]["id"] == post).unwrap_or_else(|| panic!("{post} is not in the queue"))
    }

    /// Decides `item` as it was read.
    pub async fn tries_to_decide(&self, item: &Value, decision: &str) -> Reply {
        let form = json!({ "decision": decision, "reason": "By the rules.", "version": item["version"] });
        self.post(&format!("/admin/review-items/{}/decision", item["id"].as_str().unwrap()), form).await
    }

    pub async fn decides(&self, item: &Value, decision: &str) -> Value {
        self.tries_to_decide(item, decision).await.is(200).body
    }

    pub async fn undoes(&self, item: &Value) -> Value {
        self.tries_to_undo(item).await.is(200).body
    }

    pub async fn tries_to_undo(&self, item: &Value) -> Reply {
        let form = json!({ "reason": "On second thoughts.", "version": item["version"] });
        self.post(&format!("/admin/review-items/{}/undo", item["id"].as_str().unwrap()), form).await
    }

    pub async fn tries_to_sanction(&self, handle: &str, kind: &str, hours: Option<i64>) -> Reply {
        let form = json!({ "kind": kind, "hours": hours, "reason": "Rude to others.", "note": "Please be kind." });
        self.post(&format!("/admin/members/{handle}/sanctions"), form).await
    }
}
