/**
 * Keeping the directory that SCIM and imports bring: what is written when somebody comes, changes, moves or goes. Nothing that
 * was known is overwritten for the days before; a row of the past stays what was known then.
 */
import { Fault } from '../../base/fault.ts';
import { randomId } from '../../base/id.ts';
import type { Touch } from '../../ledger/ledger.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';
import { isVoid, keyOf, personBehind } from '../links/link.ts';
import { linkWithin } from '../links/links.ts';
import { linksOf } from '../links/store.ts';
import * as store from './store.ts';

/** What is kept of somebody. The manager is another entry's id. */
export interface PersonEntry {
  readonly userName: string;
  readonly externalId: string | null;
  readonly active: boolean;
  readonly email: string;
  readonly role: string;
  readonly department: string;
  readonly managerId: string | null;
}

export interface GroupEntry {
  readonly name: string;
  readonly externalId: string | null;
  /** Ids of people. */
  readonly members: readonly string[];
}

/** A change that is under way: its transaction, what it touches, when, and from which day on it holds. */
export interface Under {
  readonly tx: CaseworkDb;
  readonly touch: Touch;
  readonly now: Date;
  readonly day: string;
  readonly source: store.Source;
}

/** A name that somebody else has, or an id that nobody has. SCIM says the one with 409 and the other with 400. */
export class Taken extends Fault {}

/**
 * Adds somebody; gives his id. Whoever comes back under a deleted account name with the same external id is the same; with
 * another one he is somebody else, and the name is his from this day on.
 */
export async function addPerson(under: Under, entry: PersonEntry): Promise<string> {
  const { tx, now, source } = under;
  const key = keyOf(entry.userName);
  const [last] = await store.peopleByName(tx, key);
  if (last !== undefined && last.deleted_at === null) throw taken();
  const isOther = last !== undefined && last.external_id !== entry.externalId;
  const id = randomId();
  // The first account name is what the logs say, so that without any link the entry and its events meet.
  const isFree = !isOther && (last !== undefined || !(await store.isUserUidTaken(tx, entry.userName)));
  const user_uid = isFree ? (last?.user_uid ?? entry.userName) : `${entry.userName}~${id.slice(0, 6)}`;
  await write(under, { ...rowOf(entry), id, user_uid, source, created_at: now, updated_at: now, deleted_at: null });
  if (!isFree) await linkName(under, entry.userName, user_uid);
  return id;
}

/** Changes somebody to what the entry says; whether anything differed. A new account name is another account of the same person. */
export async function changePerson(under: Under, id: string, entry: PersonEntry): Promise<boolean> {
  const { tx, now } = under;
  const row = await livePerson(tx, id);
  const isRenamed = keyOf(entry.userName) !== row.user_name_key;
  if (isRenamed && (await store.peopleByName(tx, keyOf(entry.userName))).some((one) => one.deleted_at === null))
    throw taken();
  const next = { ...row, ...rowOf(entry) };
  if (JSON.stringify(next) === JSON.stringify(row)) return false;
  await write(under, { ...next, updated_at: now });
  if (isRenamed) await linkName(under, entry.userName, row.user_uid);
  return true;
}

/** Deletes somebody: he is not of the house from this day on, and his past stays. */
export async function removePerson(under: Under, id: string): Promise<void> {
  const { tx, touch, now } = under;
  const row = await livePerson(tx, id);
  for (const { id: group } of await store.groupsOf(tx, id)) {
    await store.deleteMember(tx, group, id);
    touch('directory_members', `${group}/${id}`);
  }
  await write(under, { ...row, active: false, updated_at: now, deleted_at: now });
}

/** Adds a group; gives its id. */
export async function addGroup(under: Under, entry: GroupEntry): Promise<string> {
  const { tx, touch, now, source } = under;
  const id = randomId();
  await store.saveGroup(tx, {
    ...{ id, name: entry.name, external_id: entry.externalId, source, created_at: now, updated_at: now },
  });
  touch('directory_groups', id);
  await setMembers(under, id, entry.members, []);
  return id;
}

/** Changes a group to what the entry says; whoever joins or leaves it, or is in it when it is renamed, has a new version. */
export async function changeGroup(under: Under, id: string, entry: GroupEntry): Promise<void> {
  const { tx, touch, now } = under;
  const row = await liveGroup(tx, id);
  const before = await store.membersOf(tx, id);
  const isRenamed = row.name !== entry.name;
  if (isRenamed || row.external_id !== entry.externalId) {
    await store.saveGroup(tx, { ...row, name: entry.name, external_id: entry.externalId, updated_at: now });
    touch('directory_groups', id);
  }
  await setMembers(under, id, entry.members, before);
  if (isRenamed) for (const member of entry.members) if (before.includes(member)) await writeVersion(under, member);
}

export async function removeGroup(under: Under, id: string): Promise<void> {
  await liveGroup(under.tx, id);
  await setMembers(under, id, [], await store.membersOf(under.tx, id));
  await store.deleteGroup(under.tx, id);
  under.touch('directory_groups', id);
}

/** Throws `not-found`. */
export async function livePerson(db: CaseworkDb, id: string): Promise<store.PersonRow> {
  const row = await store.personById(db, id);
  if (row === undefined || row.deleted_at !== null) throw new Fault('not-found', 'There is no such user.');
  return row;
}

/** Throws `not-found`. */
export async function liveGroup(db: CaseworkDb, id: string): Promise<store.GroupRow> {
  const row = await store.groupById(db, id);
  if (row === undefined) throw new Fault('not-found', 'There is no such group.');
  return row;
}

async function setMembers(under: Under, id: string, wanted: readonly string[], before: readonly string[]) {
  const { tx, touch } = under;
  const joining = [...new Set(wanted)].filter((member) => !before.includes(member));
  const leaving = before.filter((member) => !wanted.includes(member));
  const known = await store.knownIds(tx, joining);
  const unknown = joining.find((member) => !known.has(member));
  if (unknown !== undefined)
    throw new Fault('invalid-input', 'A member is no user of this directory.', { place: 'members' });
  for (const member of joining) await store.insertMember(tx, id, member);
  for (const member of leaving) await store.deleteMember(tx, id, member);
  for (const member of [...joining, ...leaving]) {
    touch('directory_members', `${id}/${member}`);
    await writeVersion(under, member);
  }
}

async function write(under: Under, row: store.PersonRow): Promise<void> {
  const { tx, touch } = under;
  if (row.manager_id !== null && (await store.personById(tx, row.manager_id)) === undefined) {
    throw new Fault('invalid-input', 'The manager is no user of this directory.', { place: 'manager' });
  }
  await store.savePerson(tx, row);
  touch('directory_people', row.id);
  await writeVersion(under, row.id);
}

/** Writes down what is known of somebody from this day on, if it differs from what was known. */
async function writeVersion({ tx, touch, day }: Under, id: string): Promise<void> {
  const row = await store.personById(tx, id);
  if (row === undefined) return;
  const manager = row.manager_id === null ? undefined : await store.personById(tx, row.manager_id);
  const groups = (await store.groupsOf(tx, id)).map(({ name }) => name);
  const { user_uid, active, email, role, department } = row;
  const said = { user_uid, active, email, role, groups, department, manager: manager?.user_uid ?? '' };
  const last = await store.latestVersion(tx, user_uid);
  const { n: _, valid_from: __, ...known } = last ?? { n: 0, valid_from: '' };
  if (last !== undefined && Object.entries(said).every(([key, value]) => isEqual(value, known[key as never]))) return;
  touch('directory_versions', String(await store.insertVersion(tx, { ...said, valid_from: day })));
}

const isEqual = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The account name leads to the entry from this day on. What somebody linked by hand stays: people go before programs. */
export async function linkName({ tx, touch, day, now }: Under, account: string, person: string): Promise<void> {
  if (keyOf(account) === keyOf(person)) return;
  const held = (await linksOf(tx, [keyOf(account)])).filter((link) => !isVoid(link));
  const isByHand = held.some((link) => link.source === 'by-hand' && (link.valid_to === null || link.valid_to >= day));
  if (isByHand || keyOf(personBehind(held, account, day)) === keyOf(person)) return;
  await linkWithin(tx, touch, { account, person, kind: 'own', from: day, source: 'directory', now });
}

function rowOf(entry: PersonEntry) {
  const { userName, externalId, active, email, role, department, managerId } = entry;
  return {
    ...{ user_name: userName, user_name_key: keyOf(userName), external_id: externalId, active },
    ...{ email: email.toLowerCase(), role, department, manager_id: managerId },
  };
}

const taken = () => new Taken('invalid-input', 'Another user has this userName.', { place: 'userName' });
