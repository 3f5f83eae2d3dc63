-- What no request can do: sums, counters and scores that are wrong, in one row of ten.
set session_replication_role = replica;
update wallet set available = available + 7 where hashtext(member_id::text) % 10 = 0;
update lot set remaining = remaining - 1 where remaining > 1 and hashtext(id::text) % 10 = 0;
update post_counter set up_votes = up_votes + 1, comment_count = comment_count + 1 where hashtext(post_id::text) % 10 = 0;
update question_listing set answer_count = answer_count + 1 where hashtext(question_id::text) % 10 = 0;
delete from post_counter where hashtext(post_id::text) % 1000 = 1;
update reputation set total = total + 1 where hashtext(member_id::text) % 10 = 0;
update tag set question_count = question_count + 1 where hashtext(name) % 10 = 0;
update user_group set member_count = member_count + 1 where hashtext(slug) % 10 = 0;
update leaderboard_score set score = score + 1 where hashtext(member_id::text) % 10 = 0;
set session_replication_role = origin;
