drop table coupon_code, redemption, reward_stock, reward;
