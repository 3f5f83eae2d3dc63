drop table leaderboard_score, leaderboard;
