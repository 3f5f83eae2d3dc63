mod customer;
mod export;
mod kpi;
