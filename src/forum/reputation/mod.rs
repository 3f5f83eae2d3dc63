//! Reputation: esteem earned from peers, posted from events into an append-only book.

pub mod api;
pub mod listener;
pub mod rules;
pub mod store;

use crate::kit::verify::Check;

pub static CHECKS: &[Check] = &[Check {
    name: "A member's reputation is the sum of its entries.",
    sql: "select coalesce(r.member_id, e.member_id)::text as violation from reputation r
          full join (select member_id, sum(amount) as total from reputation_entry group by member_id) e on e.member_id = r.member_id
          where coalesce(r.total, 0) <> coalesce(e.total, 0)",
}];
