-- The book of esteem: earned from peers, never spent, never converted.
create table reputation_entry (
  id uuid primary key,
  member_id uuid not null references member,
  kind text not null,
  amount int not null check (amount <> 0),
  post_id uuid references post,
  -- What caused it: a vote's id, an outbox event's number, a review decision.
  source text not null,
  occurred_at timestamptz not null,
  unique (kind, source, member_id)
);
create index reputation_entry_of_member on reputation_entry (member_id, occurred_at desc, id desc);
create index reputation_entry_of_post on reputation_entry (post_id);
create trigger reputation_entry_append_only before update or delete on reputation_entry
  for each row execute function refuse_change();

-- Sum of the entries; what is shown is never below 1 (docs/community-rules.md, Reputation).
create table reputation (
  member_id uuid primary key references member,
  total int not null
);
