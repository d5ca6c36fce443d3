-- Pseudonyms, drawn by lot, each in its scope: the queue of leads, or a case. No account stands beside one: what leads
-- from one to the other lies under a key that is not in this database.
create table aliases (
  scope       text not null,
  alias       text not null,
  -- A keyed hash of scope and account: finds the alias of an account, and differs from scope to scope.
  person_mark text not null,
  -- The account, encrypted; bound to scope and alias, so that two rows cannot be exchanged.
  sealed      text not null,
  primary key (scope, alias),
  unique (scope, person_mark)
);

-- What the right key gives for a fixed text: one row. Another key in its place would draw everybody anew.
create table sealing_key (
  mark text primary key
);

-- A lead is known by the alias in its id. The rows of `subjects` move to `aliases` at the next start, because that needs
-- the key; the table is dropped then.
alter table leads drop column user_uid;
alter table leads add column person_mark text not null default '';
