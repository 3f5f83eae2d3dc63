-- Stretches of time for the dashboard. These tables stand in the order of time, more or less: a BRIN finds a stretch in
-- them and costs those who write next to nothing.
create index account_by_time on account using brin (created_at) with (pages_per_range = 16, autosummarize = on);
create index post_by_time on post using brin (created_at) with (pages_per_range = 16, autosummarize = on);
create index comment_by_time on comment using brin (created_at) with (pages_per_range = 16, autosummarize = on);
create index vote_by_time on vote using brin (cast_at) with (pages_per_range = 16, autosummarize = on);
create index purchase_by_time on purchase using brin (purchased_at) with (pages_per_range = 16, autosummarize = on);
create index redemption_by_time on redemption using brin (created_at) with (pages_per_range = 16, autosummarize = on);
create index ledger_transaction_by_time on ledger_transaction using brin (effective_at)
  with (pages_per_range = 16, autosummarize = on);
