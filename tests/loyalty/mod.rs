mod leaderboard;
mod ledger;
mod redemption;
mod referral;
mod reward;
