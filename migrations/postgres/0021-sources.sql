-- Where events come from: each source with its reader, and, where the program listens or reads by itself, at what.
create table sources (
  name text primary key,
  -- '': each line finds its own.
  reader text not null,
  -- http, syslog+udp://, syslog+tcp://, syslog+tls://, tail:, drop:
  origin text not null,
  declared_at timestamptz not null
);
