//! The points book: double entry, whole points, append-only.
//!
//! A member's four accounts are one row, the [`Wallet`]; whoever moves points opens it first, which locks it and brings
//! it up to date; who opens several queues first. Every movement is a [`rules::Posting`], made by a pure rule and written by one statement. Points that
//! came in together are a lot, and what leaves is taken from lots in a fixed order. (docs/loyalty-rules.md, Accounts)

pub mod api;
pub mod checks;
pub mod jobs;
pub mod postings;
pub mod repairs;
pub mod rules;
pub mod statement;
pub mod store;

pub use postings::{
    Clawback, ClawbackPolicy, Earn, adjust, claw_back, earn, erase, hold, open_wallet, pay_debt, redeem, refund, release, restore,
    still_of, transfer, transfer_back,
};
pub use rules::{Source, Wallet};
pub use store::queue_for_several;
