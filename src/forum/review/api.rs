//! The review queue.

use chrono::{DateTime, Utc};
use poem::web::Accept;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use serde_json::{Value, json};

use super::{
    rules::{self, Case, Decision, Judge, Plan, Refusal, ReviewState},
    store::{self, DecisionRecord, Filter},
    view::{self, MyModeratedPost, ReviewItem},
};
use crate::{
    domain::{ApiTag, GroupId, GroupRole, PostKind, ReviewItemId, SanctionId},
    events::{self, Event},
    forum::{
        flag::{self, rules::Verdict},
        post::{self, PostRow, PostState, Thread, event_ref},
        sanction::{self, rules::NewSanction},
        trust,
    },
    identity::{
        Actor, Member, Myself,
        audit::{self, AuditEntry},
        group_access,
        permission::Action,
    },
    kit::{
        Conn, Kit, Problem,
        csv_list::{self, ListRequest, PageOrCsv},
        pagination::Page,
        text::Text,
    },
};

/// Operations on the review queue: list, read, claim, decide and undo; and what authors are told of their posts.
pub struct ReviewApi {
    pub kit: Kit,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct Decide {
    decision: Decision,
    /// For staff and the audit log: 3 to 1000 characters.
    reason: Text,
    /// The item's version as it was read.
    version: i32,
    /// How long: 24, 72, 168 or 720 for silence; 1 to 87600, or absent for good, for suspend; absent for the rest.
    hours: Option<i64>,
    /// What the author is told, at most 1000 characters.
    note: Option<Text>,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct Undo {
    /// For staff and the audit log: 3 to 1000 characters.
    reason: Text,
    /// The item's version as it was read.
    version: i32,
}

#[derive(ApiResponse)]
enum UnclaimAnswer {
    /// Given up.
    #[oai(status = 204)]
    GivenUp,
}

#[OpenApi(tag = "ApiTag::Moderation")]
impl ReviewApi {
    /// The review queue
    ///
    /// The undecided by weight, or the decided by time, with the effect that a decision would have now. For moderators;
    /// moderators and owners of a group see the items of its posts by naming it.
    #[oai(path = "/admin/review-items", method = "get", operation_id = "list_review_items")]
    #[allow(clippy::too_many_arguments)]
    async fn list_review_items(
        &self,
        member: Member,
        /// Absent: open and claimed.
        state: Query<Option<ReviewState>>,
        /// Of questions or of answers only.
        kind: Query<Option<PostKind>>,
        /// The slug of a group.
        group: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
        accept: Accept,
    ) -> Result<PageOrCsv<ReviewItem>, Problem> {
        let actor = member.0;
        let group = self.scope(&mut *self.kit.db.read().await?, &actor, group.0).await?;
        let filter = Filter { state: state.0, kind: kind.0, group };
        let shown = filter.clone();
        let fetch = move |kit: Kit, request| {
            let filter = filter.clone();
            async move {
                let (mut conn, now) = (kit.db.read().await?, kit.clock.now());
                let rows = store::list(&mut conn, &filter, &request, now).await?;
                let posts: Vec<_> = rows.iter().map(|row| row.post_id).collect();
                let effects = view::effects(store::find_effects(&mut conn, &posts, now).await?);
                let with_effect = |row: store::Row| (effects.get(&row.post_id).cloned(), row);
                Ok(rows.into_iter().map(with_effect).collect::<Vec<_>>())
            }
        };
        let position = |(_, row): &(_, store::Row)| match row.decided_at {
            Some(at) => (at.timestamp_micros(), row.id.0),
            None => (row.weight.into(), row.id.0),
        };
        let asked = ListRequest { cursor: cursor.0, limit: limit.0, accept };
        csv_list::answer(&self.kit, "list_review_items", shown, asked, fetch, position, |(movements, row)| view::view(row, movements)).await
    }

    /// A review item
    #[oai(path = "/admin/review-items/:id", method = "get", operation_id = "get_review_item")]
    async fn get_review_item(&self, member: Member, id: Path<ReviewItemId>) -> Result<Json<ReviewItem>, Problem> {
        let mut conn = self.kit.db.read().await?;
        open(&mut conn, &member.0, id.0, false).await?;
        Ok(Json(show(&mut conn, id.0, self.kit.clock.now()).await?))
    }

    /// Claim a review item
    ///
    /// For 15 minutes no other moderator can decide it. Claiming again begins the time anew.
    #[oai(path = "/admin/review-items/:id/claim", method = "put", operation_id = "claim_review_item")]
    async fn claim_review_item(&self, member: Member, id: Path<ReviewItemId>) -> Result<Json<ReviewItem>, Problem> {
        let (actor, now) = (member.0, self.kit.clock.now());
        let mut tx = actor.begin(&self.kit).await?;
        let opened = open(&mut tx, &actor, id.0, true).await?;
        rules::claim(judge(&actor), &opened.case, now)?;
        store::claim(&mut tx, id.0, actor.member_id, now).await?;
        let item = show(&mut tx, id.0, now).await?;
        tx.commit().await?;
        Ok(Json(item))
    }

    /// Give up a claim
    ///
    /// Does nothing when the claim is not one's own.
    #[oai(path = "/admin/review-items/:id/claim", method = "delete", operation_id = "unclaim_review_item")]
    async fn unclaim_review_item(&self, member: Member, id: Path<ReviewItemId>) -> Result<UnclaimAnswer, Problem> {
        let mut tx = member.0.begin(&self.kit).await?;
        open(&mut tx, &member.0, id.0, true).await?;
        store::unclaim(&mut tx, id.0, member.0.member_id).await?;
        tx.commit().await?;
        Ok(UnclaimAnswer::GivenUp)
    }

    /// Decide a review item
    ///
    /// What each decision does stands with Decision. Withdrawing a post reverses what it earned, and bringing it back
    /// posts that again, as `effect` of the item says. Nobody decides on their own posts, on what another has claimed, or
    /// on something that has changed since they read it. Who moderates no more than the post's group sanctions nobody.
    #[oai(path = "/admin/review-items/:id/decision", method = "post", operation_id = "decide_review_item")]
    async fn decide_review_item(&self, member: Member, id: Path<ReviewItemId>, body: Json<Decide>) -> Result<Json<ReviewItem>, Problem> {
        let (actor, body) = (member.0, body.0);
        let note = body.note.map(|note| note.0).unwrap_or_default();
        let now = self.kit.clock.now();
        let mut tx = actor.begin(&self.kit).await?;
        let opened = open(&mut tx, &actor, id.0, true).await?;
        rules::check(body.decision, body.hours, &body.reason, &note)?;
        let plan = rules::decide(judge(&actor), &opened.case, body.version, body.decision, body.hours, now)?;

        let post = &opened.thread.post;
        let effect = planned_effect(&mut tx, post, plan.post, now).await?;
        let record = DecisionRecord {
            decision: body.decision,
            by: actor.member_id,
            reason: &body.reason,
            note: &note,
            state_before: post.state,
            plan,
        };
        store::record_decision(&mut tx, id.0, &record, now).await?;
        flag::store::set_verdict(&mut tx, id.0, plan.verdict).await?;
        let sanction_id = self.carry_out(&mut tx, id.0, post, &record, now).await?;
        let detail = json!({
            "decision": body.decision, "post_id": post.id, "state_before": post.state, "state_after": plan.post,
            "effect": effect, "sanction_id": sanction_id, "hours": body.hours,
        });
        audit::record(
            &mut tx,
            AuditEntry::new(Some(actor.member_id), "decide_review_item", ("review_item", id.0.0), &body.reason, detail, now),
        )
        .await?;
        let item = show(&mut tx, id.0, now).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(Json(item))
    }

    /// My posts on which moderators decided
    ///
    /// What moderators, or flags by themselves, did about my posts, and what they have to say about it; the newest first.
    #[oai(path = "/me/moderated-posts", method = "get", operation_id = "list_my_moderated_posts")]
    async fn list_my_moderated_posts(
        &self,
        myself: Myself,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<MyModeratedPost>>, Problem> {
        let author = myself.0.member_id;
        let list = format!("moderated_posts?{author}");
        let request = self.kit.cursors.request(&list, cursor.0.as_deref(), limit.0)?;
        let mut conn = self.kit.db.read().await?;
        let rows = store::list_notices(&mut conn, (author, myself.0.is_staff()), &request).await?;
        let position = |row: &store::Notice| (row.at.timestamp_micros(), row.id.0);
        Ok(Json(self.kit.cursors.page(&list, &request, rows, position, view::my_post)))
    }

    /// Undo a decision
    ///
    /// Puts the item back into the queue as it was: its flags are open again, its sanctions are lifted, what spam cost is
    /// given back, and the post is what it was before the decision, unless somebody has changed that since. Refused
    /// when the post was flagged again in between.
    #[oai(path = "/admin/review-items/:id/undo", method = "post", operation_id = "undo_review_decision")]
    async fn undo_review_decision(&self, member: Member, id: Path<ReviewItemId>, body: Json<Undo>) -> Result<Json<ReviewItem>, Problem> {
        let (actor, now) = (member.0, self.kit.clock.now());
        let mut tx = actor.begin(&self.kit).await?;
        let opened = open(&mut tx, &actor, id.0, true).await?;
        rules::check(Decision::Approve, None, &body.reason, "")?;
        let post = &opened.thread.post;
        let state = rules::undo(judge(&actor), &opened.case, body.version, opened.around.unwrap_or((post.state, post.state)))?;

        let effect = planned_effect(&mut tx, post, state, now).await?;
        if !store::reopen(&mut tx, id.0).await? {
            return Err(Refusal::NewerItem.into());
        }
        flag::store::set_verdict(&mut tx, id.0, Verdict::Open).await?;
        let lifted = sanction::store::lift_of_item(&mut tx, id.0, false, now).await?;
        post::change_state(&mut tx, post, state, Some(id.0), now).await?;
        let spam_cleared = opened.decision == Some(Decision::RemoveSpam);
        if spam_cleared {
            events::publish(&mut tx, now, [Event::SpamCleared { post: event_ref(post) }]).await?;
        }
        trust::store::mark_due(&mut tx, [(post.author_id, now)]).await?;
        let detail = json!({
            "post_id": post.id, "state_before": post.state, "state_after": state, "effect": effect, "lifted_sanctions": lifted, "spam_cleared": spam_cleared,
        });
        audit::record(
            &mut tx,
            AuditEntry::new(Some(actor.member_id), "undo_review_decision", ("review_item", id.0.0), &body.reason, detail, now),
        )
        .await?;
        let item = show(&mut tx, id.0, now).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(Json(item))
    }
}

impl ReviewApi {
    /// The group whose items the actor may list; none for all of them, which only staff may.
    async fn scope(&self, conn: &mut Conn, actor: &Actor, slug: Option<String>) -> Result<Option<GroupId>, Problem> {
        let Some(slug) = slug else {
            return if actor.is_staff() { Ok(None) } else { Err(not_a_moderator()) };
        };
        let found = group_access::find_by_slug(conn, &slug.replace('\0', " "), Some(actor.member_id)).await?;
        match found {
            Some((id, _)) if actor.is_staff() => Ok(Some(id)),
            Some((id, group)) if !group.deleted && group.my_role >= Some(GroupRole::Moderator) => Ok(Some(id)),
            None if actor.is_staff() => Err(Problem::not_found("group")),
            // The same for a group that does not exist: others need not learn which do.
            _ => Err(not_a_moderator()),
        }
    }

    /// Does to post and author what was decided. Returns the sanction.
    async fn carry_out(
        &self,
        conn: &mut Conn,
        item: ReviewItemId,
        post: &PostRow,
        record: &DecisionRecord<'_>,
        now: DateTime<Utc>,
    ) -> Result<Option<SanctionId>, Problem> {
        let Plan { post: state, verdict, sanction, spam } = record.plan;
        post::change_state(conn, post, state, Some(item), now).await?;
        if spam {
            events::publish(conn, now, [Event::SpamUpheld { post: event_ref(post), review_item_id: item }]).await?;
        }
        if verdict != Verdict::Upheld {
            sanction::store::lift_of_item(conn, item, true, now).await?;
        }
        trust::store::mark_due(conn, [(post.author_id, now)]).await?;
        let Some((kind, ends_at)) = sanction else { return Ok(None) };
        let new = NewSanction {
            id: SanctionId::new(),
            member_id: post.author_id,
            kind,
            reason: record.reason.to_owned(),
            note: record.note.to_owned(),
            imposed_by: Some(record.by),
            review_item_id: Some(item),
            starts_at: now,
            ends_at,
        };
        sanction::store::insert(conn, &new).await?;
        Ok(Some(new.id))
    }
}

fn not_a_moderator() -> Problem {
    Problem::forbidden("This is for moderators.")
}

fn judge(actor: &Actor) -> Judge {
    Judge { id: actor.member_id, role: actor.role }
}

/// An item with its post, for somebody who may look at it.
struct Opened {
    thread: Thread,
    case: Case,
    decision: Option<Decision>,
    around: Option<(PostState, PostState)>,
}

/// Looks up an item and its post, both locked when something is about to change.
async fn open(conn: &mut Conn, actor: &Actor, id: ReviewItemId, lock: bool) -> Result<Opened, Problem> {
    let absent = || if actor.is_staff() { Problem::not_found("review item") } else { not_a_moderator() };
    let post_id = store::find_post_of(conn, id).await?.ok_or_else(absent)?;
    let thread = match lock {
        true => post::find_thread_for_update(conn, post_id).await?,
        false => post::find_thread(conn, post_id).await?,
    };
    let thread = thread.ok_or_else(absent)?;
    if post::permit(conn, Some(actor), Action::Moderate, &thread).await.is_err() {
        return Err(not_a_moderator());
    }
    let item = store::find_item(conn, id, lock).await?.ok_or_else(absent)?;
    let role = store::find_role(conn, thread.post.author_id).await?;
    let case = item.case((thread.post.author_id, role), thread.post.state);
    Ok(Opened { decision: item.decision, around: item.state_before.zip(item.state_after), thread, case })
}

async fn show(conn: &mut Conn, id: ReviewItemId, now: DateTime<Utc>) -> Result<ReviewItem, Problem> {
    let row = store::find(conn, id, now).await?.ok_or_else(|| Problem::not_found("review item"))?;
    let movements = view::effects(store::find_effects(conn, &[row.post_id], now).await?).remove(&row.post_id);
    Ok(view::view(row, movements))
}

/// What a change of the post's state will move; nothing where it stays in or out of the public eye.
async fn planned_effect(conn: &mut Conn, post: &PostRow, to: PostState, now: DateTime<Utc>) -> Result<Value, Problem> {
    let public = |state| state == PostState::Published;
    if public(post.state) == public(to) {
        return Ok(json!([]));
    }
    let movements = view::effects(store::find_effects(conn, &[post.id], now).await?).remove(&post.id);
    serde_json::to_value(movements.unwrap_or_default()).map_err(Problem::internal)
}
