//! What we learn: the programme in numbers. Reads what other features write, and writes nothing.

pub mod kpi;

use poem_openapi::OpenApi;

use self::kpi::api::KpiApi;
use crate::kit::Kit;

pub fn api(kit: &Kit) -> impl OpenApi + use<> {
    (KpiApi { kit: kit.clone() }, ())
}
