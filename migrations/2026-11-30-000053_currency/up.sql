-- Amounts name their currency. Those that stood without one are in the site's: 1 point for 1.00 was meant in that.
update earning_rule_version v set terms = v.terms || jsonb_build_object('currency', s.currency)
from earning_rule r cross join site s
where r.id = v.rule_id and r.trigger = 'purchase' and v.terms ->> 'currency' is null
  and (coalesce(v.terms ->> 'kind', 'base') <> 'percent_bonus' or v.terms #>> '{conditions,min_amount_minor}' is not null);

-- Why an order earned nothing; null where it earned something, and for orders of before.
alter table purchase add column no_points_reason text;

-- What the order of a referred member must come to.
alter table site add column referral_min_minor bigint not null default 2000, add column referral_min_currency text not null default 'EUR';
-- The terms that an order qualified by stay with the referral.
alter table referral add column min_minor bigint;

-- It was 20 of every currency.
create function pg_temp.twenty(currency text) returns bigint language sql as $$
  select case
    when currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')
      then 20
    when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 20000
    when currency in ('CLF', 'UYW') then 200000
    else 2000
  end
$$;
update site set referral_min_minor = pg_temp.twenty(currency), referral_min_currency = currency;
update referral r set min_minor = pg_temp.twenty(p.currency) from purchase p where p.id = r.purchase_id;
alter table referral add check ((purchase_id is null) = (min_minor is null));
drop function pg_temp.twenty(text);
