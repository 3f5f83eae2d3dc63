drop table integrity_check;
