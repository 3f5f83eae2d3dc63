//! How much write-ahead log something took.

use crate::databases::Databases;

/// A place in the log.
pub struct Position(String);

/// Bytes of the log.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// All of it, with the images of whole pages that a checkpoint has PostgreSQL write once more.
    pub bytes: f64,
    /// Without them; None where the extension `pg_walinspect` is not installed.
    pub records: Option<f64>,
}

impl Written {
    /// What each of so many took.
    pub fn of_each(self, count: usize) -> Self {
        let each = |bytes: f64| bytes / count.max(1) as f64;
        Self { bytes: each(self.bytes), records: self.records.map(each) }
    }
}

impl Position {
    /// Where the log ends now.
    pub fn now(databases: &Databases) -> anyhow::Result<Self> {
        // An error where it is not to be had: then there is no more than the whole.
        let _ = databases.sql("create extension if not exists pg_walinspect");
        Ok(Self(databases.one("select pg_current_wal_flush_lsn()")?))
    }

    /// What was written since.
    pub fn since(&self, databases: &Databases) -> anyhow::Result<Written> {
        let Self(begun) = self;
        let Self(now) = Self::now(databases)?;
        let bytes = databases.one(&format!("select '{now}'::pg_lsn - '{begun}'::pg_lsn"))?.parse()?;
        let records = databases.one(&format!("select coalesce(sum(record_size), 0) from pg_get_wal_stats('{begun}', '{now}')"));
        Ok(Written { bytes, records: records.ok().and_then(|bytes| bytes.parse().ok()) })
    }
}
