mod account;
mod api_key;
mod member;
mod partner;
mod role;
mod session;
mod site;
