-- Whom the organisation's own sign-in (OpenID Connect) may sign in as which account. A row is made by whoever may make
-- accounts; the first sign-in under the expected name fills in the subject, and from then on the subject alone counts.

create table account_links (
  id text primary key,
  account_id text not null references accounts (id),
  issuer text not null,
  -- The value of the claim that names the person.
  expected text not null,
  subject text,
  created_at timestamptz not null,
  bound_at timestamptz,
  unique (issuer, expected),
  unique (issuer, subject)
);

create index account_links_account on account_links (account_id);
