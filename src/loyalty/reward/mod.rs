//! Rewards: what points buy, how many there are of each, and the codes of pools.

pub mod admin_api;
pub mod api;
pub mod checks;
pub mod rules;
pub mod store;

pub use self::{admin_api::RewardAdminApi, api::RewardApi};
