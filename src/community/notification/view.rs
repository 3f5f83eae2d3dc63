//! What is shown of a notification: as of now, and only while the member may see what it is about.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use poem_openapi::Object;
use uuid::Uuid;

use super::rules::NotificationKind;
use crate::{
    domain::{CommentId, MemberId, PostId, RedemptionId},
    kit::{Conn, db::CachedExt, pagination::Request},
    visible_group,
};

/// Nobody reads a larger number.
const UNREAD_COUNTED_MAX: i32 = 1_000;

/// Who did it.
#[derive(Object, Debug)]
pub struct NotificationActor {
    /// The name in URLs.
    handle: String,
    display_name: String,
}

/// The question that it is about, while the reader may read it.
#[derive(Object, Debug)]
pub struct NotificationQuestion {
    id: PostId,
    title: String,
}

/// The group that a notification is about.
#[derive(Object, Debug)]
pub struct NotificationGroup {
    slug: String,
    name: String,
}

/// The redemption that a notification is about.
#[derive(Object, Debug)]
pub struct NotificationRedemption {
    id: RedemptionId,
    /// The reward's name.
    reward: String,
    /// The state that it came to: held, issued, fulfilled, cancelled, expired or refunded.
    state: String,
}

/// The tier that a notification is about.
#[derive(Object, Debug)]
pub struct NotificationTier {
    /// Where the member stands now.
    name: String,
    /// Higher than before.
    risen: bool,
}

/// Something that a member is told, with what a sentence about it needs.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
pub struct NotificationView {
    /// Goes up with time; another one when something is merged into an unread notification.
    pub id: Uuid,
    /// The id it had before, which is gone.
    pub replaces: Option<Uuid>,
    pub kind: NotificationKind,
    /// How many things it tells of, such as answers to one question; what is named is the latest of them.
    pub count: i32,
    pub actor: Option<NotificationActor>,
    pub question: Option<NotificationQuestion>,
    /// The question or answer.
    pub post_id: Option<PostId>,
    pub comment_id: Option<CommentId>,
    pub group: Option<NotificationGroup>,
    pub redemption: Option<NotificationRedemption>,
    pub tier: Option<NotificationTier>,
    /// Points that came, or (negative) went.
    pub points: Option<i64>,
    /// Why, in the words of staff.
    pub reason: Option<String>,
    pub created_at: DateTime<Utc>,
    /// Absent while unread.
    pub read_at: Option<DateTime<Utc>>,
}

/// A notification with what it is about, as far as its reader may see that now.
#[derive(QueryableByName)]
pub struct Row {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    replaces_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    kind: NotificationKind,
    #[diesel(sql_type = Int4)]
    count: i32,
    #[diesel(sql_type = Nullable<Text>)]
    actor_handle: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    actor_name: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    question_id: Option<PostId>,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    post_id: Option<PostId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    comment_id: Option<CommentId>,
    #[diesel(sql_type = Nullable<Text>)]
    group_slug: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    group_name: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    redemption_id: Option<RedemptionId>,
    #[diesel(sql_type = Nullable<Text>)]
    reward: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    tier: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    amount: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    detail: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    read_at: Option<DateTime<Utc>>,
}

impl From<Row> for NotificationView {
    fn from(row: Row) -> Self {
        use NotificationKind::{PointsAdjusted, PointsAvailable, RedemptionChanged, ReferralRewarded, TierChanged};
        let detail = |kind| row.detail.clone().filter(|_| row.kind == kind);
        Self {
            id: row.id,
            replaces: row.replaces_id,
            kind: row.kind,
            count: row.count,
            redemption: row
                .redemption_id
                .zip(row.reward)
                .zip(detail(RedemptionChanged))
                .map(|((id, reward), state)| NotificationRedemption { id, reward, state }),
            tier: row.tier.zip(detail(TierChanged)).map(|(name, direction)| NotificationTier { name, risen: direction == "up" }),
            points: row.amount.filter(|_| matches!(row.kind, PointsAvailable | PointsAdjusted | ReferralRewarded)),
            reason: detail(PointsAdjusted),
            actor: row.actor_handle.zip(row.actor_name).map(|(handle, display_name)| NotificationActor { handle, display_name }),
            question: row.question_id.zip(row.title).map(|(id, title)| NotificationQuestion { id, title }),
            post_id: row.post_id,
            comment_id: row.comment_id,
            group: row.group_slug.zip(row.group_name).map(|(slug, name)| NotificationGroup { slug, name }),
            created_at: row.created_at,
            read_at: row.read_at,
        }
    }
}

/// SQL: where the notifications `n` of the member `$1` come from, as far as they may see what these are about; what became of
/// their own post they hear in any case. `$2`: they are staff.
macro_rules! seen {
    () => {
        concat!(
            " from notification n
              left join post q on q.id = n.question_id
              left join post p on p.id = n.post_id
              left join comment c on c.id = n.comment_id
              left join user_group g on g.id = n.group_id
              where n.member_id = $1
                and (q.id is null or ($2 or ",
            visible_group!("q.group_id", "$1"),
            ") and (n.kind in ('post_hidden', 'post_restored')
                    or q.state = 'published' and p.state = 'published' and coalesce(c.state, 'published') = 'published'))
                and (g.id is null or g.deleted_at is null and ($2 or not g.private or exists (
                       select 1 from membership s where s.group_id = g.id and s.member_id = $1 and s.state in ('active', 'invited'))))"
        )
    };
}

/// SQL: a reader's notifications that can be shown, with what they are about; the rest is a condition. The title of a question
/// that was hidden is for its author and staff.
macro_rules! rows {
    ($rest:literal) => {
        concat!(
            "select n.id, n.replaces_id, n.kind, n.count, a.handle as actor_handle, a.display_name as actor_name, n.question_id, n.title,
                    n.post_id, n.comment_id, n.group_slug, n.group_name, n.redemption_id, w.name as reward, t.name as tier, n.amount,
                    n.detail, n.created_at, n.read_at
             from (select n.*, case when $2 or q.state = 'published' or q.author_id = $1 then q.title end as title,
                          g.slug as group_slug, g.name as group_name",
            seen!(),
            " and ",
            $rest,
            ") n
             left join member a on a.id = n.actor_id
             left join redemption d on d.id = n.redemption_id
             left join reward w on w.id = d.reward_id
             left join tier t on n.kind = 'tier_changed' and t.rank = n.amount
             order by n.id"
        )
    };
}

/// Whose notifications are read.
#[derive(Clone, Copy)]
pub struct Reader {
    pub member_id: MemberId,
    pub staff: bool,
}

/// The latest first; only unread ones, or read ones, where that is wanted.
pub async fn list(conn: &mut Conn, reader: Reader, unread: Option<bool>, request: &Request<()>) -> QueryResult<Vec<Row>> {
    let text = if request.back() {
        rows!("($3 is null or (n.read_at is null) = $3) and n.id > $4 order by n.id limit $5")
    } else {
        concat!(rows!("($3 is null or (n.read_at is null) = $3) and ($4 is null or n.id < $4) order by n.id desc limit $5"), " desc")
    };
    diesel::sql_query(text)
        .bind::<SqlUuid, _>(reader.member_id)
        .bind::<Bool, _>(reader.staff)
        .bind::<Nullable<Bool>, _>(unread)
        .bind::<Nullable<SqlUuid>, _>(request.seek.as_ref().map(|seek| seek.id))
        .bind::<BigInt, _>(request.rows())
        .cached()
        .load(conn)
        .await
}

/// Those after `after`, the oldest first.
pub async fn list_after(conn: &mut Conn, reader: Reader, after: Uuid, most: i64) -> QueryResult<Vec<Row>> {
    diesel::sql_query(rows!("n.id > $3 order by n.id limit $4"))
        .bind::<SqlUuid, _>(reader.member_id)
        .bind::<Bool, _>(reader.staff)
        .bind::<SqlUuid, _>(after)
        .bind::<BigInt, _>(most)
        .cached()
        .load(conn)
        .await
}

/// The id of a member's latest notification; the nil one where there is none.
pub async fn find_latest(conn: &mut Conn, member: MemberId) -> QueryResult<Uuid> {
    #[derive(QueryableByName)]
    struct Latest {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let rows: Vec<Latest> = diesel::sql_query("select id from notification where member_id = $1 order by id desc limit 1")
        .bind::<SqlUuid, _>(member)
        .cached()
        .load(conn)
        .await?;
    Ok(rows.into_iter().next().map_or(Uuid::nil(), |row| row.id))
}

/// How many are unread, up to 1,000.
pub async fn count_unread(conn: &mut Conn, reader: Reader) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        unread: i64,
    }
    let count: Count =
        diesel::sql_query(concat!("select count(*) as unread from (select 1", seen!(), " and n.read_at is null limit $3) s"))
            .bind::<SqlUuid, _>(reader.member_id)
            .bind::<Bool, _>(reader.staff)
            .bind::<Int4, _>(UNREAD_COUNTED_MAX)
            .cached()
            .get_result(conn)
            .await?;
    Ok(count.unread)
}
