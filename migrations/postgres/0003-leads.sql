-- A lead: the signals of one person, kept together while they last. Refreshed from the event store when days were computed.
create table leads (
  id         text primary key,
  user_uid   text not null unique,
  first_day  date not null,
  last_day   date not null,
  score      double precision not null,
  signals    integer not null,
  stages     text[] not null,
  detections text[] not null,
  top        jsonb not null,
  trend      double precision[] not null,
  as_of      date not null
);
create index leads_by_score on leads (score desc, id);
