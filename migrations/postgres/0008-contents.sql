-- What the program was last run with: each rule and the settings, by the hash of their content. A change is noticed at the
-- next start, however it was made, and stands in the ledger.
create table ledger_contents (
  name text primary key,
  sha256 text not null
);
