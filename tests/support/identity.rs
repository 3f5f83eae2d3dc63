//! What members do with their own accounts, and administrators with others'.

use poem::http::Method;
use serde_json::json;

use super::{Person, Reply};

impl Person {
    pub async fn get_if_changed(&self, path: &str, etag: &str) -> Reply {
        self.send(Method::GET, path, None, &[("if-none-match", etag)]).await
    }

    pub async fn patch_if(&self, path: &str, etag: &str, body: serde_json::Value) -> Reply {
        self.send(Method::PATCH, path, Some(body), &[("if-match", etag)]).await
    }

    pub async fn tries_to_erase_themselves(&self, password: &str) -> Reply {
        self.send(Method::DELETE, "/me", Some(json!({ "password": password })), &[]).await
    }

    pub async fn tries_to_make(&self, handle: &str, role: &str) -> Reply {
        self.put(&format!("/admin/members/{handle}/role"), json!({ "role": role, "reason": "The town needs it." })).await
    }
}
