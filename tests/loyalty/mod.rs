mod award;
mod earning;
mod ledger;
mod purchase;
mod tier;
