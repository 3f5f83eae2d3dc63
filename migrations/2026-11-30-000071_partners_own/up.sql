-- The partner whose key made it; null, as all earlier ones are, for the programme's own.
alter table reward add column partner_id uuid references partner;
create index reward_of_partner on reward (partner_id, price_points, id) where partner_id is not null;

-- Who presents a code fulfils what it is of.
create index redemption_by_code on redemption (code_key(code)) where code is not null;
