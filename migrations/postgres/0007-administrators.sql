-- Whether the directory says that the person of a lead keeps networks, servers or databases: such a lead is for the
-- independent reviewers. Filled whenever the queue is rebuilt, which happens at every start.
alter table leads add column administrator boolean not null default true;
