//! What we learn: the programme in numbers, and its members one by one. Reads what other features write, and writes
//! nothing.

pub mod dashboard;
pub mod member_overview;

use poem_openapi::OpenApi;

use self::{dashboard::api::DashboardApi, member_overview::api::CustomerApi};
use crate::kit::Kit;

/// The operations of the dashboard and of the page of one member.
pub fn api(kit: &Kit) -> impl OpenApi + use<> {
    (DashboardApi { kit: kit.clone() }, CustomerApi { kit: kit.clone() })
}
