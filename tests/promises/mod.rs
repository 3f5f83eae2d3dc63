//! What we promise about the code base itself.

mod architecture;
mod authorisation;
mod background;
mod backup;
mod bad_input;
mod contract;
mod description;
mod documents;
mod erasure;
mod handle;

mod language;
mod object_authorisation;
mod planted;
mod pressure;
mod schema;
mod statement_budgets;
mod tour;
mod verify;
mod waiting;
mod walls;
