drop index account_by_time, post_by_time, comment_by_time, vote_by_time, purchase_by_time, redemption_by_time, ledger_transaction_by_time;
