//! The real program, killed in the middle of its work.

mod import;
mod log;
mod server;
mod shared;
mod stop;
