-- The ledger itself lies in files. Here is what may have to be deleted one day, and what it takes to check rows.

-- The salt of each recorded row's hash. The row with the empty key says that the table's older rows were taken in.
create table ledger_rows (
  table_name text not null,
  row_key text not null,
  salt text not null,
  primary key (table_name, row_key)
);

-- What an entry commits to without saying it. Deleting a row here leaves the entry as it is, and nothing to find out.
create table ledger_details (
  entry_id text primary key,
  salt text not null,
  details jsonb not null
);
