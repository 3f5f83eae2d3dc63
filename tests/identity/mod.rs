mod account;
mod api_key;
mod member;
mod merge;
mod partner;
mod role;
mod session;
mod site;
