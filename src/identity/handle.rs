//! Handles, by which requests and texts name members: whoever is named is looked up here, and nowhere else.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, Bytea, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use poem_openapi::{
    NewType,
    types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult},
};
use serde_json::Value;

use crate::{
    domain::MemberId,
    kit::{
        Conn, Kit, Problem,
        db::CachedExt,
        secret::{self, Purpose},
        text::Text as JsonText,
    },
};

/// Characters of a handle.
pub const HANDLE_CHARS: std::ops::RangeInclusive<usize> = 3..=30;
/// What a handle looks like, for the description.
pub const HANDLE_PATTERN: &str = "^[A-Za-z0-9][A-Za-z0-9_-]*$";

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

    /// The living member of this handle, or the one that it was merged into; 404 when there is none.
    pub async fn find(&self, conn: &mut Conn) -> Result<MemberId, Problem> {
        Ok(self.named(conn).await?.id)
    }

    /// The living member of this handle, even one who was merged into another, to look at what it was; 404 when there
    /// is none.
    pub async fn find_itself(&self, conn: &mut Conn) -> Result<MemberId, Problem> {
        Ok(self.named(conn).await?.itself)
    }

    async fn named(&self, conn: &mut Conn) -> Result<Named, Problem> {
        find_named(conn, std::slice::from_ref(self)).await?.remove(self).ok_or_else(|| Problem::not_found("member"))
    }
}

/// Whom a list's filter means, if it names anybody; 404 when there is no such member.
pub async fn find_wanted(kit: &Kit, handle: Option<Handle>) -> Result<Option<MemberId>, Problem> {
    match handle {
        Some(handle) => Ok(Some(handle.find(&mut *kit.db.read().await?).await?)),
        None => Ok(None),
    }
}

/// What a handle shares with those that pass for it. Two pass for each other that have one of both in common.
#[derive(Debug, PartialEq)]
pub struct HandleKeys {
    /// The word: case, separators and look-alike digits aside.
    pub word: String,
    /// What the eye sees: a capital I, a small l and 1 are one; a small i is no l, and a capital L no small one.
    pub shape: String,
}

/// The migration `handle` says the same in SQL.
pub fn handle_keys(handle: &str) -> HandleKeys {
    let key = |shape: bool| {
        let visible = handle.chars().filter(|c| !matches!(c, '_' | '-'));
        visible
            .map(|c| match c {
                'I' | '1' if shape => 'l',
                'L' if shape => 'L',
                '0' => 'o',
                '5' => 's',
                c => c.to_ascii_lowercase(),
            })
            .collect()
    };
    HandleKeys { word: key(false), shape: key(true) }
}

/// Keeps a handle taken after its member: as keyed hashes, in which nobody reads it.
pub async fn retire(conn: &mut Conn, handle: &str, now: DateTime<Utc>) -> QueryResult<()> {
    let keys = secret::keys(conn, Purpose::Handle, now).await?;
    let newest = keys.into_iter().next().map(|key| hashes(&key, handle));
    diesel::sql_query("insert into erased_handle (hash) select unnest($1) on conflict do nothing")
        .bind::<Array<Bytea>, _>(newest.into_iter().flatten().collect::<Vec<_>>())
        .execute(conn)
        .await?;
    Ok(())
}

/// Those of `handles` that somebody had who is gone, or that pass for such a one.
pub async fn find_retired(conn: &mut Conn, handles: &[&str], now: DateTime<Utc>) -> QueryResult<HashSet<String>> {
    #[derive(QueryableByName)]
    struct Retired {
        #[diesel(sql_type = Bytea)]
        hash: Vec<u8>,
    }
    let keys = secret::keys(conn, Purpose::Handle, now).await?;
    let hashes: HashMap<Vec<u8>, &str> =
        handles.iter().flat_map(|handle| keys.iter().flat_map(move |key| hashes(key, handle)).map(move |hash| (hash, *handle))).collect();
    let found: Vec<Retired> = diesel::sql_query("select hash from erased_handle where hash = any($1)")
        .bind::<Array<Bytea>, _>(hashes.keys().collect::<Vec<_>>())
        .load(conn)
        .await?;
    Ok(found.iter().filter_map(|row| hashes.get(&row.hash)).map(|handle| (*handle).to_owned()).collect())
}

/// One for each way in which handles pass for each other.
fn hashes(key: &[u8], handle: &str) -> [Vec<u8>; 2] {
    let HandleKeys { word, shape } = handle_keys(handle);
    [secret::keyed_hash(key, &format!("word {word}")), secret::keyed_hash(key, &format!("shape {shape}"))]
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
    /// Who is meant: the one that the member was merged into, if it was.
    #[diesel(sql_type = SqlUuid)]
    pub id: MemberId,
    /// Whose the handle is.
    #[diesel(sql_type = SqlUuid)]
    itself: MemberId,
    #[diesel(sql_type = Text)]
    pub handle: String,
}

/// The living members among those whom `handles` name.
pub async fn find_named(conn: &mut Conn, handles: &[Handle]) -> QueryResult<HashMap<Handle, Named>> {
    if handles.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<Named> = diesel::sql_query(
        "select coalesce(merged_into, id) as id, id as itself, handle from member
         where lower(handle collate \"C\") = any($1) and erased_at is null",
    )
    .bind::<Array<Text>, _>(handles.iter().map(|handle| handle.0.as_str()).collect::<Vec<_>>())
    .cached()
    .load(conn)
    .await?;
    Ok(found.into_iter().map(|named| (Handle::new(&named.handle), named)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_that_pass_for_each_other() {
        let alike = |a: &str, b: &str| {
            let (a, b) = (handle_keys(a), handle_keys(b));
            a.word == b.word || a.shape == b.shape
        };
        for (a, b, expected) in [
            ("ada", "A-d_a", true),
            ("A-d_a0", "adao", true),
            ("u5er", "USER", true),
            // A capital I, a small l and 1 are alike.
            ("Iise77", "lise77", true),
            ("1ise77", "lise77", true),
            ("pau1", "paul", true),
            ("PAU1", "PAUI", true),
            ("Ilse-77", "ilse77", true),
            // A small i is none of them, nor is a capital L.
            ("ilse77", "lise77", false),
            ("Neil88", "Nell88", false),
            ("NEIL88", "NELL88", false),
            ("NEIL88", "Nell88", false),
            ("kai99", "kal99", false),
            ("kai99", "ka199", false),
            ("Ian", "Lan", false),
        ] {
            assert_eq!(alike(a, b), expected, "{a} {b}");
        }
    }
}
