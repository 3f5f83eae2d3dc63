//! What we promise about the code base itself.

mod authorisation;
mod backup;
mod bad_input;
mod contract;
mod description;
mod documents;
mod handle;
mod house;
mod pressure;
mod schema;
mod tour;
mod verify;
