mod customer;
mod kpi;
