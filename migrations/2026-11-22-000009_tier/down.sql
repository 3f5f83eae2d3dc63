drop table tier_change, member_tier, qualifying_entry, tier;
