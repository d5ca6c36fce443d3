-- What people declare about their own work: an outside contact, a gift or favour, paid side work, a trip. Only what an
-- organisation may ask: days, one line of text where needed, for a trip whether it is official and what goes along.
create table declarations (
  id          text primary key,
  user_uid    text not null,
  kind        text not null,
  declared_on date not null,
  first_day   date not null,
  last_day    date,
  note        text not null,
  official    boolean,
  devices     boolean
);
create index declarations_of on declarations (user_uid, declared_on desc);
