mod flag;
mod review;
mod sanction;
mod trust;
