drop index coupon_code_free;
create index coupon_code_free on coupon_code (reward_id) where redemption_id is null;
drop index coupon_code_once;
alter table coupon_code drop column is_duplicate, drop column key;
drop function code_key(text);
