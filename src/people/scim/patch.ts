/**
 * PATCH: RFC 7644, section 3.5.2, and what Okta and Entra send that is not quite it: capitals in `op`, paths as keys of a value,
 * a list of members to remove as the value, a filter that nothing passes yet. Pure: a resource in, a resource out.
 */
import { ScimError } from './error.ts';
import { type Attribute, ENTERPRISE, type Filter, type Path, parsePath, passes } from './filter.ts';

export type Resource = Record<string, unknown>;

export interface Operation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path?: string | undefined;
  readonly value?: unknown;
}

export const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const MOST_OPERATIONS = 1000;
const MULTI = [
  'emails',
  'members',
  'phonenumbers',
  'addresses',
  'photos',
  'ims',
  'roles',
  'entitlements',
  'groups',
  'x509certificates',
];

/** The operations of a PATCH body. Throws `invalidSyntax` and `invalidValue`. */
export function operationsOf(body: unknown): Operation[] {
  const operations = isObject(body) ? property(body, 'Operations') : undefined;
  if (!Array.isArray(operations) || operations.length === 0) {
    throw new ScimError(400, 'The body needs Operations, a list of at least one.', 'invalidSyntax');
  }
  if (operations.length > MOST_OPERATIONS) {
    throw new ScimError(413, `At most ${MOST_OPERATIONS} operations are taken at once.`, 'tooMany');
  }
  return operations.map((operation: unknown, at) => {
    const op = isObject(operation) ? String(property(operation, 'op')).toLowerCase() : '';
    const path = isObject(operation) ? property(operation, 'path') : undefined;
    if (!isObject(operation) || (op !== 'add' && op !== 'replace' && op !== 'remove')) {
      throw new ScimError(400, `Operation ${at + 1}: op is none of add, replace, remove.`, 'invalidSyntax');
    }
    if (path !== undefined && path !== null && typeof path !== 'string') {
      throw new ScimError(400, `Operation ${at + 1}: the path is no text.`, 'invalidPath');
    }
    return { op, path: path || undefined, value: property(operation, 'value') };
  });
}

/** The resource after the operations, in their order. The one that was given is not touched. */
export function patched(resource: Resource, operations: readonly Operation[]): Resource {
  const result = structuredClone(resource);
  for (const { op, path, value } of operations) {
    if (path !== undefined) apply(result, op, parsePath(path), value);
    else if (op === 'remove') throw new ScimError(400, 'To remove needs a path.', 'noTarget');
    else if (!isObject(value)) throw new ScimError(400, 'Without a path the value is an object.', 'invalidValue');
    else for (const [key, one] of Object.entries(value)) apply(result, op, parsePath(key), one);
  }
  return result;
}

function apply(resource: Resource, op: Operation['op'], { attribute, filter }: Path, value: unknown): void {
  if (op !== 'remove' && value === undefined) throw new ScimError(400, 'The operation has no value.', 'invalidValue');
  const holder = holderOf(resource, attribute, op);
  if (holder === undefined) return;
  const key = keyOf(holder, attribute.name);
  if (attribute.name === '') merge(holder, value, op);
  else if (filter !== undefined) applyFiltered(holder, key, { op, filter, sub: attribute.sub }, value);
  else if (attribute.sub !== undefined) applySub(holder, key, { op, sub: attribute.sub }, value);
  else if (op === 'remove') remove(holder, key, value);
  else set(holder, key, op, value);
}

function set(holder: Resource, key: string, op: Operation['op'], value: unknown): void {
  const before = holder[key];
  if (Array.isArray(before) || MULTI.includes(key.toLowerCase())) {
    const items = Array.isArray(value) ? value : value === null || value === '' ? [] : [value];
    holder[key] = op === 'replace' ? unique(items) : unique([...(Array.isArray(before) ? before : []), ...items]);
  } else if (isObject(before) && isObject(value)) merge(before, value, op);
  else holder[key] = value;
}

/** Where an attribute lies: the resource, or its extension, which is made when something is put into it. */
function holderOf(resource: Resource, { schema }: Attribute, op: Operation['op']): Resource | undefined {
  if (schema === undefined) return resource;
  const key = keyOf(resource, schema);
  if (schema !== ENTERPRISE) return undefined;
  if (!isObject(resource[key])) {
    if (op === 'remove') return undefined;
    resource[key] = {};
  }
  return resource[key] as Resource;
}

function merge(holder: Resource, value: unknown, op: Operation['op']): void {
  if (op === 'remove') {
    for (const key of Object.keys(holder)) delete holder[key];
    return;
  }
  if (!isObject(value)) throw new ScimError(400, 'An attribute with others below it needs an object.', 'invalidValue');
  for (const [key, one] of Object.entries(value)) apply(holder, op, parsePath(key), one);
}

/** Without a value all; with a list, as Entra removes members, those that have one of its values. */
function remove(holder: Resource, key: string, value: unknown): void {
  const before = holder[key];
  const named = (Array.isArray(value) ? value : [value]).flatMap((one) => identifierOf(one) ?? []);
  if (Array.isArray(before) && named.length > 0) {
    holder[key] = before.filter((one) => !named.includes(identifierOf(one)!));
  } else delete holder[key];
}

function applySub(
  holder: Resource,
  key: string,
  { op, sub }: { op: Operation['op']; sub: string },
  value: unknown,
): void {
  const before = holder[key];
  const items = Array.isArray(before) ? before.filter(isObject) : isObject(before) ? [before] : [];
  if (items.length === 0) {
    if (op === 'remove') return;
    const made = { [sub]: value };
    holder[key] = MULTI.includes(key.toLowerCase()) ? [made] : made;
    return;
  }
  for (const item of items) setSub(item, sub, op, value);
}

function applyFiltered(
  holder: Resource,
  key: string,
  { op, filter, sub }: { op: Operation['op']; filter: Filter; sub: string | undefined },
  value: unknown,
): void {
  const before = Array.isArray(holder[key]) ? (holder[key] as unknown[]) : [];
  const found = before.filter((item) => passes(item, filter));
  if (op === 'remove') {
    if (sub === undefined) holder[key] = before.filter((item) => !found.includes(item));
    else for (const item of found.filter(isObject)) setSub(item, sub, op, undefined);
    return;
  }
  if (found.length === 0) {
    // A provider sets the work address by its filter, whether there was one or not.
    const made: Resource = Object.fromEntries(equalities(filter));
    if (sub !== undefined) made[sub] = value;
    else if (isObject(value)) Object.assign(made, value);
    else throw new ScimError(400, 'Nothing passes the filter of the path.', 'noTarget');
    holder[key] = [...before, made];
    return;
  }
  for (const item of found.filter(isObject)) {
    if (sub !== undefined) setSub(item, sub, op, value);
    else if (isObject(value)) Object.assign(item, value);
    else
      throw new ScimError(
        400,
        'What passes the filter has attributes below it: the value is an object.',
        'invalidValue',
      );
  }
}

/** What an item has to say to pass a filter that only asks for equality; else the filter gives no item. */
function equalities(filter: Filter): [string, unknown][] {
  if (filter.kind === 'and') return filter.parts.flatMap(equalities);
  if (filter.kind === 'compare' && filter.operator === 'eq') return [[filter.attribute.name, filter.value]];
  throw new ScimError(400, 'Nothing passes the filter of the path.', 'noTarget');
}

function setSub(item: Resource, sub: string, op: Operation['op'], value: unknown): void {
  const key = keyOf(item, sub);
  if (op === 'remove') delete item[key];
  else item[key] = value;
}

/** Each once: those with a value by it, the last of them holds. */
function unique(items: readonly unknown[]): unknown[] {
  const found = new Map<string, unknown>();
  for (const item of items) {
    const type = isObject(item) ? String(property(item, 'type') ?? '').toLowerCase() : '';
    found.set(`${type}\n${identifierOf(item) ?? JSON.stringify(item)}`, item);
  }
  return [...found.values()];
}

function identifierOf(item: unknown): string | undefined {
  const value = isObject(item) ? property(item, 'value') : item;
  return typeof value === 'string' ? value : undefined;
}

const keyOf = (holder: Resource, name: string): string =>
  Object.keys(holder).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
const property = (holder: Resource, name: string): unknown => holder[keyOf(holder, name)];
export const isObject = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
