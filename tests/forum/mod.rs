mod answer;
mod flag;
mod post;
mod question;
mod reputation;
mod review;
mod sanction;
mod trust;
