-- Rules keep their currency: without one they would speak of any.
alter table referral drop column min_minor;
alter table site drop column referral_min_minor, drop column referral_min_currency;
alter table purchase drop column no_points_reason;
