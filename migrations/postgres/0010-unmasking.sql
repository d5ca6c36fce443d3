-- Public keys of the officers who together can open an identity. Whose key it is: the account that proposed it.
create table officer_keys (
  id           text primary key,
  account_id   text not null references accounts (id),
  class        text not null check (class in ('case', 'approval')),
  recipient    text not null,
  signing_key  text not null unique,
  proposed_at  timestamptz not null,
  confirmed_by text references accounts (id),
  confirmed_at timestamptz,
  retired_by   text references accounts (id),
  retired_at   timestamptz
);

-- Name and address of a person of the directory, under two layers that only two officers together open.
create table sealed_identities (
  -- A keyed hash of the account.
  person_mark     text primary key,
  -- A keyed hash of what was sealed and for whom: it is sealed anew when either changes.
  content_mark    text not null,
  outer_layer     text not null,
  inner_digest    text not null,
  identity_digest text not null
);

-- Requests to open one. Which they are about is found by a keyed hash; everything else stands in the steps.
create table unmaskings (
  id           text primary key,
  case_id      text not null,
  alias        text not null,
  person_mark  text not null,
  reason       text not null,
  requested_at timestamptz not null
);
create index unmaskings_of on unmaskings (person_mark);

create table unmasking_steps (
  id           text primary key,              -- of the unmasking, a dot, and the step's number from 1
  unmasking_id text not null references unmaskings (id),
  number       integer not null,
  account_id   text not null references accounts (id),
  -- A keyed hash of whose account it was then.
  person_mark  text,
  at           text not null,
  step         text not null,                 -- JSON
  unique (unmasking_id, number)
);

-- What is open right now: deleted as soon as it has expired, was declined or is ended.
create table unmasking_layers (
  unmasking_id    text primary key references unmaskings (id),
  outer_layer     text not null,
  inner_digest    text not null,
  identity_digest text not null,
  inner_layer     text,
  -- Encrypted under the key that does not lie in this database.
  identity        text,
  expires_at      timestamptz not null
);
