//! Reading and tending tags.

use std::collections::HashSet;

use poem::web::Accept;
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
    types::MaybeUndefined,
};
use serde_json::json;

use super::{
    rules::{self, DESCRIPTION_CHARS_MAX},
    store::{self, TagRow, TagSeek},
};
use crate::{
    domain::{ApiTag, TagId},
    identity::{
        Actor, Moderator, Visitor,
        audit::{self, AuditEntry},
    },
    kit::{
        Conn, Kit, Problem,
        csv_list::{self, ListRequest, PageOrCsv},
        pagination::{Request, Seek},
        problem::Fields,
        text::Text,
    },
    text_enum,
};

text_enum! {
    /// Orders of tags.
    pub enum TagOrder {
        /// Most used first.
        Popular = "popular",
        Name = "name",
    }
}

/// Operations on tags: list, read and edit them, which includes making them synonyms.
pub struct TagApi {
    pub kit: Kit,
}

/// What questions are about.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
pub struct TagView {
    pub name: String,
    pub description: String,
    /// Those that everybody may see.
    pub question_count: i32,
    /// The tag that questions get in place of this one.
    pub synonym_of: Option<String>,
    /// Tags that stand for this one: questions get this one in place of them.
    pub synonyms: Vec<String>,
    /// Whether the caller follows it, where one is signed in.
    pub following: Option<bool>,
}

impl From<TagRow> for TagView {
    fn from(row: TagRow) -> Self {
        Self {
            name: row.name,
            description: row.description,
            question_count: row.question_count,
            synonym_of: row.synonym_of,
            synonyms: row.synonyms,
            following: None,
        }
    }
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct EditTag {
    /// At most 1,000 characters.
    description: Option<Text>,
    /// The tag that this one stands for, which takes over its questions; null to let it stand for itself.
    synonym_of: MaybeUndefined<Text>,
}

#[OpenApi(prefix_path = "/tags", tag = "ApiTag::Forum")]
impl TagApi {
    /// List tags
    ///
    /// Without those that only stand for others, and those that nobody has described and nobody uses where everybody may
    /// see it.
    #[oai(path = "/", method = "get", operation_id = "list_tags")]
    async fn list_tags(
        &self,
        visitor: Visitor,
        /// The beginning of the name.
        q: Query<Option<String>>,
        /// `popular` by default.
        sort: Query<Option<TagOrder>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<TagView>, Problem> {
        let prefix = q.0.unwrap_or_default().trim().to_lowercase();
        let sort = sort.0.unwrap_or(TagOrder::Popular);
        let shown = (sort.as_str(), prefix.clone());
        let reader = visitor.0;
        let fetch = move |kit: Kit, request: Request<(i32, String)>| {
            let (prefix, reader) = (prefix.clone(), reader.clone());
            async move {
                let back = request.back();
                let rows = request.rows();
                let seek = request.seek.map(|Seek { key: (count, name), id, .. }| TagSeek { count, name, id: TagId(id) });
                let mut conn = kit.db.read().await?;
                let tags = store::list(&mut conn, sort == TagOrder::Name, &prefix, seek, back, rows).await?;
                let followed = followed(&mut conn, reader.as_ref(), &tags).await?;
                let with_following = |tag: TagRow| (followed.as_ref().map(|followed| followed.contains(&tag.id)), tag);
                Ok(tags.into_iter().map(with_following).collect())
            }
        };
        let position = |(_, tag): &(_, TagRow)| ((tag.question_count, tag.name.clone()), tag.id.0);
        let view = |(following, tag): (_, TagRow)| TagView { following, ..tag.into() };
        let asked = ListRequest { cursor: cursor.0, limit: limit.0, accept };
        csv_list::answer(&self.kit, "list_tags", shown, asked, fetch, position, view).await
    }

    /// Read a tag
    #[oai(path = "/:name", method = "get", operation_id = "get_tag")]
    async fn get_tag(&self, visitor: Visitor, name: Path<String>) -> Result<Json<TagView>, Problem> {
        let mut conn = self.kit.db.read().await?;
        let name = rules::normalise(&name).ok_or_else(|| Problem::not_found("tag"))?;
        let tag = store::find(&mut conn, &name).await?.filter(TagRow::is_shown).ok_or_else(|| Problem::not_found("tag"))?;
        let followed = followed(&mut conn, visitor.0.as_ref(), std::slice::from_ref(&tag)).await?;
        Ok(Json(TagView { following: followed.map(|tags| tags.contains(&tag.id)), ..tag.into() }))
    }

    /// Edit a tag
    ///
    /// Its description, and which tag it stands for.
    #[oai(path = "/:name", method = "patch", operation_id = "edit_tag")]
    async fn edit_tag(&self, moderator: Moderator, name: Path<String>, body: Json<EditTag>) -> Result<Json<TagView>, Problem> {
        let (actor, now) = (moderator.0, self.kit.clock.now());
        let mut fields = Fields::default();
        if let Some(text) = body.description.as_deref() {
            fields.chars("/description", text, 0..=DESCRIPTION_CHARS_MAX);
        }
        fields.done()?;
        let mut tx = self.kit.db.begin().await?;
        let name = rules::normalise(&name).ok_or_else(|| Problem::not_found("tag"))?;
        let of = match &body.synonym_of {
            MaybeUndefined::Value(of) => Some(rules::normalise(of).unwrap_or_default()),
            MaybeUndefined::Undefined | MaybeUndefined::Null => None,
        };
        if of.is_some() {
            store::lock_listings(&mut tx, &name).await?;
        }
        // First locked, then looked at: of two who merge the same tags at once, the second one sees what the first has done.
        let names: Vec<&str> = [Some(name.as_str()), of.as_deref()].into_iter().flatten().collect();
        store::lock(&mut tx, &names).await?;
        let tag = store::find(&mut tx, &name).await?.ok_or_else(|| Problem::not_found("tag"))?;
        if let Some(text) = body.description.as_deref() {
            store::set_description(&mut tx, tag.id, text.trim()).await?;
        }
        match of {
            None if body.synonym_of.is_null() => store::set_synonym(&mut tx, tag.id, None).await?,
            None => {}
            Some(of) => {
                let of = store::find(&mut tx, &of).await?.ok_or_else(|| Problem::invalid_field("/synonym_of", "There is no such tag."))?;
                rules::may_stand_for(&tag, &of)?;
                store::set_synonym(&mut tx, tag.id, Some(of.id)).await?;
            }
        }
        let after = store::find(&mut tx, &name).await?.ok_or_else(|| Problem::not_found("tag"))?;
        let detail = json!({ "tag": name, "synonym_of": after.synonym_of });
        audit::record(&mut tx, AuditEntry::new(Some(actor.member_id), "edit_tag", ("tag", tag.id.0), "", detail, now)).await?;
        tx.commit().await?;
        Ok(Json(after.into()))
    }
}

/// Those of `tags` that the caller follows; None where nobody is signed in.
async fn followed(conn: &mut Conn, actor: Option<&Actor>, tags: &[TagRow]) -> Result<Option<HashSet<TagId>>, Problem> {
    let Some(actor) = actor else { return Ok(None) };
    let tags: Vec<TagId> = tags.iter().map(|tag| tag.id).collect();
    Ok(Some(store::followed_among(conn, actor.member_id, &tags).await?))
}
