update account set email_canonical = replace(split_part(split_part(email_key, '@', 1), '+', 1), '.', '') || substring(email_key from '@.*$');
comment on column account.email_canonical is null;
