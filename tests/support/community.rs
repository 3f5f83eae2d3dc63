//! What people do with groups.

use serde_json::json;

use super::{Person, Reply};

impl Person {
    pub async fn founds(&self, name: &str, kind: &str, private: bool) -> String {
        self.post("/groups", json!({ "name": name, "kind": kind, "private": private })).await.is(201).text("/slug")
    }

    pub async fn tries_to_join(&self, group: &str) -> Reply {
        self.put(&format!("/groups/{group}/members/me"), json!({})).await
    }

    pub async fn tries_to_leave(&self, group: &str) -> Reply {
        self.delete(&format!("/groups/{group}/members/me")).await
    }

    pub async fn tries_to_set(&self, group: &str, who: &Person, change: serde_json::Value) -> Reply {
        self.put(&format!("/groups/{group}/members/{}", who.handle), change).await
    }

    pub async fn tries_to_remove(&self, group: &str, who: &Person) -> Reply {
        self.delete(&format!("/groups/{group}/members/{}", who.handle)).await
    }

    /// How many members a group has, as this person sees it.
    pub async fn counts_members(&self, group: &str) -> i64 {
        self.get(&format!("/groups/{group}")).await.is(200).int("/member_count")
    }
}
