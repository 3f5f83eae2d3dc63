//! Redemptions: points for rewards. A redemption is held, then issued, then fulfilled; or it ends before.
//!
//! What it takes (points, one of the stock, a part of the member's limit, a code) it takes in one transaction, and gives
//! back in one. The member's wallet is opened before anything of theirs is changed, so it serialises their redemptions.

pub mod admin_api;
pub mod api;
pub mod checks;
pub mod jobs;
pub mod rules;
pub mod store;
pub mod transitions;
pub mod workflow;

pub use self::{admin_api::RedemptionAdminApi, api::RedemptionApi};
