/** The verbs of SCIM over the directory: each in one transaction, each in the ledger under the token that sent it. */
import { Fault } from '../../base/fault.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';
import * as keep from '../directory/keep.ts';
import * as store from '../directory/store.ts';
import { keyOf } from '../links/link.ts';
import { changed, type Directory, today } from '../links/links.ts';
import { ScimError } from './error.ts';
import { parseFilter } from './filter.ts';
import { operationsOf, patched, type Resource } from './patch.ts';
import { questionOf } from './question.ts';
import { LIST, MOST_RESULTS } from './schemas.ts';
import { groupResource, nameOf, readGroup, readUser, type SentUser, type Shown, userResource } from './user.ts';

export interface Scim extends Directory, Shown {}

/** What was written, and the name that came with it, which is not kept here. */
export interface Written {
  readonly resource: Resource;
  readonly named?: { readonly user: string; readonly name: string; readonly address: string } | undefined;
}

const USUAL_RESULTS = 100;

export interface ListQuery {
  readonly filter?: string | undefined;
  readonly startIndex?: string | undefined;
  readonly count?: string | undefined;
  /** Whether members of groups are wanted: asking for them costs most. */
  readonly members: boolean;
}

export async function list(scim: Scim, kind: 'User' | 'Group', query: ListQuery): Promise<Resource> {
  const startIndex = Math.max(1, whole(query.startIndex, 'startIndex', 1));
  const limit = Math.min(MOST_RESULTS, Math.max(0, whole(query.count, 'count', USUAL_RESULTS)));
  const test = query.filter === undefined ? undefined : questionOf(kind, parseFilter(query.filter));
  const page = { test, offset: startIndex - 1, limit };
  const { casework } = scim;
  const resources: Resource[] = [];
  let total: number;
  if (kind === 'User') {
    const found = await store.selectPeople(casework, page);
    total = found.total;
    for (const row of found.rows) resources.push(userResource(row, await store.groupsOf(casework, row.id), scim));
  } else {
    const found = await store.selectGroups(casework, page);
    total = found.total;
    for (const row of found.rows) resources.push(await shownGroup(scim, casework, row, query.members));
  }
  return { schemas: [LIST], totalResults: total, startIndex, itemsPerPage: resources.length, Resources: resources };
}

export async function getUser(scim: Scim, id: string): Promise<Resource> {
  return await shownUser(scim, scim.casework, id);
}

export async function getGroup(scim: Scim, id: string, members = true): Promise<Resource> {
  return await shownGroup(scim, scim.casework, await keep.liveGroup(scim.casework, id), members);
}

export async function createUser(scim: Scim, body: unknown): Promise<Written> {
  const sent = readUser(body, true);
  return await writing(scim, 'user.create', async (under) => {
    const id = await keep.addPerson(under, await entryOf(under.tx, sent));
    return await written(scim, under.tx, id, body as Resource);
  });
}

export async function replaceUser(scim: Scim, id: string, body: unknown): Promise<Written> {
  return await writing(scim, 'user.replace', async (under) => {
    const { active } = await keep.livePerson(under.tx, id);
    await keep.changePerson(under, id, await entryOf(under.tx, readUser(body, active)));
    return await written(scim, under.tx, id, body as Resource);
  });
}

export async function patchUser(scim: Scim, id: string, body: unknown): Promise<Written> {
  const operations = operationsOf(body);
  return await writing(scim, 'user.patch', async (under) => {
    const before = await shownUser(scim, under.tx, id);
    const after = patched(before, operations);
    const { active } = await keep.livePerson(under.tx, id);
    await keep.changePerson(under, id, await entryOf(under.tx, readUser(after, active)));
    return await written(scim, under.tx, id, after);
  });
}

export async function deleteUser(scim: Scim, id: string): Promise<void> {
  await writing(scim, 'user.delete', (under) => keep.removePerson(under, id));
}

export async function createGroup(scim: Scim, body: unknown): Promise<Written> {
  const entry = readGroup(body);
  return await writing(scim, 'group.create', async (under) => {
    const id = await keep.addGroup(under, entry);
    return { resource: await shownGroup(scim, under.tx, await keep.liveGroup(under.tx, id), true) };
  });
}

export async function replaceGroup(scim: Scim, id: string, body: unknown): Promise<Written> {
  const entry = readGroup(body);
  return await writing(scim, 'group.replace', async (under) => {
    await keep.changeGroup(under, id, entry);
    return { resource: await shownGroup(scim, under.tx, await keep.liveGroup(under.tx, id), true) };
  });
}

export async function patchGroup(scim: Scim, id: string, body: unknown): Promise<Written> {
  const operations = operationsOf(body);
  return await writing(scim, 'group.patch', async (under) => {
    const before = await shownGroup(scim, under.tx, await keep.liveGroup(under.tx, id), true);
    await keep.changeGroup(under, id, readGroup(patched(before, operations)));
    return { resource: await shownGroup(scim, under.tx, await keep.liveGroup(under.tx, id), true) };
  });
}

export async function deleteGroup(scim: Scim, id: string): Promise<void> {
  await writing(scim, 'group.delete', (under) => keep.removeGroup(under, id));
}

async function writing<T>(scim: Scim, act: string, work: (under: keep.Under) => Promise<T>): Promise<T> {
  return await changed(scim, `directory.${act}`, '', (tx, touch) =>
    work({ tx, touch, now: scim.clock(), day: today(scim), source: 'scim' }),
  );
}

async function written(scim: Scim, tx: CaseworkDb, id: string, sent: Resource): Promise<Written> {
  const { user_uid: user, email: address } = await keep.livePerson(tx, id);
  const name = nameOf(sent);
  return { resource: await shownUser(scim, tx, id), named: name === undefined ? undefined : { user, name, address } };
}

async function shownUser(shown: Shown, db: CaseworkDb, id: string): Promise<Resource> {
  return userResource(await keep.livePerson(db, id), await store.groupsOf(db, id), shown);
}

async function shownGroup(shown: Shown, db: CaseworkDb, row: store.GroupRow, members: boolean): Promise<Resource> {
  return groupResource(row, members ? await store.membersOf(db, row.id) : [], shown);
}

/** Who a manager is: by SCIM id, account name or the sender's own identifier. Whoever is none of these is not known yet. */
async function entryOf(db: CaseworkDb, { manager, ...entry }: SentUser): Promise<keep.PersonEntry> {
  if (manager === null) return { ...entry, managerId: null };
  const byId = await store.personById(db, manager);
  const byName = (await store.peopleByName(db, keyOf(manager))).find(({ deleted_at }) => deleted_at === null);
  const found = byId?.deleted_at === null ? byId : (byName ?? (await store.personByExternalId(db, 'scim', manager)));
  return { ...entry, managerId: found?.id ?? null };
}

function whole(given: string | undefined, name: string, usual: number): number {
  if (given === undefined || given === '') return usual;
  const value = /^-?\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isNaN(value)) throw new ScimError(400, `${name} is no whole number.`, 'invalidValue');
  return value;
}

/** Any error as SCIM says it. Undefined for a defect of ours, of which nothing is said. */
export function scimErrorOf(error: unknown): ScimError | undefined {
  if (error instanceof ScimError) return error;
  if (error instanceof keep.Taken) return new ScimError(409, error.message, 'uniqueness');
  if (error instanceof Fault && error.status < 500) {
    const isValue = error.code === 'invalid-input';
    return new ScimError(isValue ? 400 : error.status, error.message, isValue ? 'invalidValue' : undefined);
  }
  return undefined;
}
