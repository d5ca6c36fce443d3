-- A session's token changes while it lives. Sessions that are open now end: their tokens have no part that stays.

drop table sessions;

create table sessions (
  id text primary key,
  account_id text not null references accounts (id) on delete cascade,
  -- Hashes. A token has a part that stays, which finds the session, and one that changes, which must be the latest.
  secret_hash text not null unique,
  token_hash text not null,
  token_since timestamptz not null,
  -- Given out and not seen yet; it takes the place of the token with its first use.
  next_hash text,
  next_since timestamptz,
  -- Replaced; good for requests under way, for a moment.
  previous_hash text,
  previous_until timestamptz,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  -- How the session was opened, and when its owner last proved who he is.
  opened_with text not null,
  proved_at timestamptz
);

create index sessions_account on sessions (account_id);

-- What a sign-in, a proof or an enrolment that takes two requests remembers between them. Read once.
create table ceremonies (
  -- Whose it is: the hash of a cookie, or a session.
  holder text not null,
  purpose text not null,
  content jsonb not null,
  expires_at timestamptz not null,
  primary key (holder, purpose)
);

create index ceremonies_expiry on ceremonies (expires_at);

create table passkeys (
  id text primary key,
  -- The id that the authenticator chose (WebAuthn, base64url).
  credential_id text not null unique,
  account_id text not null references accounts (id),
  -- The host name it was made under; it signs for no other.
  rp_id text not null,
  -- COSE key, base64url.
  public_key text not null,
  counter bigint not null,
  -- Whether it may be copied to other devices by whoever made it.
  is_synced boolean not null,
  label text not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  -- Null: it waits for a second person and opens nothing.
  confirmed_at timestamptz,
  confirmed_by text,
  -- Its counter went back: somebody has a copy. It opens nothing any more.
  suspended_at timestamptz
);

create index passkeys_account on passkeys (account_id);
