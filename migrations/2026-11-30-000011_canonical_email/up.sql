-- What the addresses of one person share, by a stricter rule: full-width letters and quotes are as others, dots count but
-- at Gmail, which has two names. (identity/account/rules.rs; domains written in Punycode are read from the next sign-up on.)
with written as (
  select id, lower(normalize(email, NFKC)) as text from account
), parted as (
  select id, substring(text from '^(.*)@') as local, substring(text from '[^@]*$') as domain from written
), bared as (
  select id, translate(local, '"\', '') as local, case domain when 'googlemail.com' then 'gmail.com' else domain end as domain from parted
), cut as (
  select id, coalesce(nullif(split_part(local, '+', 1), ''), local) as local, domain from bared
)
update account set email_canonical =
  case domain when 'gmail.com' then replace(local, '.', '') else local end || '@' || domain
from cut where cut.id = account.id;
comment on column account.email_canonical is 'What the addresses of one person share.';
