drop table tag_follow;
drop table question_follow;
