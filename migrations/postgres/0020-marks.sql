-- Marked copies: an issue is one document for some recipients, with a code of its own. Who a recipient is, and the code,
-- stand here sealed under a key that is not in this database.
create table mark_issues (
  id               text primary key,
  document         text not null,
  document_sha256  text not null,
  format           text not null check (format in ('pdf', 'docx')),
  recipients       integer not null check (recipients > 0),
  colluders        integer not null check (colluders > 0),
  false_accusation double precision not null,
  miss             double precision not null,
  length           integer not null,
  -- Secret and places, encrypted; bound to the id.
  codebook         text not null,
  -- SHA-256 of the code: in the ledger before the first copy left.
  commitment       text not null,
  issued_at        timestamptz not null
);

create table marked_copies (
  issue_id    text not null references mark_issues (id),
  copy_number integer not null check (copy_number > 0),
  document    text not null,
  -- The recipient's pseudonym, in the scope that is the issue.
  alias       text not null,
  commitment  text not null,
  -- Of the copy as it left.
  sha256      text not null,
  issued_at   timestamptz not null,
  primary key (issue_id, copy_number)
);

-- Documents that nobody needs, made here. Which they are stands sealed: whoever reads this database learns how many there are.
create table decoy_documents (
  id         text primary key,
  sealed     text not null,
  placed     date not null,
  retired    date,
  made_at    timestamptz not null
);
