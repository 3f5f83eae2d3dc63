mod leaderboard;
mod ledger;
