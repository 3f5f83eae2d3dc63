drop trigger leaderboard_score_gained on leaderboard_score;
drop trigger leaderboard_score_moved on leaderboard_score;
drop trigger leaderboard_score_lost on leaderboard_score;
drop function count_leaderboard_scores;
drop function divide_leaderboard_buckets;
drop table leaderboard_bucket;
