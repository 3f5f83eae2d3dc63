//! What browsers do, and what stands in a page.

use poem::http::Method;
use serde_json::Value;

use super::{Person, Reply};

impl Person {
    /// Opens a page in a browser.
    pub async fn opens(&self, path: &str) -> Reply {
        self.opens_with(path, &[]).await
    }

    pub async fn opens_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let headers = [&[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")], headers].concat();
        self.send(Method::GET, &format!("/{path}"), None, &headers).await
    }
}

impl Reply {
    /// The whole answer as text.
    #[track_caller]
    pub fn html(&self) -> &str {
        self.body.as_str().unwrap_or_else(|| panic!("no page but {:#}", self.body))
    }

    /// Fails unless the page has this in it.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.html().contains(text), "there is no {text} in {}", self.html());
        self
    }

    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Self {
        assert!(!self.html().contains(text), "there is {text} in {}", self.html());
        self
    }

    /// What stands between two marks, the first time.
    #[track_caller]
    pub fn between(&self, start: &str, end: &str) -> &str {
        let rest = self.html().split_once(start).unwrap_or_else(|| panic!("there is no {start} in {}", self.html())).1;
        rest.split_once(end).unwrap_or_else(|| panic!("there is no {end} after {start}")).0
    }

    /// What search engines read of the page.
    #[track_caller]
    pub fn json_ld(&self) -> Value {
        serde_json::from_str(self.between("<script type=\"application/ld+json\">", "</script>")).expect("JSON-LD is JSON")
    }

    /// The API's answer that the page carries for the app.
    #[track_caller]
    pub fn preloaded(&self, path: &str) -> Value {
        let path = path.replace('&', "&#38;");
        serde_json::from_str(self.between(&format!("data-preload=\"{path}\">"), "</script>")).expect("what is preloaded is JSON")
    }
}
