-- Tokens with which a program hands in the rows of one source, and does nothing else.

create table shipper_tokens (
  id text primary key,
  source text not null,
  -- Only a hash: who reads the table cannot write as the source.
  token_hash text not null unique,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_on date
);
