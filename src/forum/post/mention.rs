//! Whom texts name. A name is resolved to a member when its text is written, and the member is what is kept: no text comes to
//! mean somebody who takes a name later, and erasure finds every text that names who is gone.

use std::collections::{BTreeSet, HashMap};

use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Nullable, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    domain::{CommentId, MemberId, PostId},
    identity::handle::{Handle, Named, find_named},
    kit::{Conn, Kit, Problem, db::CachedExt, markdown::names},
    refusals,
};

refusals! {
    /// Why whom a text names cannot be kept.
    pub enum Refusal {
        MemberGone = CONFLICT "member_gone" "Somebody whom this text names has just left. Send it again.",
    }
}

/// The members whom some texts name, by their handles.
pub struct Mentions(HashMap<Handle, Named>);

impl Mentions {
    /// Looks up whom the texts name: before any lock is held, and only when there is a name.
    pub async fn find(kit: &Kit, texts: &[&str]) -> Result<Self, Problem> {
        let handles: Vec<Handle> = names(texts.iter().copied()).iter().map(|name| Handle::new(name)).collect();
        if handles.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        Ok(Self(find_named(&mut *kit.db.read().await?, &handles).await?))
    }

    /// How the member of this name writes it, if there is one.
    pub fn handle_of(&self, name: &str) -> Option<String> {
        self.0.get(&Handle::new(name)).map(|named| named.handle.clone())
    }

    /// The members of these handles.
    pub fn members(&self, handles: &[String]) -> Vec<MemberId> {
        handles.iter().filter_map(|handle| self.0.get(&Handle::new(handle))).map(|named| named.id).collect()
    }
}

/// Keeps whom a post, or a comment on it, names. They stay until the transaction ends; 409 when one has just left.
pub async fn record(conn: &mut Conn, post: PostId, comment: Option<CommentId>, mentions: &Mentions) -> Result<(), Problem> {
    if mentions.0.is_empty() {
        return Ok(());
    }
    #[derive(QueryableByName)]
    struct Living {
        #[diesel(sql_type = BigInt)]
        living: i64,
    }
    // Two handles may be one member's, of whom one was merged into the other.
    let members: BTreeSet<MemberId> = mentions.0.values().map(|named| named.id).collect();
    let Living { living } = diesel::sql_query(
        "with living as (
           select id from member where id = any($1) and erased_at is null order by id for key share
         ), named as (
           insert into mention (member_id, post_id, comment_id) select id, $2, $3 from living on conflict do nothing
         )
         select count(*) as living from living",
    )
    .bind::<Array<SqlUuid>, _>(members.iter().collect::<Vec<_>>())
    .bind::<SqlUuid, _>(post)
    .bind::<Nullable<SqlUuid>, _>(comment)
    .cached()
    .get_result(conn)
    .await?;
    if living < members.len() as i64 { Err(Refusal::MemberGone.into()) } else { Ok(()) }
}

/// Nobody who is gone is named any more.
pub async fn delete_of(conn: &mut Conn, member: MemberId) -> QueryResult<()> {
    diesel::sql_query("delete from mention where member_id = $1").bind::<SqlUuid, _>(member).execute(conn).await?;
    Ok(())
}
