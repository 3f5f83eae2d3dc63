//! Members as they are shown.

use poem_openapi::Object;

use super::store::Author;
use crate::words::{MemberId, Role};

/// A member beside what they wrote or achieved.
#[derive(Object, Clone, Debug)]
pub struct AuthorView {
    pub id: MemberId,
    /// The name in URLs.
    pub handle: String,
    pub display_name: String,
    pub role: Role,
    /// At least 1.
    pub reputation: i32,
}

impl From<Author> for AuthorView {
    fn from(author: Author) -> Self {
        Self { id: author.id, handle: author.handle, display_name: author.display_name, role: author.role, reputation: author.reputation }
    }
}
