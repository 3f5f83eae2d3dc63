mod answer_cache;
mod file;
mod index;
mod page;
