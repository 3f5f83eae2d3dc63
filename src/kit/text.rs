//! Strings of requests.

use poem_openapi::{
    NewType,
    types::{ParseError, ParseFromJSON, ParseResult},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

// Text of a request: a JSON string and nothing else (poem-openapi's own String also takes numbers and booleans), and
// without NUL, which PostgreSQL cannot store. (No doc comment: it would become a schema title.)
#[derive(NewType, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[oai(from_json = false, from_parameter = false)]
pub struct Text(pub String);

impl ParseFromJSON for Text {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value {
            Some(Value::String(text)) if text.contains('\0') => Err(ParseError::custom("must not contain a NUL character")),
            Some(Value::String(text)) => Ok(Text(text)),
            value => Err(ParseError::expected_type(value.unwrap_or_default())),
        }
    }
}

impl std::ops::Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}
