-- What came of running a rule over the stored events in the console, by the hash of its text: figures alone, of nobody.

create table rule_backtests (
  sha256 text primary key,
  ran_at timestamptz not null,
  from_day date not null,
  to_day date not null,
  days_with_logs integer not null,
  days_with_hits integer not null
);
