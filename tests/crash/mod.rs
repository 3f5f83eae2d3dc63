//! The real program, killed in the middle of its work.

mod import;
mod server;
mod shared;
mod stop;
