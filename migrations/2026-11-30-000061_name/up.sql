-- Other systems' names for orders, returns and customers: what nobody sees (Unicode's default ignorable
-- code points, an empty Braille cell) and what stands around them does not count.
-- `kit::text::tidy` is the same rule.
create function tidy_name(name text) returns text language sql immutable strict parallel safe as $$
  select regexp_replace(
    regexp_replace(name, '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]', '', 'g'),
    '^[\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$',
    '', 'g')
$$;

-- What was recorded twice under names that look alike keeps them: `regulars verify` tells of such orders.
update purchase p set order_id = tidy_name(order_id)
where order_id <> tidy_name(order_id)
  and not exists (select from purchase o where o.partner_id = p.partner_id and o.id <> p.id and tidy_name(o.order_id) = tidy_name(p.order_id));
update purchase_return r set return_id = tidy_name(return_id)
where return_id <> tidy_name(return_id)
  and not exists (select from purchase_return o
                  where o.purchase_id = r.purchase_id and o.id <> r.id and tidy_name(o.return_id) = tidy_name(r.return_id));
update external_member e set external_id = tidy_name(external_id)
where external_id <> tidy_name(external_id)
  and not exists (select from external_member o
                  where o.partner_id = e.partner_id and o.external_id <> e.external_id and tidy_name(o.external_id) = tidy_name(e.external_id));
