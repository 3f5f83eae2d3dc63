drop table sanction, flag, review_item;
