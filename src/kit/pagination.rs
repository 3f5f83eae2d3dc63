//! Pages of a list, found by keyset: the cost of a page does not depend on how deep it lies.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use poem_openapi::{
    Object,
    types::{ParseFromJSON, ToJSON, Type},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;
use uuid::Uuid;

use super::Problem;

/// Items of a page where the request names no `limit`.
pub const ITEMS_DEFAULT: usize = 20;
/// Items of a page at most.
pub const ITEMS_MAX: usize = 100;
/// As many as [`Request::rows`] can be.
pub const ROWS_MAX: usize = ITEMS_MAX + 1;
crate::refusals! {
    /// Why a page of a list is not shown.
    pub enum Refusal {
        BadLimit = BAD_REQUEST "bad_limit" "limit is out of range.",
        BadCursor = BAD_REQUEST "bad_cursor" "This cursor does not belong to this list.",
    }
}

const MAC_BYTES: usize = 16;

/// A part of a list, with the way on and back.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
pub struct Page<T: ParseFromJSON + ToJSON + Type> {
    pub items: Vec<T>,
    /// Pass as `cursor` for the items after these; absent on the last page.
    pub next_cursor: Option<String>,
    /// Pass as `cursor` for the items before these; absent on the first page.
    pub prev_cursor: Option<String>,
}

impl<T: ParseFromJSON + ToJSON + Type> Page<T> {
    /// A page of a list that has nothing.
    pub fn empty() -> Self {
        Self { items: Vec::new(), next_cursor: None, prev_cursor: None }
    }
}

/// The row beside which a page starts: its sort key and its id.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Seek<K> {
    pub key: K,
    pub id: Uuid,
    /// The page ends before the row instead of starting after it.
    pub back: bool,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Request<K> {
    /// None: the first page.
    pub seek: Option<Seek<K>>,
    pub limit: usize,
}

impl<K> Request<K> {
    /// How many rows to fetch: one more, to know whether there are others.
    pub fn rows(&self) -> i64 {
        self.limit as i64 + 1
    }
    /// Whether the page before a row is wanted, in the opposite order.
    pub fn back(&self) -> bool {
        self.seek.as_ref().is_some_and(|seek| seek.back)
    }
}

/// Signs cursors and codes, so that made-up ones are refused instead of obeyed.
#[derive(Clone)]
pub struct Cursors {
    key: Vec<u8>,
}

impl Cursors {
    /// Signs with this key (HMAC-SHA-256).
    pub fn new(key: Vec<u8>) -> Self {
        Self { key }
    }

    fn mac(&self, purpose: &str, payload: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(payload);
        mac
    }

    /// A value that comes back unchanged or not at all. `purpose` keeps it from being used for anything else.
    pub fn seal(&self, purpose: &str, value: &impl Serialize) -> String {
        let mut bytes = serde_json::to_vec(value).expect("sealed values are plain");
        let mac = self.mac(purpose, &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&mac[..MAC_BYTES]);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The value that was sealed for this purpose.
    pub fn open<V: DeserializeOwned>(&self, purpose: &str, text: &str) -> Option<V> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (payload, mac) = bytes.split_at_checked(bytes.len().checked_sub(MAC_BYTES)?)?;
        self.mac(purpose, payload).verify_truncated_left(mac).ok()?;
        serde_json::from_slice(payload).ok()
    }

    /// Reads `?cursor=&limit=`. `list` names the list with its filters and order: a cursor of another list is refused.
    pub fn request<K: DeserializeOwned>(&self, list: &str, cursor: Option<&str>, limit: Option<usize>) -> Result<Request<K>, Problem> {
        let limit = limit.unwrap_or(ITEMS_DEFAULT);
        if !(1..=ITEMS_MAX).contains(&limit) {
            return Err(Problem::from(Refusal::BadLimit).because(format!("limit must lie between 1 and {ITEMS_MAX}.")));
        }
        // A form sends what it does not know as nothing. (`text.is_empty()` would be that of poem-openapi's `Type`.)
        let seek = match cursor.filter(|text| !str::is_empty(text)) {
            None => None,
            Some(text) => Some(self.open(list, text).ok_or(Refusal::BadCursor)?),
        };
        Ok(Request { seek, limit })
    }

    /// Makes a page of rows fetched for `request`: `request.rows()` of them at most, and in reverse order when it goes back.
    pub fn page<R, K, T>(
        &self,
        list: &str,
        request: &Request<K>,
        mut rows: Vec<R>,
        position: impl Fn(&R) -> (K, Uuid),
        view: impl Fn(R) -> T,
    ) -> Page<T>
    where
        K: Serialize,
        T: ParseFromJSON + ToJSON + Type,
    {
        let more = rows.len() > request.limit;
        rows.truncate(request.limit);
        if request.back() {
            rows.reverse();
        }
        let (before, after) = if request.back() { (more, true) } else { (request.seek.is_some(), more) };
        let cursor = |row: Option<&R>, back| {
            row.map(|row| {
                let (key, id) = position(row);
                self.seal(list, &Seek { key, id, back })
            })
        };
        Page {
            next_cursor: if after { cursor(rows.last(), false) } else { None },
            prev_cursor: if before { cursor(rows.first(), true) } else { None },
            items: rows.into_iter().map(view).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(cursors: &Cursors, request: &Request<i64>, all: &[i64]) -> Page<i64> {
        let mut rows: Vec<i64> = match &request.seek {
            None => all.to_vec(),
            Some(seek) if seek.back => all.iter().copied().filter(|n| *n < seek.key).rev().collect(),
            Some(seek) => all.iter().copied().filter(|n| *n > seek.key).collect(),
        };
        rows.truncate(request.rows() as usize);
        cursors.page("numbers", request, rows, |n| (*n, Uuid::nil()), |n| n)
    }

    #[test]
    fn pages_lead_forth_and_back() {
        let cursors = Cursors::new(vec![7; 32]);
        let all: Vec<i64> = (1..=5).collect();
        let first = walk(&cursors, &cursors.request("numbers", None, Some(2)).unwrap(), &all);
        assert_eq!((first.items, first.prev_cursor), (vec![1, 2], None));
        let second = walk(&cursors, &cursors.request("numbers", first.next_cursor.as_deref(), Some(2)).unwrap(), &all);
        assert_eq!(second.items, [3, 4]);
        let last = walk(&cursors, &cursors.request("numbers", second.next_cursor.as_deref(), Some(2)).unwrap(), &all);
        assert_eq!((last.items, last.next_cursor), (vec![5], None));
        let back = walk(&cursors, &cursors.request("numbers", last.prev_cursor.as_deref(), Some(2)).unwrap(), &all);
        assert_eq!(back.items, [3, 4]);
        let front = walk(&cursors, &cursors.request("numbers", back.prev_cursor.as_deref(), Some(2)).unwrap(), &all);
        assert_eq!((front.items, front.prev_cursor), (vec![1, 2], None));
    }

    #[test]
    fn a_cursor_that_we_did_not_make_is_refused() {
        let cursors = Cursors::new(vec![7; 32]);
        let good = cursors.seal("numbers", &Seek { key: 3_i64, id: Uuid::nil(), back: false });
        let other_key = Cursors::new(vec![8; 32]).seal("numbers", &Seek { key: 3_i64, id: Uuid::nil(), back: false });
        let mut tampered = good.clone().into_bytes();
        tampered[4] ^= 1;
        assert!(cursors.open::<Seek<i64>>("numbers", &good).is_some());
        assert!(cursors.request::<i64>("numbers", Some(""), None).unwrap().seek.is_none());
        for bad in ["", "x", "AAAA", &other_key, std::str::from_utf8(&tampered).unwrap()] {
            assert_eq!(cursors.open::<Seek<i64>>("numbers", bad), None, "{bad}");
        }
        assert_eq!(cursors.open::<Seek<i64>>("letters", &good), None);
    }
}
