//! Searching.

use chrono::{DateTime, Utc};
use diesel::QueryResult;
use poem::{Request as HttpRequest, http::StatusCode};
use poem_openapi::{Object, OpenApi, param, payload::Json};

use super::{
    rules::{self, QUERY_CHARS, Query, Search},
    snippet::snippet_html,
    store::{self, FoundRow, Scope},
};
use crate::{
    domain::{ApiTag, PostId, PostKind},
    forum::{
        search_document::{
            dictionary::Known,
            language::{self, Spoken},
            store::find_neighbours,
        },
        tag,
    },
    identity::{
        Actor, Visitor,
        auth::address,
        group_access,
        handle::{Handle, find_named},
        member::AuthorView,
        site_settings,
    },
    kit::{Conn, Kit, Problem, pagination::Page, problem::Fields},
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

impl FoundPost {
    /// The post, with the part of its text that shows why `query` found it.
    fn of(row: FoundRow, query: &Query) -> Self {
        let language = language::known(row.language.as_deref().unwrap_or_default());
        Self {
            id: row.id,
            kind: row.kind,
            question_id: row.question_id,
            title: row.title,
            snippet_html: snippet_html(&row.text, language, query),
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
    /// not exist finds nothing. Words are found in their other forms, without their accents, and as parts of paths and names;
    /// one that hardly any post has also by those that are spelt alike. Without words, the newest questions that fit.
    #[oai(path = "/search", method = "get", operation_id = "search")]
    async fn search(
        &self,
        request: &HttpRequest,
        visitor: Visitor,
        /// 1 to 300 characters.
        q: param::Query<String>,
        cursor: param::Query<Option<String>>,
        limit: param::Query<Option<usize>>,
    ) -> Result<Json<Page<FoundPost>>, Problem> {
        let actor = visitor.0;
        if actor.is_none() {
            self.kit.limits.take(rules::VISITOR_SEARCH, &address(request))?;
        }
        if q.trim().is_empty() || q.chars().count() > *QUERY_CHARS.end() {
            return Err(rules::Refusal::BadQuery.into());
        }
        let mut fields = Fields::default();
        let site = site_settings::current(&self.kit).await?;
        let spoken = Spoken::in_text(&q, site.language.as_str());
        let search = rules::parse(&mut fields, &q, &spoken);
        fields.done()?;
        let mut conn = self.kit.db.read().await?;
        let Some(scope) = scope(&mut conn, &search, actor.as_ref()).await? else { return Ok(Json(Page::empty())) };
        let list = format!("search?{}", q.0);
        let request = self.kit.cursors.request(&list, cursor.0.as_deref(), limit.0)?;
        let query = search.query(&known(&mut conn, &search, &spoken).await?);
        if search.has_text && query.required.is_empty() {
            return Ok(Json(Page::empty()));
        }
        let rows = store::find(&mut conn, search.has_text.then_some(&query), &scope, &request).await?;
        let of = |row| FoundPost::of(row, &query);
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| (row.rank.to_bits(), row.id.0), of)))
    }
}

/// What the dictionary says of the words.
async fn known(conn: &mut Conn, search: &Search, spoken: &Spoken) -> QueryResult<Known> {
    let asked = search.asked();
    if asked.is_empty() { Ok(Known::default()) } else { Ok(Known::of(find_neighbours(conn, &asked).await?, spoken)) }
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
