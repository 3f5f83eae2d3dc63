//! What we promise about the code base itself.

mod authorisation;
mod bad_input;
mod contract;
mod description;
mod documents;
mod house;
mod schema;
