-- What members are told. It names what it is about by id only: who reads it sees what they may see by then.
create table notification (
  -- Anew with each thing that is merged into it, so that the latest is the last.
  id uuid primary key,
  -- The id it had before that.
  replaces_id uuid,
  member_id uuid not null references member,
  kind text not null,
  -- Unread ones about the same are one.
  about_id uuid not null,
  -- The latest 100 things that it tells of, by which the same is not told twice.
  sources uuid[] not null,
  count int not null check (count > 0),
  actor_id uuid references member,
  question_id uuid references post,
  post_id uuid references post,
  comment_id uuid references comment,
  group_id uuid references user_group,
  redemption_id uuid references redemption,
  -- Points, or the rank of a tier.
  amount bigint,
  -- A state, a direction or a reason.
  detail text,
  created_at timestamptz not null,
  read_at timestamptz
);
create index notification_of_member on notification (member_id, id desc);
create index notification_about on notification (member_id, kind, about_id);
create unique index notification_unread_once on notification (member_id, kind, about_id) where read_at is null;
create index notification_read on notification (read_at) where read_at is not null;

-- Kinds that a member does not want to be told.
create table notification_off (
  member_id uuid not null references member,
  kind text not null,
  primary key (member_id, kind)
);
