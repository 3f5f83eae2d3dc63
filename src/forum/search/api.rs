//! Searching.

use chrono::{DateTime, Utc};
use poem::{Request as HttpRequest, http::StatusCode};
use poem_openapi::{Object, OpenApi, param::Query, payload::Json};

use super::{
    rules::{self, QUERY_CHARS, Search},
    store::{self, FoundRow, Scope, SearchMode},
};
use crate::{
    domain::{ApiTag, PostId, PostKind},
    forum::tag,
    identity::{
        Actor, Visitor,
        auth::address,
        group_access,
        handle::{Handle, find_named},
        member::AuthorView,
    },
    kit::{
        Conn, Kit, Problem,
        pagination::{Page, Request},
        problem::Fields,
    },
};

/// The operation that searches questions and answers.
pub struct SearchApi {
    pub kit: Kit,
}

/// A question or an answer that was found.
#[derive(Object, Debug)]
struct FoundPost {
    id: PostId,
    kind: PostKind,
    /// Its own id when it is a question.
    question_id: PostId,
    /// The question's title.
    title: String,
    /// A part of the text as HTML that is safe to show, what matches in `<mark>`.
    snippet_html: String,
    author: AuthorView,
    score: i32,
    /// The question has an accepted answer.
    solved: bool,
    created_at: DateTime<Utc>,
}

impl From<FoundRow> for FoundPost {
    fn from(row: FoundRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            question_id: row.question_id,
            title: row.title,
            snippet_html: rules::snippet_html(&row.snippet),
            author: row.author.into(),
            score: row.score,
            solved: row.solved,
            created_at: row.created_at,
        }
    }
}

#[OpenApi(tag = "ApiTag::Forum")]
impl SearchApi {
    /// Search questions and answers
    ///
    /// Words as in web search engines: `"a phrase"`, `or`, `-not`; the last word may be unfinished. Filters: `tag:`,
    /// `is:solved`, `is:unsolved`, `author:`, `group:`, `before:` and `after:` with a day; one that names what does
    /// not exist finds nothing. When no word is found, titles that are spelt alike are. Without words, the newest questions
    /// that fit.
    #[oai(path = "/search", method = "get", operation_id = "search")]
    async fn search(
        &self,
        request: &HttpRequest,
        visitor: Visitor,
        /// 1 to 300 characters.
        q: Query<String>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<FoundPost>>, Problem> {
        let actor = visitor.0;
        if actor.is_none() {
            self.kit.limits.take(rules::VISITOR_SEARCH, &address(request))?;
        }
        if q.trim().is_empty() || q.chars().count() > *QUERY_CHARS.end() {
            return Err(rules::Refusal::BadQuery.into());
        }
        let mut fields = Fields::default();
        let search = rules::parse(&mut fields, &q);
        fields.done()?;
        let list = |mode: &str| format!("search?{mode}&{}", q.0);
        let mut conn = self.kit.db.read().await?;
        let Some(scope) = scope(&mut conn, &search, actor.as_ref()).await? else { return Ok(Json(Page::empty())) };

        let text = search.text();
        let mode = if text.is_empty() { SearchMode::Filters } else { SearchMode::Words };
        // A cursor of the list by spelling goes on in that list.
        let spelling: Result<Request<u64>, _> = self.kit.cursors.request(&list("spelling"), cursor.0.as_deref(), limit.0);
        if cursor.0.is_none() || spelling.is_err() {
            let list = list("words");
            let request = self.kit.cursors.request(&list, cursor.0.as_deref(), limit.0)?;
            let rows = store::find(&mut conn, mode, (&search.head, &search.last, &search.prefix), &scope, &request).await?;
            if !rows.is_empty() || mode == SearchMode::Filters || request.seek.is_some() {
                return Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| (row.rank.to_bits(), row.id.0), FoundPost::from)));
            }
        }
        let (list, request) = (list("spelling"), spelling?);
        drop(conn);
        let mut tx = self.kit.db.begin().await?;
        store::forgive_spelling(&mut tx).await?;
        let rows = store::find(&mut tx, SearchMode::Spelling, (&text, "", ""), &scope, &request).await?;
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| (row.rank.to_bits(), row.id.0), FoundPost::from)))
    }
}

/// What a search's filters mean to this caller; None when they name what does not exist.
async fn scope(conn: &mut Conn, search: &Search, actor: Option<&Actor>) -> Result<Option<Scope>, Problem> {
    let mut scope = Scope {
        member: actor.map(|actor| actor.member_id),
        staff: actor.is_some_and(Actor::is_staff),
        solved: search.solved,
        after: search.after,
        before: search.before,
        ..Scope::default()
    };
    if let Some(name) = &search.tag {
        let Some(tag) = tag::store::resolve(conn, name).await? else { return Ok(None) };
        scope.tag = Some(tag.id);
    }
    if let Some(handle) = &search.author {
        let named = find_named(conn, &[Handle::new(handle)]).await?;
        let Some(author) = named.into_values().next() else { return Ok(None) };
        scope.author = Some(author.id);
    }
    if let Some(slug) = &search.group {
        match group_access::find_visible(conn, slug, actor).await {
            Ok((id, _)) => scope.group = Some(id),
            Err(problem) if problem.status() == StatusCode::NOT_FOUND => return Ok(None),
            Err(problem) => return Err(problem),
        }
    }
    Ok(Some(scope))
}
