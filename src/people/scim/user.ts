/** Users and groups as SCIM shows them, and what is kept of what is sent. The rest is taken and dropped (RFC 7644, section 3.3). */
import type { GroupEntry, PersonEntry } from '../directory/keep.ts';
import type { GroupRow, PersonRow } from '../directory/store.ts';
import { ScimError } from './error.ts';
import { attributeIn, ENTERPRISE, GROUP, USER } from './filter.ts';
import { isObject, type Resource } from './patch.ts';

const MOST_CHARACTERS = 320;

export interface SentUser extends Omit<PersonEntry, 'managerId'> {
  /** As it was sent: a SCIM id, or what the sender calls him. */
  readonly manager: string | null;
}

/**
 * What is kept of a user. `active` is what holds when nothing is said. Nothing that tells who somebody is privately is looked
 * at: names go to be sealed or nowhere, other attributes nowhere. Throws `invalidValue`.
 */
export function readUser(resource: unknown, active: boolean): SentUser {
  if (!isObject(resource)) throw new ScimError(400, 'The body is no object.', 'invalidSyntax');
  const extension = attributeIn(resource, ENTERPRISE);
  const enterprise = isObject(extension) ? extension : {};
  const userName = text(resource, 'userName');
  if (userName === '') throw new ScimError(400, 'userName is missing.', 'invalidValue');
  return {
    userName,
    externalId: text(resource, 'externalId') || null,
    active: booleanOf(attributeIn(resource, 'active'), active),
    email: workEmail(attributeIn(resource, 'emails')),
    role: text(resource, 'title'),
    department: text(enterprise, 'department'),
    manager: managerOf(attributeIn(enterprise, 'manager')),
  };
}

/** The name as a whole, to be sealed; undefined when it is not there. */
export function nameOf(resource: Resource): string | undefined {
  const name = attributeIn(resource, 'name');
  const whole = attributeIn(resource, 'displayName') ?? (isObject(name) ? attributeIn(name, 'formatted') : undefined);
  return typeof whole === 'string' && whole.trim() !== '' ? whole.trim().slice(0, MOST_CHARACTERS) : undefined;
}

/** What is kept of a group. Throws `invalidValue`. */
export function readGroup(resource: unknown): GroupEntry {
  if (!isObject(resource)) throw new ScimError(400, 'The body is no object.', 'invalidSyntax');
  const name = text(resource, 'displayName');
  if (name === '') throw new ScimError(400, 'displayName is missing.', 'invalidValue');
  const members = attributeIn(resource, 'members') ?? [];
  if (!Array.isArray(members)) throw new ScimError(400, 'members is no list.', 'invalidValue');
  return {
    name,
    externalId: text(resource, 'externalId') || null,
    members: [
      ...new Set(
        members.map((member: unknown) => {
          const value = isObject(member) ? attributeIn(member, 'value') : member;
          if (typeof value === 'string' && value !== '') return value;
          throw new ScimError(400, 'A member has no value.', 'invalidValue');
        }),
      ),
    ],
  };
}

export interface Shown {
  /** The address below which the resources are, such as https://countersign.example.org/scim/v2. */
  readonly base: string;
}

/** A user as an answer shows it. */
export function userResource(
  row: PersonRow,
  groups: readonly { id: string; name: string }[],
  { base }: Shown,
): Resource {
  const location = `${base}/Users/${row.id}`;
  const enterprise = {
    ...(row.department === '' ? {} : { department: row.department }),
    ...(row.manager_id === null ? {} : { manager: { value: row.manager_id, $ref: `${base}/Users/${row.manager_id}` } }),
  };
  const hasMore = Object.keys(enterprise).length > 0;
  return {
    schemas: hasMore ? [USER, ENTERPRISE] : [USER],
    id: row.id,
    ...(row.external_id === null ? {} : { externalId: row.external_id }),
    userName: row.user_name,
    active: row.active,
    ...(row.role === '' ? {} : { title: row.role }),
    ...(row.email === '' ? {} : { emails: [{ value: row.email, type: 'work', primary: true }] }),
    ...(hasMore ? { [ENTERPRISE]: enterprise } : {}),
    groups: groups.map(({ id, name }) => ({ value: id, display: name, $ref: `${base}/Groups/${id}` })),
    meta: metaOf('User', row, location),
  };
}

export function groupResource(row: GroupRow, members: readonly string[], { base }: Shown): Resource {
  return {
    schemas: [GROUP],
    id: row.id,
    ...(row.external_id === null ? {} : { externalId: row.external_id }),
    displayName: row.name,
    members: members.map((id) => ({ value: id, type: 'User', $ref: `${base}/Users/${id}` })),
    meta: metaOf('Group', row, `${base}/Groups/${row.id}`),
  };
}

function metaOf(resourceType: string, row: { created_at: Date; updated_at: Date }, location: string) {
  const [created, lastModified] = [row.created_at.toISOString(), row.updated_at.toISOString()];
  return { resourceType, created, lastModified, location };
}

function text(holder: object, name: string): string {
  const value = attributeIn(holder, name) ?? '';
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new ScimError(400, `${name} is no text.`, 'invalidValue');
  }
  const given = String(value).trim();
  if (given.length > MOST_CHARACTERS || /\p{Cc}/u.test(given)) {
    throw new ScimError(
      400,
      `${name} is longer than ${MOST_CHARACTERS} characters or holds control characters.`,
      'invalidValue',
    );
  }
  return given;
}

/** Some send "True" for true. */
function booleanOf(value: unknown, otherwise: boolean): boolean {
  if (value === undefined || value === null || value === '') return otherwise;
  const said = typeof value === 'string' ? value.toLowerCase() : value;
  if (said === true || said === 'true') return true;
  if (said === false || said === 'false') return false;
  throw new ScimError(400, 'active is neither true nor false.', 'invalidValue');
}

/** The address at work; what is marked as another kind is not taken. */
function workEmail(emails: unknown): string {
  const items = (Array.isArray(emails) ? emails : [emails]).filter((item) => isObject(item)) as Resource[];
  const kinds = items.filter((item) => ['work', ''].includes(String(attributeIn(item, 'type') ?? '').toLowerCase()));
  const isWork = (item: Resource) => String(attributeIn(item, 'type') ?? '').toLowerCase() === 'work';
  const isPrimary = (item: Resource) => String(attributeIn(item, 'primary') ?? '').toLowerCase() === 'true';
  const ranked = kinds.toSorted(
    (a, b) => Number(isWork(b)) - Number(isWork(a)) || Number(isPrimary(b)) - Number(isPrimary(a)),
  );
  return ranked[0] === undefined ? '' : text(ranked[0], 'value');
}

/** An id, an object with it, or, as Entra has sent it, a list with one object. */
function managerOf(value: unknown): string | null {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  const found: unknown = isObject(one) ? attributeIn(one, 'value') : one;
  return typeof found === 'string' && found !== '' ? found : null;
}
