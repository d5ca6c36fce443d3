/** What a list can be asked for: a filter of SCIM as a comparison of the store's columns. */
import type { Test } from '../directory/store.ts';
import { ScimError } from './error.ts';
import { type Attribute, ENTERPRISE, type Filter } from './filter.ts';

type Kind = 'User' | 'Group';

const ASKED: Readonly<Record<Kind, string>> = {
  User: 'id, userName, externalId, emails.value, active and manager',
  Group: 'id, displayName, externalId and members.value',
};

/** Throws `invalidFilter` for what cannot be asked, naming what can. */
export function questionOf(kind: Kind, filter: Filter): Test {
  switch (filter.kind) {
    case 'and':
      return { all: filter.parts.map((part) => questionOf(kind, part)) };
    case 'or':
      return { any: filter.parts.map((part) => questionOf(kind, part)) };
    case 'not':
      throw refused(kind, 'not');
    case 'value':
      return withinValue(kind, filter.attribute, filter.filter);
    case 'compare': {
      if (filter.operator !== 'eq') throw refused(kind, filter.operator);
      return equals(kind, filter.attribute, filter.value ?? null);
    }
  }
}

function equals(kind: Kind, { schema, name, sub }: Attribute, value: string | number | boolean | null): Test {
  const attribute = [name, sub].filter(Boolean).join('.').toLowerCase();
  const said = String(value);
  if (kind === 'User' && (schema === ENTERPRISE || schema === undefined) && /^manager(\.value)?$/.test(attribute)) {
    return { column: 'manager_id', value: said };
  }
  if (schema !== undefined) throw refused(kind, `${schema}:${attribute}`);
  if (attribute === 'id') return { column: 'id', value: said };
  if (attribute === 'externalid') return { column: 'external_id', value: said };
  if (kind === 'User') {
    if (attribute === 'username') return { column: 'user_name_key', value: said.toLowerCase() };
    if (attribute === 'emails' || attribute === 'emails.value') return { column: 'email', value: said.toLowerCase() };
    if (attribute === 'active') return { column: 'active', value: said.toLowerCase() === 'true' };
  } else {
    if (attribute === 'displayname') return { column: 'name', value: said };
    if (attribute === 'members' || attribute === 'members.value') return { column: 'member', value: said };
  }
  throw refused(kind, attribute);
}

/** `emails[type eq "work" and value eq "x"]`: every address that is kept is one at work. */
function withinValue(kind: Kind, attribute: Attribute, filter: Filter): Test {
  if (filter.kind === 'and' || filter.kind === 'or') {
    const parts = filter.parts.map((part) => withinValue(kind, attribute, part));
    return filter.kind === 'and' ? { all: parts } : { any: parts };
  }
  const name = attribute.name.toLowerCase();
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || !['emails', 'members'].includes(name)) {
    throw refused(kind, `${attribute.name}[...]`);
  }
  const sub = filter.attribute.name.toLowerCase();
  if (sub === 'value') return equals(kind, { name, sub }, filter.value ?? null);
  const isSo = sub === 'type' && String(filter.value).toLowerCase() === (name === 'emails' ? 'work' : 'user');
  return isSo ? { all: [] } : { none: true };
}

function refused(kind: Kind, what: string): ScimError {
  return new ScimError(
    400,
    `${kind}s cannot be filtered by ${what}; by eq on ${ASKED[kind]}, with and, or and parentheses.`,
    'invalidFilter',
  );
}
