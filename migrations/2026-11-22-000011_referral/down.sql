drop table referral, referral_code;
