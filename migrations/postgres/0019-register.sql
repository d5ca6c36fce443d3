-- The register of documents. A document is its steps; the other two tables are what the steps make of it, kept so that
-- lists can be asked for. People stand in it under aliases of the scope 'custody'.
create table register_steps (
  -- document/number: one column, so that the ledger finds a row by its index.
  id       text primary key,
  document text not null,
  n        integer not null,
  kind     text not null,
  step     jsonb not null,
  taken_by text not null,
  taken_at timestamptz not null,
  unique (document, n)
);

create table register_documents (
  id         text primary key,
  path       text not null unique,
  title      text not null,
  level      smallint not null check (level between 0 and 5),
  owner      text not null,
  project    text not null,
  registered date not null,
  origin     text not null,
  keep_until date,
  working    boolean not null,
  decoy      boolean not null,
  sha256     text not null,
  -- Copies that are not destroyed, those of them that somebody has, and those that an inventory did not find.
  copies     integer not null,
  away       integer not null,
  missing    integer not null,
  -- What waits for a second person: downgrade, destruction.
  waiting    text[] not null,
  steps      integer not null,
  -- How many of the steps detection has been told of.
  published  integer not null
);
create index register_documents_level on register_documents (level desc, path);
create index register_documents_owner on register_documents (owner, path);
create index register_documents_project on register_documents (project, path);
create index register_documents_waiting on register_documents (id) where waiting <> '{}';
create index register_documents_unpublished on register_documents (id) where published < steps;

create table register_copies (
  document  text not null references register_documents (id),
  copy      integer not null,
  state     text not null check (state in ('in registry', 'issued', 'lent', 'destroyed')),
  holder    text,
  since     timestamptz not null,
  due       date,
  last_seen timestamptz not null,
  missing   boolean not null,
  waiting   boolean not null,
  primary key (document, copy),
  -- A copy is at exactly one place: with somebody, or in the registry, or gone.
  check ((holder is not null) = (state in ('issued', 'lent'))),
  check ((due is not null) = (state = 'lent')),
  check (state <> 'destroyed' or not (waiting or missing))
);
create index register_copies_holder on register_copies (holder) where holder is not null;
create index register_copies_due on register_copies (due) where due is not null;

create table register_imports (
  id     text primary key,
  source text not null,
  place  text not null,
  report jsonb not null,
  by     text not null,
  at     timestamptz not null
);

-- Up to which state of the event store's table the register was brought.
create table register_state (
  name  text primary key,
  value text not null
);

-- Of each document, a digest of what tables said of it when it was last looked at: only what differs is looked at again.
create table register_told (
  path  text primary key,
  facts text not null,
  more  text not null
);

create trigger written_once before update or delete on register_steps for each row execute function written_once();
create trigger never_emptied before truncate on register_steps for each statement execute function written_once();
create trigger written_once before update or delete on register_imports for each row execute function written_once();
create trigger never_emptied before truncate on register_imports for each statement execute function written_once();

-- What is destroyed does not come back, and no copy vanishes without being destroyed.
create function never_returns() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.state <> 'destroyed' and new.document = old.document and new.copy = old.copy then
    return new;
  end if;
  if tg_op = 'UPDATE' and new is not distinct from old then
    return new;
  end if;
  raise exception 'a copy that was destroyed does not return, and none is removed: % is refused', lower(tg_op)
    using errcode = 'insufficient_privilege';
end
$$;
create trigger never_returns before update or delete on register_copies
  for each row execute function never_returns();
create trigger never_emptied before truncate on register_copies for each statement execute function never_returns();
