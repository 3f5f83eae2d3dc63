//! Invariants as queries: each finds the rows that break it. What breaks one may have a repair.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Array, BigInt, Text, Uuid as SqlUuid},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::{BoxFuture, try_join};
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Conn, Db, Kit, Problem, Tx, db::allow_whole_tables, sqlstate};

const SAMPLES_MAX: usize = 5;
/// How long one check may read.
pub const CHECK_TIMEOUT: Duration = Duration::from_secs(600);

/// Something that must always hold. `sql` returns a row with one text column `violation` for each breach. It reads each
/// table as a whole, and joins sums to rows, so that its time grows as the data does.
pub struct Check {
    /// The invariant, as a sentence.
    pub name: &'static str,
    pub sql: &'static str,
}

/// Puts right what breaks a check, as far as that needs nobody's decision, from what cannot be wrong. It works in
/// transactions of its own while the server goes on, tells the audit log where points move, and changes nothing when run
/// again.
pub struct Repair {
    /// The names of the checks whose breaches it mends.
    pub of: &'static [&'static str],
    /// Returns how many rows it put right.
    pub run: fn(Kit) -> BoxFuture<'static, Result<u64, Problem>>,
}

#[derive(QueryableByName)]
struct Broken {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The rows to repair that a query finds, by its column `id`. It may take as long as a check.
pub async fn find_broken(conn: &mut Conn, sql: &str) -> QueryResult<Vec<Uuid>> {
    allow_whole_tables(conn, CHECK_TIMEOUT).await?;
    let rows: Vec<Broken> = diesel::sql_query(sql).load(conn).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// What a check came to.
#[derive(Enum, Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Holds,
    Broken,
    /// The database had no time for it, or refused.
    NotChecked,
}

/// The outcome of one check.
#[derive(Object, Serialize, Deserialize, Debug, Clone)]
pub struct Finding {
    /// The invariant, as a sentence.
    pub invariant: String,
    pub outcome: Outcome,
    /// How many times it is broken.
    pub violations: u64,
    /// Some of the breaches, or why it was not checked.
    pub samples: Vec<String>,
}

impl Finding {
    /// Whether rows break it; what was not checked is not known to.
    pub fn is_broken(&self) -> bool {
        self.outcome == Outcome::Broken
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { invariant, outcome, violations, samples } = self;
        match outcome {
            Outcome::Holds => write!(f, "holds: {invariant}"),
            Outcome::Broken => write!(f, "BROKEN: {invariant}\n  {violations} times, such as: {}", samples.join("; ")),
            Outcome::NotChecked => write!(f, "NOT CHECKED: {invariant}\n  {}", samples.join(" ")),
        }
    }
}

#[derive(QueryableByName)]
struct Breaches {
    #[diesel(sql_type = BigInt)]
    violations: i64,
    #[diesel(sql_type = Array<Text>)]
    samples: Vec<String>,
}

/// A transaction in which checks find one state of the database, and time to read it.
pub async fn snapshot(db: &Db) -> Result<Tx, Problem> {
    begin(db, "").await
}

async fn begin(db: &Db, state: &str) -> Result<Tx, Problem> {
    let mut tx = db.begin().await?;
    tx.batch_execute(&format!("set transaction isolation level repeatable read read only; {state}")).await?;
    allow_whole_tables(&mut tx, CHECK_TIMEOUT).await?;
    // Nothing but a change of the schema locks out who reads.
    tx.batch_execute("set local lock_timeout = '2s'").await?;
    Ok(tx)
}

/// Runs the checks in a [`snapshot`], and tells of each as it ends.
pub async fn run(
    snapshot: &mut Conn,
    checks: impl IntoIterator<Item = &Check>,
    mut ended: impl FnMut(&Finding),
) -> Result<Vec<Finding>, Problem> {
    let mut findings = Vec::new();
    for check in checks {
        let finding = find(snapshot, check).await?;
        ended(&finding);
        findings.push(finding);
    }
    Ok(findings)
}

#[derive(QueryableByName)]
struct Exported {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Runs checks as [`run`] does, but two at a time, on another connection that sees what the [`snapshot`] does: a large
/// database keeps two cores busy. Where there is no other connection, one after another. The last come first: among
/// them are the longest.
pub async fn run_abreast<'a>(
    db: &Db,
    snapshot: &mut Conn,
    checks: impl IntoIterator<Item = &'a Check>,
    ended: impl FnMut(&Finding),
) -> Result<Vec<Finding>, Problem> {
    let Exported { id } = diesel::sql_query("select pg_export_snapshot() as id").get_result(snapshot).await?;
    let other = begin(db, &format!("set transaction snapshot '{id}'")).await;
    let waiting = Mutex::new(checks.into_iter().enumerate().collect());
    let found = Mutex::new((Vec::new(), ended));
    match other {
        Ok(mut other) => drop(try_join(work(snapshot, &waiting, &found), work(&mut other, &waiting, &found)).await?),
        Err(_) => work(snapshot, &waiting, &found).await?,
    }
    let (mut findings, _) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    findings.sort_by_key(|(place, _)| *place);
    Ok(findings.into_iter().map(|(_, finding)| finding).collect())
}

/// Runs checks as long as some wait.
async fn work<F: FnMut(&Finding)>(
    conn: &mut Conn,
    waiting: &Mutex<Vec<(usize, &Check)>>,
    found: &Mutex<(Vec<(usize, Finding)>, F)>,
) -> Result<(), Problem> {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some((place, check)) = next else { return Ok(()) };
        let finding = find(conn, check).await?;
        let (findings, ended) = &mut *found.lock().unwrap_or_else(PoisonError::into_inner);
        ended(&finding);
        findings.push((place, finding));
    }
}

async fn find(conn: &mut Conn, check: &Check) -> Result<Finding, Problem> {
    // Materialized: otherwise the planner hurries to the first samples.
    let sql = format!(
        "with breach as materialized ({})
         select (select count(*) from breach) as violations, array(select violation from breach limit {SAMPLES_MAX}) as samples",
        check.sql
    );
    conn.batch_execute("savepoint before_check").await?;
    let (outcome, violations, samples) = match diesel::sql_query(sql).get_result(conn).await {
        Ok(Breaches { violations: 0, .. }) => (Outcome::Holds, 0, vec![]),
        Ok(Breaches { violations, samples }) => (Outcome::Broken, violations as u64, samples),
        Err(error) => {
            tracing::warn!(%error, invariant = check.name, "an invariant was not checked");
            // Fails where the database is gone.
            conn.batch_execute("rollback to savepoint before_check").await?;
            let no_time = "The database had no time for it; try again when it is less busy.";
            let why = if sqlstate::may_pass(&error) { no_time.to_owned() } else { format!("The database refused: {error}.") };
            (Outcome::NotChecked, 0, vec![why])
        }
    };
    conn.batch_execute("release savepoint before_check").await?;
    Ok(Finding { invariant: check.name.to_owned(), outcome, violations, samples })
}

/// A repair of counters. `due` returns as `id` the `key` of rows of `table` and, by their names, the counters as they must be.
pub async fn recount(kit: Kit, (table, key): (&str, &str), counters: &[&str], due: &str) -> Result<u64, Problem> {
    let of = |row: &str| counters.iter().map(|counter| format!("{row}.{counter}")).collect::<Vec<_>>().join(", ");
    let wrong = format!("due.id = t.{key} and ({}) is distinct from ({})", of("t"), of("due"));
    let set = counters.iter().map(|counter| format!("{counter} = due.{counter}")).collect::<Vec<_>>().join(", ");
    let mut tx = kit.db.begin().await?;
    allow_whole_tables(&mut tx, CHECK_TIMEOUT).await?;
    // Who counts locks the row, and so do we before we count: what others have under way is counted once.
    let lock = format!("select t.{key} from {table} t join ({due}) due on {wrong} order by t.{key} for update of t");
    diesel::sql_query(lock).execute(&mut *tx).await?;
    let rows = diesel::sql_query(format!("update {table} t set {set} from ({due}) due where {wrong}")).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(rows as u64)
}
