-- Who asked, who is invited and who is banned: few of many, whom a list would look for among all members of the group.
create index membership_of_state on membership (group_id, state, member_id);
