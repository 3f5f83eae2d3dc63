mod leaderboard;
mod ledger;
mod redemption;
mod reward;
