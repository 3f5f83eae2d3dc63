-- Who you are. A member is a person, an account is how one signs in: an imported or reported
-- customer is a member without an account ("unclaimed") until they register.

create table member (
  id uuid primary key,
  handle text not null,
  -- The handle as it is compared: lower case, confusable letters folded. In byte order, so that
  -- its index finds prefixes.
  handle_key text collate "C" not null unique,
  display_name text not null,
  bio text not null default '',
  role text not null default 'member' check (role in ('member', 'moderator', 'administrator')),
  trust smallint not null default 0 check (trust between 0 and 4),
  on_leaderboards boolean not null default true,
  import_source text,
  import_id text,
  created_at timestamptz not null,
  erased_at timestamptz,
  version int not null default 1,
  unique (import_source, import_id)
);
create index member_by_name on member using gin (handle_key gin_trgm_ops);
-- In byte order, so that it finds prefixes.
create index member_by_display_name on member ((lower(display_name) collate "C")) where erased_at is null;

create table account (
  id uuid primary key,
  member_id uuid not null unique references member,
  email text not null,
  -- Lower case, as it is compared at sign-in.
  email_key text not null unique,
  -- SHA-256 of email_key: the name by which a partner may know a member.
  email_hash bytea not null unique,
  -- Without dots and +tag: what two accounts of one person share.
  email_canonical text not null,
  password_hash text not null,
  created_at timestamptz not null
);
create index account_by_canonical_email on account (email_canonical);

create table session (
  id uuid primary key,
  member_id uuid not null references member,
  user_agent text not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index session_of_member on session (member_id, created_at desc);
-- For removing those that ended long ago.
create index session_by_end on session (coalesce(revoked_at, expires_at));

-- Single use; presenting a used one revokes its session (RFC 9700, 4.14.2).
create table refresh_token (
  hash bytea primary key,
  session_id uuid not null references session on delete cascade,
  issued_at timestamptz not null,
  used_at timestamptz
);
create index refresh_token_of_session on refresh_token (session_id);

create table partner (
  id uuid primary key,
  name text not null unique,
  created_at timestamptz not null
);

create table api_key (
  id uuid primary key,
  partner_id uuid not null references partner,
  name text not null,
  -- The first characters, by which people tell keys apart.
  prefix text not null,
  hash bytea not null unique,
  -- Separated by spaces, as in OAuth.
  scopes text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index api_key_of_partner on api_key (partner_id);

-- The names that partners give to members.
create table external_member (
  partner_id uuid not null references partner,
  external_id text not null,
  member_id uuid not null references member,
  linked_at timestamptz not null,
  primary key (partner_id, external_id)
);
create index external_member_of_member on external_member (member_id);

create table audit_entry (
  id uuid primary key,
  actor_id uuid references member,
  action text not null,
  subject_kind text not null,
  subject_id uuid not null,
  reason text not null,
  detail jsonb not null,
  created_at timestamptz not null
);
create index audit_entry_of_subject on audit_entry (subject_id, id);
create trigger audit_entry_append_only before update or delete on audit_entry
  for each row execute function refuse_change();
