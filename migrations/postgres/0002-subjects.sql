-- Pseudonyms. Drawn by lot; the only place where an account and its pseudonym meet.
create table subjects (
  user_uid text primary key,
  alias    text not null unique
);
