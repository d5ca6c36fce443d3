-- Triage and cases. What is decided about people is written once; undoing is another row that says so.

-- The evidence in bits that stands behind a lead's score.
alter table leads add column evidence double precision not null default 0;

-- What was decided about a lead, and what its evidence was then. Leads are made anew every night; this stays.
create table lead_triage (
  id         text primary key,
  n          integer generated always as identity,
  lead       text not null,
  decision   text not null check (decision in ('dismiss', 'watch', 'hand_over', 'return')),
  reason     text not null,
  until      date,
  queue      text check (queue in ('case_officers', 'reviewers')),
  evidence   double precision not null,
  as_of      date not null,
  decided_by text not null,
  decided_at timestamptz not null
);
create index lead_triage_of on lead_triage (lead, n desc);

-- Signals of a lead up to and including a day that were explained: they no longer count.
create table explained_signals (
  id    text primary key,
  lead  text not null,
  until date not null
);

create table cases (
  id        text primary key,
  -- Under which the person appears in this case and nowhere else: of the scope that is the case.
  alias     text not null,
  lead      text not null,
  queue     text not null check (queue in ('case_officers', 'reviewers')),
  opened_at timestamptz not null
);
create index cases_of on cases (lead);

create table case_steps (
  case_id  text not null references cases (id),
  n        integer not null,
  kind     text not null,
  step     jsonb not null,
  taken_by text not null,
  taken_at timestamptz not null,
  primary key (case_id, n)
);
-- Who was admitted and who is recused: asked at every look at a case.
create index case_steps_who on case_steps (kind, (step ->> 'account'), case_id);

-- What the program does because of a case, for as long as the row is there.
create table watch_list (
  case_id text not null references cases (id),
  effect  text not null,
  lead    text not null,
  since   date not null,
  primary key (case_id, effect)
);
create table copy_holds (
  case_id text not null references cases (id),
  effect  text not null,
  since   date not null,
  primary key (case_id, effect)
);

-- Certificates: what was destroyed, by which rule. `covers` names it as case:ID or lead_triage:ID.
create table destructions (
  id          text primary key,
  kind        text not null,
  covers      text[] not null,
  certificate jsonb not null,
  digest      text not null,
  made_at     timestamptz not null,
  made_in     xid8 not null default pg_current_xact_id()
);

-- Who may write may not rewrite. A row goes only in the transaction that leaves a certificate of its destruction.
create function written_once() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and tg_nargs = 2 and exists (
    select 1 from destructions
    where made_in = pg_current_xact_id() and tg_argv[0] || (to_jsonb(old) ->> tg_argv[1]) = any(covers)
  ) then
    return old;
  end if;
  raise exception 'rows of % are written once: % is refused', tg_table_name, lower(tg_op)
    using errcode = 'insufficient_privilege';
end
$$;
create trigger written_once before update or delete on lead_triage
  for each row execute function written_once('lead_triage:', 'id');
create trigger written_once before update or delete on cases
  for each row execute function written_once('case:', 'id');
create trigger written_once before update or delete on case_steps
  for each row execute function written_once('case:', 'case_id');
create trigger written_once before update or delete on destructions
  for each row execute function written_once();
create trigger written_once before update or delete on explained_signals
  for each row execute function written_once();
create trigger never_emptied before truncate on lead_triage for each statement execute function written_once();
create trigger never_emptied before truncate on cases for each statement execute function written_once();
create trigger never_emptied before truncate on case_steps for each statement execute function written_once();
create trigger never_emptied before truncate on destructions for each statement execute function written_once();
create trigger never_emptied before truncate on explained_signals for each statement execute function written_once();
