//! One test binary: stories with named actors over the real app, a real PostgreSQL and a real Redis.

mod community;
mod crash;
mod forum;
mod identity;
mod import;
mod insight;
mod loyalty;
mod promises;
mod support;
mod web;
