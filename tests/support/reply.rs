//! An answer, and what stories want of it.

use poem::http::HeaderMap;
use serde_json::Value;

#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    /// Fails unless the answer has this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }

    /// Fails unless the answer is this problem.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{:#}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        self
    }

    /// Fails unless the answer refuses this field.
    #[track_caller]
    pub fn refuses_field(self, pointer: &str) -> Self {
        let reply = self.refused(422, "invalid_fields");
        let errors = reply.body["errors"].as_array().cloned().unwrap_or_default();
        assert!(errors.iter().any(|error| error["pointer"] == pointer), "{pointer} is not among {errors:#?}");
        reply
    }

    #[track_caller]
    pub fn at(&self, pointer: &str) -> &Value {
        super::at(&self.body, pointer)
    }

    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("{pointer} is no text in {:#}", self.body)).to_owned()
    }

    #[track_caller]
    pub fn int(&self, pointer: &str) -> i64 {
        self.at(pointer).as_i64().unwrap_or_else(|| panic!("{pointer} is no integer in {:#}", self.body))
    }

    #[track_caller]
    pub fn items(&self) -> Vec<Value> {
        self.at("/items").as_array().expect("items are a list").clone()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
