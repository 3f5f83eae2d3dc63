//! Handles, by which requests and texts name members: whoever is named is looked up here, and nowhere else.

use std::collections::HashMap;

use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use poem_openapi::{
    NewType,
    types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult},
};
use serde_json::Value;

use crate::{
    kit::{Conn, Kit, Problem, db::CachedExt, text::Text as JsonText},
    words::MemberId,
};

// A handle as a request names somebody: case aside, and otherwise exactly. What looks like it is somebody else. (No doc
// comment: it would become a schema title.)
#[derive(NewType, Clone, Debug, PartialEq, Eq, Hash)]
#[oai(from_json = false, from_parameter = false)]
pub struct Handle(String);

impl Handle {
    /// Handles are ASCII: nothing else is folded, whatever the database's language.
    pub fn new(text: &str) -> Self {
        Self(text.to_ascii_lowercase())
    }

    /// The living member of this handle; 404 when there is none.
    pub async fn find(&self, conn: &mut Conn) -> Result<MemberId, Problem> {
        let found = find_named(conn, std::slice::from_ref(self)).await?;
        found.get(self).map(|named| named.id).ok_or_else(|| Problem::not_found("member"))
    }
}

/// Whom a list's filter means, if it names anybody; 404 when there is no such member.
pub async fn find_wanted(kit: &Kit, handle: Option<Handle>) -> Result<Option<MemberId>, Problem> {
    match handle {
        Some(handle) => Ok(Some(handle.find(&mut *kit.db.read().await?).await?)),
        None => Ok(None),
    }
}

impl ParseFromParameter for Handle {
    fn parse_from_parameter(text: &str) -> ParseResult<Self> {
        if text.contains('\0') { Err(ParseError::custom("must not contain a NUL character")) } else { Ok(Self::new(text)) }
    }
}

impl ParseFromJSON for Handle {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        let text = JsonText::parse_from_json(value).map_err(ParseError::propagate)?;
        Ok(Self::new(&text))
    }
}

/// A living member, and the handle as they write it.
#[derive(QueryableByName, Clone, Debug, PartialEq)]
pub struct Named {
    #[diesel(sql_type = SqlUuid)]
    pub id: MemberId,
    #[diesel(sql_type = Text)]
    pub handle: String,
}

/// The living members among those whom `handles` name.
pub async fn find_named(conn: &mut Conn, handles: &[Handle]) -> QueryResult<HashMap<Handle, Named>> {
    if handles.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<Named> =
        diesel::sql_query("select id, handle from member where lower(handle collate \"C\") = any($1) and erased_at is null")
            .bind::<Array<Text>, _>(handles.iter().map(|handle| handle.0.as_str()).collect::<Vec<_>>())
            .cached()
            .load(conn)
            .await?;
    Ok(found.into_iter().map(|named| (Handle::new(&named.handle), named)).collect())
}
