//! Leaderboards: who earned most points, most reputation or most accepted answers, of all time, this year, month, week
//! or day, on the whole site or in a group.
//!
//! PostgreSQL holds the truth, written from events by [`LeaderboardListener`]. Redis holds copies of boards
//! (`redis_cache`), each good only while its version is the board's; without Redis the same answers come from SQL.

#[macro_use]
mod expected;
pub mod api;
pub mod checks;
mod listener;
mod redis_cache;
pub mod rules;
pub mod standings;
pub mod store;

pub use self::{api::LeaderboardApi, listener::LeaderboardListener, store::rebuild};
