drop table reputation, reputation_entry;
