//! Invariants as queries: each finds the rows that break it.

use diesel::{QueryableByName, sql_types::Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use poem_openapi::Object;

use super::{Conn, Problem};

const SAMPLES_MAX: usize = 5;

/// Something that must always hold. `sql` returns a row with one text column `violation` for each breach.
pub struct Check {
    /// The invariant, as a sentence.
    pub name: &'static str,
    pub sql: &'static str,
}

/// The outcome of one check.
#[derive(Object, Debug, Clone)]
pub struct Finding {
    /// The invariant, as a sentence.
    pub invariant: String,
    /// How many times it is broken; 0 when it holds.
    pub violations: u64,
    /// Some of the breaches.
    pub samples: Vec<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    violation: String,
}

/// Runs the checks in one snapshot. The connection's transaction, if any, must not have read yet.
pub async fn run(conn: &mut Conn, checks: impl IntoIterator<Item = &Check>) -> Result<Vec<Finding>, Problem> {
    conn.batch_execute("set transaction isolation level repeatable read read only; set local statement_timeout = '10min'").await?;
    let mut findings = Vec::new();
    for check in checks {
        let rows: Vec<Row> = diesel::sql_query(check.sql).load(conn).await?;
        findings.push(Finding {
            invariant: check.name.to_owned(),
            violations: rows.len() as u64,
            samples: rows.into_iter().take(SAMPLES_MAX).map(|row| row.violation).collect(),
        });
    }
    Ok(findings)
}
