mod dashboard;
mod export;
mod member_overview;
