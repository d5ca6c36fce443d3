-- Roles are granted, several to an account if they may be united, and an account belongs to a person.

create table grants (
  account_id text not null references accounts (id),
  role text not null,
  granted_at timestamptz not null,
  primary key (account_id, role)
);

insert into grants (account_id, role, granted_at)
select id, role, created_at from accounts;

alter table accounts drop column role;

-- The directory's account of whoever signs in: nobody sees anything about himself, whatever his account is called.
alter table accounts add column person text;

create index accounts_person on accounts (person) where person is not null;
