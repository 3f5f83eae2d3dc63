//! What somebody who is gone was called is taken out of texts: their own, and those that name them. The texts stay.

use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, Int4, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{
    post::{
        mention,
        rendering::{self, COMMENTS, POSTS},
    },
    search_document::{self, analysis::words, language},
};
use crate::{
    domain::{MemberId, PostId},
    events::Event,
    kit::{
        Conn,
        db::CachedExt,
        erasure::{PersonalColumns, erased, kept, rewritten},
        markdown::{MARKS, replace_word},
        outbox::{Delivered, Listener},
    },
};

/// Shorter names are words that mean other things, too.
const NAME_CHARS_MIN: usize = 5;

/// Where the forum keeps personal data.
pub const PERSONAL_COLUMNS: &[PersonalColumns] = &[
    rewritten("post", &["title", "body_markdown", "body_html", "excerpt"], "this module: what was written stays, without names"),
    kept("post", &["kind", "state", "close_reason", "import_source", "import_id"], "words of ours, and numbers of the site it came from"),
    kept("question_listing", &["tags"], "names of tags"),
    rewritten("search_document", &["words"], "this module"),
    kept("search_document", &["language"], "a word of ours"),
    rewritten("search_word", &["word"], "this module: the names go, and are counted again where others have them"),
    rewritten("comment", &["body_markdown", "body_html"], "this module"),
    kept("comment", &["state", "import_source", "import_id"], "words of ours, and numbers of the site it came from"),
    rewritten("revision", &["title", "body_markdown", "reason"], "this module"),
    kept("revision", &["tags"], "names of tags"),
    rewritten("mention", &[], "this module"),
    erased("question_follow", &[], "delete from question_follow where member_id = any($1)"),
    erased("tag_follow", &[], "delete from tag_follow where member_id = any($1)"),
    erased(
        "flag",
        &["note"],
        "update flag set note = '' where note <> ''
           and (flagger_id = any($1) or post_id in (select id from post where author_id = any($1)))",
    ),
    kept("flag", &["reason", "verdict"], "words of ours"),
    erased(
        "review_item",
        &["reason", "note"],
        "update review_item set reason = '', note = null where state = 'decided'
           and post_id in (select id from post where author_id = any($1))",
    ),
    kept("review_item", &["state", "decision", "state_before", "state_after"], "words of ours"),
    erased("sanction", &["reason", "note"], "update sanction set reason = '', note = '' where member_id = any($1)"),
    kept("sanction", &["kind"], "words of ours"),
    kept("vote", &["import_source", "import_id"], "numbers of the site it came from"),
    kept("reputation_entry", &["kind", "source"], "words of ours, and ids"),
    kept("tag", &["name", "description"], "the community's"),
    kept("post_link", &["kind"], "words of ours"),
];

/// Takes names out of texts.
pub struct ForumErasure;

impl Listener<Event> for ForumErasure {
    fn name(&self) -> &'static str {
        "forum erasure"
    }

    fn react<'a>(&'a self, conn: &'a mut Conn, batch: &'a [Delivered<Event>]) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            for delivered in batch {
                if let Event::MemberErased { member_id, names, stand_in } = &delivered.event {
                    take_out_names(conn, *member_id, &Called { names, stand_in }).await?;
                }
            }
            Ok(())
        })
    }
}

/// What somebody was called, the handle first, and what stands in its place.
struct Called<'a> {
    names: &'a [String],
    stand_in: &'a str,
}

impl Called<'_> {
    fn taken_out_of(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if let Some(handle) = self.names.first() {
            for mark in MARKS {
                text = replace_word(&text, &format!("{mark}{handle}"), &format!("{mark}{}", self.stand_in));
            }
        }
        for name in self.names.iter().filter(|name| is_telling(name)) {
            text = replace_word(&text, name, self.stand_in);
        }
        text
    }
}

/// Whether a name is more than a word: what has a digit, a dash or a space in it, or is an address.
fn is_telling(name: &str) -> bool {
    name.chars().count() >= NAME_CHARS_MIN && !name.chars().all(char::is_alphabetic)
}

#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    /// Of a revision.
    #[diesel(sql_type = Int4)]
    number: i32,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Text)]
    reason: String,
}

impl Written {
    fn without(&self, called: &Called) -> Self {
        Self {
            id: self.id,
            number: self.number,
            title: self.title.as_deref().map(|title| called.taken_out_of(title)),
            body: called.taken_out_of(&self.body),
            reason: called.taken_out_of(&self.reason),
        }
    }
}

/// Where who was merged may be named: what they wrote is the other's, and who names them names the other.
macro_rules! both {
    () => {
        "(select unnest(array[id, merged_into]) from member where id = $1)"
    };
}

async fn take_out_names(conn: &mut Conn, member: MemberId, called: &Called<'_>) -> QueryResult<()> {
    let posts = rewrite(
        conn,
        member,
        called,
        concat!(
            "select id, 0 as number, title, body_markdown as body, '' as reason from post where author_id in ",
            both!(),
            " or id in (select post_id from mention where member_id in ",
            both!(),
            ") order by question_id, kind desc, id for no key update"
        ),
        "update post set title = t.title, body_markdown = t.body from unnest($1, $2, $3, $4, $5) as t (id, number, title, body, reason)
         where post.id = t.id",
    )
    .await?;
    let comments = rewrite(
        conn,
        member,
        called,
        concat!(
            "select id, 0 as number, null as title, body_markdown as body, '' as reason from comment where author_id in ",
            both!(),
            " or id in (select comment_id from mention where member_id in ",
            both!(),
            ") order by id for no key update"
        ),
        "update comment set body_markdown = t.body from unnest($1, $2, $3, $4, $5) as t (id, number, title, body, reason)
         where comment.id = t.id",
    )
    .await?;
    rewrite(
        conn,
        member,
        called,
        concat!(
            "select post_id as id, number, title, body_markdown as body, reason from revision where editor_id in ",
            both!(),
            " or post_id in (select id from post where author_id in ",
            both!(),
            ") or post_id in (select post_id from mention where member_id in ",
            both!(),
            ")"
        ),
        "update revision set title = t.title, body_markdown = t.body, reason = t.reason
         from unnest($1, $2, $3, $4, $5) as t (id, number, title, body, reason)
         where revision.post_id = t.id and revision.number = t.number",
    )
    .await?;
    mention::delete_of(conn, member).await?;
    search_document::store::empty(conn, &posts.iter().map(|post| PostId(post.id)).collect::<Vec<_>>()).await?;
    let spellings = called.names.iter().flat_map(|name| words(name)).flat_map(|word| word.spellings(language::all()));
    search_document::store::delete_words(conn, &spellings.collect::<Vec<_>>()).await?;
    for (texts, rows) in [(&POSTS, posts), (&COMMENTS, comments)] {
        let bodies: Vec<(Uuid, &str)> = rows.iter().map(|row| (row.id, row.body.as_str())).collect();
        rendering::render(conn, texts, &bodies).await?;
    }
    Ok(())
}

/// Rewrites those of the rows found in which something is to be taken out. Returns them as they are now.
async fn rewrite(
    conn: &mut Conn,
    member: MemberId,
    called: &Called<'_>,
    find: &'static str,
    update: &'static str,
) -> QueryResult<Vec<Written>> {
    let rows: Vec<Written> = diesel::sql_query(find).bind::<SqlUuid, _>(member).cached().load(conn).await?;
    let changed: Vec<Written> = rows
        .iter()
        .map(|row| (row, row.without(called)))
        .filter(|(row, now)| (&row.title, &row.body, &row.reason) != (&now.title, &now.body, &now.reason))
        .map(|(_, now)| now)
        .collect();
    if !changed.is_empty() {
        diesel::sql_query(update)
            .bind::<Array<SqlUuid>, _>(changed.iter().map(|row| row.id).collect::<Vec<_>>())
            .bind::<Array<Int4>, _>(changed.iter().map(|row| row.number).collect::<Vec<_>>())
            .bind::<Array<Nullable<Text>>, _>(changed.iter().map(|row| row.title.as_deref()).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(changed.iter().map(|row| &row.body).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(changed.iter().map(|row| &row.reason).collect::<Vec<_>>())
            .cached()
            .execute(conn)
            .await?;
    }
    Ok(changed)
}
