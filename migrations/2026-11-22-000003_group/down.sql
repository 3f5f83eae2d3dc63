drop table membership, user_group;
