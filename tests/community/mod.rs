mod group;
mod merge;
mod notification;
mod stream;
