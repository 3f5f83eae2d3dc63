drop table site;
