mod file;
mod index;
mod page;
