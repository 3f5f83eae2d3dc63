-- What two codes have in common that open the same door: case, width and space do not count.
create function code_key(code text) returns text language sql immutable strict parallel safe as $$
  -- The same as `tidy_name` leaves out, which a restored backup may not know yet, and all space.
  select lower(regexp_replace(
    normalize(code, NFKC),
    '[\u0001-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]',
    '', 'g'))
$$;

alter table coupon_code
  add column key text not null generated always as (code_key(code)) stored,
  -- The code is in a pool elsewhere: it is never given out, and counts for nothing that is not given out yet.
  add column is_duplicate boolean not null default false;
update coupon_code c set is_duplicate = true
from (select reward_id, code,
             row_number() over (partition by key order by redemption_id is null, code <> tidy_name(code), reward_id, code) as nth
      from coupon_code) n
where n.reward_id = c.reward_id and n.code = c.code and n.nth > 1;
-- Codes that nobody has seen lose what cannot be seen of them.
update coupon_code set code = tidy_name(code) where redemption_id is null and not is_duplicate and code <> tidy_name(code);

create unique index coupon_code_once on coupon_code (key) where not is_duplicate;
drop index coupon_code_free;
create index coupon_code_free on coupon_code (reward_id) where redemption_id is null and not is_duplicate;
