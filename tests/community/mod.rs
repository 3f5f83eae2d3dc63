mod group;
mod notification;
mod stream;
