mod answer;
mod post;
mod question;
