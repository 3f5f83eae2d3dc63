//! Reading notifications, and listening to them.

use std::time::Duration;

use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use poem::{Request, web::sse::Event as SentEvent};
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Query},
    payload::{EventStream, Json},
    types::ToJSON,
};
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    Streams, store,
    view::{self, NotificationView, Reader},
};
use crate::{
    domain::{ApiTag, SessionId},
    identity::{Actor, Myself, auth::token_expiry},
    kit::{
        Kit, Problem,
        pagination::Page,
        problem::{Fields, General},
    },
};

/// Notifications that one request may mark as read.
pub const READ_AT_ONCE_MAX: usize = 100;
/// Proxies give up on what is silent for longer; and it is how a client that has gone is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Notifications fetched at a time for a stream.
const EVENTS_AT_ONCE: i64 = 50;
const PAUSE: Duration = Duration::from_secs(1);

/// Operations on notifications: list, count, read, and listen to new ones.
pub struct NotificationApi {
    pub kit: Kit,
    pub streams: Streams,
}

#[derive(Object)]
struct NotificationCount {
    /// At most 1,000 are counted.
    unread: i64,
}

#[derive(Object)]
#[oai(deny_unknown_fields)]
struct ReadNotifications {
    /// At most 100; absent for all.
    ids: Option<Vec<Uuid>>,
}

#[derive(ApiResponse)]
enum NotificationsRead {
    /// They are read.
    #[oai(status = 204)]
    Done,
}

#[derive(ApiResponse)]
enum Streamed {
    /// Events of the type `notification`; `id` is the notification's id and `data` the notification.
    #[oai(status = 200)]
    Open(EventStream<BoxStream<'static, NotificationView>>, #[oai(header = "Cache-Control")] String),
}

fn reader(actor: &Actor) -> Reader {
    Reader { member_id: actor.member_id, staff: actor.is_staff() }
}

#[OpenApi(prefix_path = "/me/notifications", tag = "ApiTag::Community")]
impl NotificationApi {
    /// List the caller's notifications
    ///
    /// Latest first. Left out are those about what the caller may no longer see. Read ones are kept for 90 days.
    #[oai(path = "/", method = "get", operation_id = "list_my_notifications")]
    async fn list_my_notifications(
        &self,
        myself: Myself,
        /// Only unread ones, or with `false` only read ones.
        unread: Query<Option<bool>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<usize>>,
    ) -> Result<Json<Page<NotificationView>>, Problem> {
        let reader = reader(&myself.0);
        let list = format!("notifications of {}?{:?}", reader.member_id, unread.0);
        let request = self.kit.cursors.request(&list, cursor.0.as_deref(), limit.0)?;
        let mut conn = self.kit.db.read().await?;
        let rows = view::list(&mut conn, reader, unread.0, &request).await?;
        Ok(Json(self.kit.cursors.page(&list, &request, rows, |row| ((), row.id), NotificationView::from)))
    }

    /// Count the caller's unread notifications
    #[oai(path = "/count", method = "get", operation_id = "count_my_notifications")]
    async fn count_my_notifications(&self, myself: Myself) -> Result<Json<NotificationCount>, Problem> {
        let mut conn = self.kit.db.read().await?;
        Ok(Json(NotificationCount { unread: view::count_unread(&mut conn, reader(&myself.0)).await? }))
    }

    /// Mark notifications as read
    ///
    /// Ids that are not the caller's, or were replaced since, are passed over.
    #[oai(path = "/read", method = "post", operation_id = "read_notifications")]
    async fn read_notifications(&self, myself: Myself, body: Json<ReadNotifications>) -> Result<NotificationsRead, Problem> {
        let mut fields = Fields::default();
        if body.ids.as_ref().is_some_and(|ids| ids.len() > READ_AT_ONCE_MAX) {
            fields.refuse("/ids", format!("At most {READ_AT_ONCE_MAX} at once."));
        }
        fields.done()?;
        let mut conn = self.kit.db.read().await?;
        store::read(&mut conn, myself.0.member_id, body.ids.as_deref(), self.kit.clock.now()).await?;
        Ok(NotificationsRead::Done)
    }

    /// Listen to the caller's notifications
    ///
    /// Server-sent events: each notification as it comes, from now on, or after the one that Last-Event-ID names. Silence is
    /// broken by a comment every 15 seconds. The stream ends with the access token; connect again with a fresh one. Of one
    /// member's streams, 8 stay open. 503 `too_many_streams` where the server has no room for another one.
    #[oai(path = "/stream", method = "get", operation_id = "stream_my_notifications")]
    async fn stream_my_notifications(
        &self,
        myself: Myself,
        request: &Request,
        /// The id of the last notification that the client has heard of.
        #[oai(name = "Last-Event-ID")]
        last_event_id: Header<Option<String>>,
    ) -> Result<Streamed, Problem> {
        let actor = myself.0;
        let last = match last_event_id.0.as_deref() {
            None | Some("") => view::find_latest(&mut *self.kit.db.read().await?, actor.member_id).await?,
            Some(text) => {
                text.parse().map_err(|_| Problem::from(General::BadParameter).because("Last-Event-ID must be a notification's id."))?
            }
        };
        let time_left = token_expiry(request).map_or(Duration::ZERO, |at| (at - self.kit.clock.now()).to_std().unwrap_or_default());
        let woken = self.streams.open(actor.member_id, actor.session_id)?;
        let follower = Follower { streams: self.streams.clone(), reader: reader(&actor), session_id: actor.session_id, woken, last };
        let expires = Box::pin(tokio::time::sleep(time_left));
        let events = stream::unfold(follower, Follower::next).map(stream::iter).flatten().take_until(expires).boxed();
        let events = EventStream::new(events).keep_alive(KEEP_ALIVE).to_event(|notification| {
            SentEvent::message(notification.to_json_string()).event_type("notification").id(notification.id.to_string())
        });
        // Whoever stands between must neither keep nor collect it.
        Ok(Streamed::Open(events, "private, no-store, no-transform".to_owned()))
    }
}

/// One open stream.
struct Follower {
    streams: Streams,
    reader: Reader,
    session_id: SessionId,
    woken: watch::Receiver<()>,
    /// The last notification that was sent.
    last: Uuid,
}

impl Follower {
    /// Waits for news. None when the stream is over.
    async fn next(mut self) -> Option<(Vec<NotificationView>, Self)> {
        loop {
            // What is there already comes first; a change in the meantime is not forgotten.
            self.woken.mark_unchanged();
            match self.look().await {
                Ok(None) => return None,
                Ok(Some(news)) if news.is_empty() => self.woken.changed().await.ok()?,
                Ok(Some(news)) => {
                    self.last = news.last().map_or(self.last, |latest| latest.id);
                    return Some((news, self));
                }
                // Busy: they wait in the database.
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
            if self.woken.has_changed().is_err() {
                return None;
            }
        }
    }

    /// None when the session is over.
    async fn look(&self) -> Result<Option<Vec<NotificationView>>, Problem> {
        let (_turn, mut conn) = self.streams.turn().await?;
        if self.streams.is_over(&mut conn, self.session_id).await? {
            return Ok(None);
        }
        let rows = view::list_after(&mut conn, self.reader, self.last, EVENTS_AT_ONCE).await?;
        Ok(Some(rows.into_iter().map(NotificationView::from).collect()))
    }
}
