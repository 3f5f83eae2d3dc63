//! What several features must both say: ids, roles and states, the calendar, currencies.

mod api_tag;
mod calendar;
mod currency;
mod ids;
mod roles;
mod text_enum;

pub use api_tag::ApiTag;
pub use calendar::{Period, day_start, programme_day};
pub use currency::Currency;
pub use ids::*;
pub use roles::*;
