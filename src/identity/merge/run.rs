//! Merging and undoing it, each within the caller's transaction.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    Merge, MergeParticipants,
    rules::{self, MergeOutcome, Moved, Refusal},
    store::{self, MergeRow},
};
use crate::{
    domain::{MemberId, MergeId},
    identity::audit::{self, AuditEntry},
    kit::{Conn, Problem, db::take_time, outbox},
};

/// Before anything else is locked: lets no event be delivered and no other merge go on until the transaction ends.
pub async fn begin(conn: &mut Conn) -> Result<(), Problem> {
    take_time(conn).await?;
    Ok(outbox::hold(conn).await?)
}

/// Makes `from` a part of `into`. `by` is empty where the member claims what is theirs.
///
/// # Errors
/// 409 where the two cannot become one.
pub async fn merge(
    conn: &mut Conn,
    parts: &MergeParticipants,
    (from, into): (MemberId, MemberId),
    by: Option<MemberId>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(Merge, MergeOutcome), Problem> {
    let [one, other] = store::lock(conn, [from, into]).await?;
    rules::decide(&one, &other)?;
    let merge = Merge { id: MergeId::new(), from, into, at: now };
    store::insert(conn, &merge, by, reason).await?;
    let mut outcome = MergeOutcome::default();
    outcome.moves(Moved::CustomerNumbers, store::take_over_names(conn, &merge).await?);
    // What was a part of it becomes one of the other: a part has no parts.
    store::take_over(conn, &merge, "member", "id", "merged_into").await?;
    store::set_merged(conn, from, Some(into)).await?;
    for part in parts.iter() {
        part.merge(conn, &merge, &mut outcome).await?;
    }
    store::end_sessions(conn, from, now).await?;
    store::set_outcome(conn, merge.id, &outcome).await?;
    let detail = json!({ "merge_id": merge.id, "into_id": into });
    audit::record(conn, AuditEntry::new(by.or(Some(into)), "merge_members", ("member", from.0), reason, detail, now)).await?;
    Ok((merge, outcome))
}

/// Whether a merge could be undone.
pub async fn may_undo(conn: &mut Conn, parts: &MergeParticipants, row: &MergeRow) -> Result<bool, Problem> {
    if !row.stands || row.gone {
        return Ok(false);
    }
    for part in parts.iter() {
        if !part.may_undo(conn, &row.merge()).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Parts what was merged. Nothing happens to what was parted before.
///
/// # Errors
/// 409 where too much has happened since.
pub async fn undo(
    conn: &mut Conn,
    parts: &MergeParticipants,
    id: MergeId,
    by: MemberId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let merge = store::find(conn, id).await?.merge();
    let locked = store::lock(conn, [merge.from, merge.into]).await;
    // Looked at again: somebody else may have just done it.
    let row = store::find(conn, id).await?;
    if row.undone_at.is_some() {
        return Ok(());
    }
    if row.gone {
        return Err(Refusal::Gone.into());
    }
    locked?;
    if !row.stands {
        return Err(Refusal::Merged.into());
    }
    store::set_merged(conn, merge.from, None).await?;
    store::give_back(conn, &merge, "member", "id", "merged_into").await?;
    for part in parts.iter() {
        part.undo(conn, &merge, now).await?;
    }
    store::give_back_names(conn, &merge).await?;
    store::set_undone(conn, id, by, now).await?;
    let detail = json!({ "merge_id": id, "into_id": merge.into });
    audit::record(conn, AuditEntry::new(Some(by), "undo_merge", ("member", merge.from.0), reason, detail, now)).await?;
    Ok(())
}
