//! One test binary: stories with named actors over the real app, a real PostgreSQL and a real Redis.

mod community;
mod forum;
mod identity;
mod loyalty;
mod promises;
mod town;
