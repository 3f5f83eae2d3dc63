//! What we learn: the programme in numbers, and its members one by one. Reads what other features write, and writes
//! nothing.

pub mod customer;
pub mod kpi;

use poem_openapi::OpenApi;

use self::{customer::api::CustomerApi, kpi::api::KpiApi};
use crate::kit::Kit;

pub fn api(kit: &Kit) -> impl OpenApi + use<> {
    (KpiApi { kit: kit.clone() }, CustomerApi { kit: kit.clone() })
}
