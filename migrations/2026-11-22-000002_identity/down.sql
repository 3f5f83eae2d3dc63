drop table audit_entry, external_member, api_key, partner, refresh_token, session, account, member;
