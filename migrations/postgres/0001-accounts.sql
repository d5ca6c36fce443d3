-- Who may sign in, who is signed in, and how many tries have failed lately.

create table accounts (
  id text primary key,
  name text not null,
  -- The name as it is compared: Unicode NFKC, small letters. Done by the program, because the lower() of an engine
  -- depends on its locale and the two engines do not have the same one.
  name_key text not null unique,
  role text not null,
  password_hash text not null,
  created_at timestamptz not null,
  disabled_at timestamptz
);

-- Only a hash of the token: who reads the table cannot take over a session.
create table sessions (
  token_hash text primary key,
  account_id text not null references accounts (id) on delete cascade,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null
);

create index sessions_account on sessions (account_id);

-- Leaky buckets: `level` drains with time. The key is a hash, because people mistype passwords into the name field.
create table sign_in_tries (
  key text primary key,
  level double precision not null,
  updated_at timestamptz not null
);

-- Browsers from which somebody has signed in to the account before; guessing elsewhere does not slow these down.
create table known_browsers (
  token_hash text not null,
  account_id text not null references accounts (id) on delete cascade,
  last_used_at timestamptz not null,
  primary key (token_hash, account_id)
);
