-- User groups ("group" alone is a word of SQL).
create table user_group (
  id uuid primary key,
  slug text not null unique,
  name text not null,
  description text not null,
  kind text not null check (kind in ('open', 'on_request', 'invite_only')),
  -- Invisible to everybody who is not in it.
  private boolean not null,
  member_count int not null default 0 check (member_count >= 0),
  created_by uuid not null references member,
  created_at timestamptz not null,
  deleted_at timestamptz,
  version int not null default 1
);
create index user_group_listed on user_group (member_count desc, id desc) where deleted_at is null;

create table membership (
  group_id uuid not null references user_group,
  member_id uuid not null references member,
  role text not null check (role in ('owner', 'moderator', 'member')),
  state text not null check (state in ('active', 'requested', 'invited', 'banned')),
  since timestamptz not null,
  primary key (group_id, member_id)
);
create index membership_of_member on membership (member_id) where state = 'active';
