-- What one person asks for about accounts and another decides.

create table grant_requests (
  id text primary key,
  kind text not null,
  -- Whom it is about; null while the account does not exist.
  account_id text references accounts (id),
  name text,
  role text,
  person text,
  passkey_id text,
  reason text not null,
  requested_by text not null references accounts (id),
  -- Whose account that was when it was asked.
  requested_person text not null,
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  outcome text,
  decided_by text references accounts (id),
  decided_at timestamptz
);

create index grant_requests_open on grant_requests (requested_at) where outcome is null;
