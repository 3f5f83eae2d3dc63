//! The points book as it is read.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::rules::Kind;
use crate::{
    domain::{MemberId, TransactionId},
    kit::{Conn, Problem, db::CachedExt, pagination},
};

const DATES_MAX: i32 = 20;

/// Points that become available, or expire, at a time.
#[derive(QueryableByName)]
pub struct Dated {
    #[diesel(sql_type = BigInt)]
    pub points: i64,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// One movement, summed for each of the member's accounts.
#[derive(QueryableByName)]
pub struct StatementRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: TransactionId,
    #[diesel(sql_type = Text)]
    pub kind: Kind,
    #[diesel(sql_type = Text)]
    pub source_type: String,
    #[diesel(sql_type = Text)]
    pub source_id: String,
    #[diesel(sql_type = Text)]
    pub note: String,
    #[diesel(sql_type = Timestamptz)]
    pub effective_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    pub available: i64,
    #[diesel(sql_type = BigInt)]
    pub pending: i64,
    #[diesel(sql_type = BigInt)]
    pub reserved: i64,
    #[diesel(sql_type = BigInt)]
    pub arrears: i64,
    /// The available points after this movement.
    #[diesel(sql_type = BigInt)]
    pub balance_after: i64,
}

/// Where a line stands: when it counts, and the available points after and before it, from which its neighbours are
/// reckoned without reading the whole book.
pub type StatementPosition = (DateTime<Utc>, i64, i64);

impl StatementRow {
    /// Where the line stands, for its cursor.
    pub fn place(&self) -> StatementPosition {
        (self.effective_at, self.balance_after, self.balance_after - self.available)
    }

    /// What it brings, or takes, in all.
    fn total(&self) -> i64 {
        self.available + self.pending + self.reserved + self.arrears
    }

    /// What happened, for the member to read.
    pub fn sentence(&self) -> String {
        let points = |points: i64| if points.abs() == 1 { format!("{} point", points.abs()) } else { format!("{} points", points.abs()) };
        let change = points(self.available + self.pending + self.arrears);
        let sentence = match self.kind {
            Kind::Earn if self.pending > 0 => format!("You earned {}, available after the waiting time", points(self.pending)),
            Kind::Earn => format!("You earned {change}"),
            Kind::Activate => format!("{} became available", points(self.available)),
            Kind::Expire => format!("{} expired", points(self.available)),
            Kind::Hold => format!("{} were set aside", points(self.reserved)),
            Kind::Release => format!("{} that were set aside came back", points(self.available)),
            Kind::Redeem => format!("You spent {}", points(-self.reserved - self.available)),
            Kind::Refund => format!("{} came back", points(self.available)),
            Kind::Clawback if self.available + self.pending + self.arrears == 0 => "What was taken back had expired already".to_owned(),
            Kind::Clawback => format!("{change} were taken back"),
            Kind::Repay => format!("{} repaid what you owed", points(self.arrears)),
            Kind::Restore => format!("{change} were granted again"),
            Kind::Adjust if self.available < 0 => format!("{change} were taken by our staff"),
            Kind::Adjust => format!("{change} were added by our staff"),
            Kind::Erase => "The account was closed".to_owned(),
            Kind::Transfer if self.total() < 0 => format!("{} went over to another member", points(self.total())),
            Kind::Transfer => format!("{} came over from another member", points(self.total())),
        };
        if self.note.is_empty() { format!("{sentence}.") } else { format!("{sentence}: {}", self.note) }
    }
}

/// A page of a member's movements, newest first.
pub async fn list(conn: &mut Conn, member: MemberId, request: &pagination::Request<StatementPosition>) -> QueryResult<Vec<StatementRow>> {
    let (key, id) = request.seek.as_ref().map(|seek| (seek.key.0, seek.id)).unzip();
    // As they are read, all lines have the balance of today.
    let mut lines: Vec<StatementRow> = diesel::sql_query(
        "select t.id, t.kind, t.source_type, t.source_id, t.note, t.effective_at, e.available, e.pending, e.reserved, e.arrears,
                (select available from wallet where member_id = $1) as balance_after
         from (
           (select * from ledger_transaction where not $5 and member_id = $1 and ($2 is null or (effective_at, id) < ($2, $3))
            order by effective_at desc, id desc limit $4)
           union all
           (select * from ledger_transaction where $5 and member_id = $1 and (effective_at, id) > ($2, $3)
            order by effective_at, id limit $4)
         ) t
         cross join lateral (
           select coalesce(sum(amount) filter (where account = 'available'), 0)::bigint as available,
                  coalesce(sum(amount) filter (where account = 'pending'), 0)::bigint as pending,
                  coalesce(sum(amount) filter (where account = 'reserved'), 0)::bigint as reserved,
                  coalesce(sum(amount) filter (where account = 'arrears'), 0)::bigint as arrears
           from ledger_entry where transaction_id = t.id
         ) e
         order by case when $5 then t.effective_at end, case when $5 then t.id end, t.effective_at desc, t.id desc",
    )
    .bind::<SqlUuid, _>(member)
    .bind::<Nullable<Timestamptz>, _>(key)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(request.rows())
    .bind::<Bool, _>(request.back())
    .cached()
    .load(conn)
    .await?;
    let mut balance = match &request.seek {
        None => lines.as_slice().first().map_or(0, |newest| newest.balance_after),
        Some(pagination::Seek { key: (_, after, _), back: true, .. }) => *after,
        Some(pagination::Seek { key: (.., before), .. }) => *before,
    };
    for line in &mut lines {
        if request.back() {
            balance += line.available;
            line.balance_after = balance;
        } else {
            line.balance_after = balance;
            balance -= line.available;
        }
    }
    Ok(lines)
}

/// Pending points by when they become available, soonest first; at most `DATES_MAX` dates.
pub async fn find_pending_by_date(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<Dated>> {
    dated(
        conn,
        "select sum(remaining)::bigint as points, available_at as at from lot
         where member_id = $1 and remaining > 0 and activated_at is null group by available_at order by available_at limit $2",
        member,
    )
    .await
}

/// Available points by when they expire, soonest first; at most `DATES_MAX` dates.
pub async fn find_expiring_by_date(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<Dated>> {
    dated(
        conn,
        "select sum(remaining)::bigint as points, expires_at as at from lot
         where member_id = $1 and remaining > 0 and activated_at is not null and expires_at is not null
         group by expires_at order by expires_at limit $2",
        member,
    )
    .await
}

async fn dated(conn: &mut Conn, sql: &'static str, member: MemberId) -> QueryResult<Vec<Dated>> {
    diesel::sql_query(sql).bind::<SqlUuid, _>(member).bind::<diesel::sql_types::Int4, _>(DATES_MAX).cached().load(conn).await
}

#[derive(QueryableByName)]
struct Liability {
    #[diesel(sql_type = BigInt)]
    points: i64,
}

/// What the company owes: available, pending and reserved points of everybody.
pub async fn liability(conn: &mut Conn) -> Result<i64, Problem> {
    let Liability { points } =
        diesel::sql_query("select coalesce(sum(available + pending + reserved), 0)::bigint as points from wallet").get_result(conn).await?;
    Ok(points)
}
