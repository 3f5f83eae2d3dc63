mod answer;
mod flag;
mod post;
mod question;
mod review;
mod sanction;
mod trust;
