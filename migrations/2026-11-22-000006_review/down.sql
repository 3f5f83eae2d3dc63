drop table trust_by_hand, trust_due, sanction, flag, review_item;
