-- The directory as SCIM and imports keep it: what is needed of somebody's place at work, and no names.

create sequence directory_n;

create table directory_people (
  id text primary key,
  -- What the rest of the program calls the entry for ever: its first account name.
  user_uid text not null,
  user_name text not null,
  user_name_key text not null,
  -- SCIM: the identifier of whoever sends it. Import: a keyed hash of the distinguished name, which often holds a name.
  external_id text,
  active boolean not null,
  email text not null,
  role text not null,
  department text not null,
  manager_id text references directory_people (id),
  source text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Deleted by the directory: kept, because what was done while the account was there stays done.
  deleted_at timestamptz
);

create unique index directory_people_user_name on directory_people (user_name_key) where deleted_at is null;
create index directory_people_user_name_key on directory_people (user_name_key);
create index directory_people_external_id on directory_people (external_id);
create index directory_people_user_uid on directory_people (lower(user_uid));
create index directory_people_manager on directory_people (manager_id);

create table directory_groups (
  id text primary key,
  name text not null,
  external_id text,
  source text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index directory_groups_external_id on directory_groups (external_id);
create index directory_groups_name on directory_groups (lower(name));

create table directory_members (
  group_id text not null references directory_groups (id),
  member_id text not null references directory_people (id),
  primary key (group_id, member_id)
);

create index directory_members_member on directory_members (member_id);

-- What held from which day on; only added to.
create table directory_versions (
  n bigint primary key default nextval('directory_n'),
  user_uid text not null,
  valid_from date not null,
  active boolean not null,
  email text not null,
  role text not null,
  groups jsonb not null,
  department text not null,
  manager text not null
);

create index directory_versions_user_uid on directory_versions (user_uid, n);

create table person_links (
  id text primary key,
  -- Grows with every change of the row.
  n bigint not null default nextval('directory_n'),
  account text not null,
  account_key text not null,
  person text not null,
  kind text not null,
  valid_from date not null,
  valid_to date,
  -- by-hand or directory
  source text not null,
  created_at timestamptz not null
);

create index person_links_account on person_links (account_key);
create index person_links_person on person_links (lower(person));
create index person_links_n on person_links (n);

-- A token is for handing in logs or for keeping the directory, never for both.
alter table shipper_tokens add column kind text not null default 'logs';
