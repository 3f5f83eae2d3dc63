//! What we promise about the code base itself.

mod architecture;
mod authorisation;
mod background;
mod backup;
mod bad_input;
mod contract;
mod description;
mod docstrings;
mod documents;
mod erasure;
mod handle;

mod language;
mod object_authorisation;
mod planted_faults;
mod pressure;
mod problems;
mod rate_limits;
mod schema;
mod statement_budgets;
mod tour;
mod verify;
mod waiting;
mod walls;
