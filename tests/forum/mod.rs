mod answer;
mod post;
mod question;
mod reputation;
mod search;
