//! **Regulars**: a customer community with a loyalty programme built in.
//!
//! This page is the map. Every write is five verbs in one order: look up, decide, record, publish, answer.

pub mod app;
mod bounds;
pub mod cli;
pub mod commands;
pub mod community;
pub mod config;
pub mod domain;
pub mod events;
pub mod forum;
pub mod identity;
pub mod import;
pub mod insight;
pub mod kit;
pub mod loyalty;
pub mod schema;
pub mod shown;
pub mod web;
