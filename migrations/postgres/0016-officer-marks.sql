-- A keyed hash of an officer's key and of who confirmed it: whoever can write here, and has no key, cannot add himself.
-- A key without one counts as retired.
alter table officer_keys add column mark text not null default '';
