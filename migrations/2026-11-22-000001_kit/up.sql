-- The machinery that knows no word of the domain: outbox, idempotency, secrets, import progress.

create extension if not exists pg_trgm;

-- Rows that must never change say so themselves, whoever asks.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

-- Transactional outbox: an event is written in the transaction that caused it and deleted in the
-- one that carried out its effects. `xid` lets the leader take only events that no running
-- transaction can still precede.
create table outbox_event (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  kind text not null,
  payload jsonb not null,
  occurred_at timestamptz not null,
  attempts int not null default 0
);

-- Events that a listener kept refusing wait here for an operator.
create table parked_event (
  id bigint primary key,
  kind text not null,
  payload jsonb not null,
  occurred_at timestamptz not null,
  error text not null,
  parked_at timestamptz not null default now()
);

-- The answer to a request with an Idempotency-Key, written with its effect. While the first request
-- runs, its uncommitted row makes the second one wait.
create table idempotency_key (
  caller text not null,
  operation text not null,
  key text not null,
  request_hash bytea not null,
  status smallint,
  body text,
  created_at timestamptz not null,
  primary key (caller, operation, key)
);
create index idempotency_key_age on idempotency_key (created_at);

-- Keys that sign access tokens and cursors, made at the first start. The newest signs, all verify.
create table server_secret (
  id uuid primary key,
  purpose text not null check (purpose in ('access_token', 'cursor')),
  secret bytea not null,
  created_at timestamptz not null,
  retired_at timestamptz
);

-- How far an import came, so that an interrupted one goes on where it stopped.
create table import_progress (
  source text primary key,
  stage text not null,
  position bigint not null,
  updated_at timestamptz not null
);
