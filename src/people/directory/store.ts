/** The SQL of the directory that SCIM and imports keep, and of its copy in the event store. */
import { type SqlBool, sql } from 'kysely';
import type { LedgeredTable } from '../../ledger/ledger.ts';
import type { Events } from '../../stores/clickhouse.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';

export type Source = 'scim' | 'import';

export interface PersonRow {
  id: string;
  user_uid: string;
  user_name: string;
  user_name_key: string;
  external_id: string | null;
  active: boolean;
  email: string;
  role: string;
  department: string;
  manager_id: string | null;
  source: Source;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
}

export interface GroupRow {
  id: string;
  name: string;
  external_id: string | null;
  source: Source;
  created_at: Date;
  updated_at: Date;
}

export interface VersionRow {
  n: number;
  user_uid: string;
  valid_from: string;
  active: boolean;
  email: string;
  role: string;
  groups: string[];
  department: string;
  manager: string;
}

declare module '../../stores/postgres.ts' {
  interface Casework {
    directory_people: PersonRow;
    directory_groups: GroupRow;
    directory_members: { group_id: string; member_id: string };
    directory_versions: VersionRow;
  }
}

export const LEDGERED: readonly LedgeredTable[] = [
  {
    table: 'directory_people',
    key: ['id'],
    columns: [
      ...['id', 'user_uid', 'user_name', 'user_name_key', 'external_id', 'active', 'email', 'role', 'department'],
      ...['manager_id', 'source', 'created_at', 'updated_at', 'deleted_at'],
    ],
    times: ['created_at', 'updated_at', 'deleted_at'],
  },
  {
    table: 'directory_groups',
    key: ['id'],
    columns: ['id', 'name', 'external_id', 'source', 'created_at', 'updated_at'],
    times: ['created_at', 'updated_at'],
  },
  { table: 'directory_members', key: ['group_id', 'member_id'], columns: ['group_id', 'member_id'] },
  {
    table: 'directory_versions',
    key: ['n'],
    columns: ['n', 'user_uid', 'valid_from', 'active', 'email', 'role', 'groups', 'department', 'manager'],
  },
];

/** A comparison that a list can be asked for. `key` columns hold small letters. */
export type Test =
  | {
      readonly column: 'id' | 'external_id' | 'user_name_key' | 'email' | 'manager_id' | 'name' | 'member';
      readonly value: string;
    }
  | { readonly column: 'active'; readonly value: boolean }
  | { readonly all: readonly Test[] }
  | { readonly any: readonly Test[] }
  /** Nothing has such a value. */
  | { readonly none: true };

function condition(test: Test): ReturnType<typeof sql<SqlBool>> {
  if ('none' in test) return sql<SqlBool>`false`;
  if ('all' in test) return sql<SqlBool>`(${sql.join([sql`true`, ...test.all.map(condition)], sql` and `)})`;
  if ('any' in test) return sql<SqlBool>`(${sql.join(test.any.map(condition), sql` or `)})`;
  if (test.column === 'member') {
    return sql<SqlBool>`exists (select 1 from directory_members m where m.group_id = t.id and m.member_id = ${test.value})`;
  }
  if (test.column === 'name') return sql<SqlBool>`lower(t.name) = ${test.value.toLowerCase()}`;
  return sql<SqlBool>`${sql.ref(`t.${test.column}`)} = ${test.value}`;
}

export interface Page {
  readonly test?: Test | undefined;
  readonly offset: number;
  readonly limit: number;
}

/** People that are not deleted, in the order in which they came. */
export async function selectPeople(db: CaseworkDb, { test, offset, limit }: Page) {
  const where = test === undefined ? sql<SqlBool>`true` : condition(test);
  const query = db.selectFrom('directory_people as t').where('t.deleted_at', 'is', null).where(where);
  const { total } = await query.select((one) => one.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const rows = await query.selectAll().orderBy('t.created_at').orderBy('t.id').offset(offset).limit(limit).execute();
  return { total: Number(total), rows };
}

export async function selectGroups(db: CaseworkDb, { test, offset, limit }: Page) {
  const where = test === undefined ? sql<SqlBool>`true` : condition(test);
  const query = db.selectFrom('directory_groups as t').where(where);
  const { total } = await query.select((one) => one.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const rows = await query.selectAll().orderBy('t.created_at').orderBy('t.id').offset(offset).limit(limit).execute();
  return { total: Number(total), rows };
}

/** A person by SCIM id, deleted or not. */
export async function personById(db: CaseworkDb, id: string): Promise<PersonRow | undefined> {
  return await db.selectFrom('directory_people').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Whoever has had an account name, the latest first: at most one of them is not deleted. */
export async function peopleByName(db: CaseworkDb, nameKey: string): Promise<PersonRow[]> {
  return await db
    .selectFrom('directory_people')
    .selectAll()
    .where('user_name_key', '=', nameKey)
    .orderBy(sql`deleted_at is null`, 'desc')
    .orderBy('updated_at', 'desc')
    .orderBy('id')
    .execute();
}

/** People of a source that are not deleted, by the identifier they have there. */
export async function personByExternalId(db: CaseworkDb, source: Source, externalId: string) {
  return await db
    .selectFrom('directory_people')
    .selectAll()
    .where('external_id', '=', externalId)
    .where('source', '=', source)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}

export async function isUserUidTaken(db: CaseworkDb, userUid: string): Promise<boolean> {
  const query = db.selectFrom('directory_people').select('id').where(sql<SqlBool>`lower(user_uid) = lower(${userUid})`);
  return (await query.executeTakeFirst()) !== undefined;
}

export async function savePerson(db: CaseworkDb, row: PersonRow): Promise<void> {
  const { id: _, ...rest } = row;
  await db
    .insertInto('directory_people')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
    .execute();
}

export async function reportIds(db: CaseworkDb, managerId: string): Promise<string[]> {
  const rows = await db.selectFrom('directory_people').select('id').where('manager_id', '=', managerId).execute();
  return rows.map(({ id }) => id);
}

export async function groupById(db: CaseworkDb, id: string): Promise<GroupRow | undefined> {
  return await db.selectFrom('directory_groups').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function groupByExternalId(db: CaseworkDb, source: Source, externalId: string) {
  return await db
    .selectFrom('directory_groups')
    .selectAll()
    .where('external_id', '=', externalId)
    .where('source', '=', source)
    .executeTakeFirst();
}

export async function groupByName(db: CaseworkDb, source: Source, name: string): Promise<GroupRow | undefined> {
  return await db
    .selectFrom('directory_groups')
    .selectAll()
    .where(sql<SqlBool>`lower(name) = lower(${name})`)
    .where('name', '=', name)
    .where('source', '=', source)
    .orderBy('id')
    .executeTakeFirst();
}

export async function saveGroup(db: CaseworkDb, row: GroupRow): Promise<void> {
  const { id: _, ...rest } = row;
  await db
    .insertInto('directory_groups')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
    .execute();
}

export async function deleteGroup(db: CaseworkDb, id: string): Promise<void> {
  await db.deleteFrom('directory_groups').where('id', '=', id).execute();
}

/** Ids of a group's members, in order. */
export async function membersOf(db: CaseworkDb, groupId: string): Promise<string[]> {
  const query = db.selectFrom('directory_members').select('member_id').where('group_id', '=', groupId);
  return (await query.orderBy('member_id').execute()).map(({ member_id }) => member_id);
}

/** The groups of somebody, by name. */
export async function groupsOf(db: CaseworkDb, memberId: string): Promise<{ id: string; name: string }[]> {
  return await db
    .selectFrom('directory_members as m')
    .innerJoin('directory_groups as g', 'g.id', 'm.group_id')
    .select(['g.id', 'g.name'])
    .where('m.member_id', '=', memberId)
    .orderBy('g.name')
    .orderBy('g.id')
    .execute();
}

export async function insertMember(db: CaseworkDb, group_id: string, member_id: string): Promise<void> {
  await db
    .insertInto('directory_members')
    .values({ group_id, member_id })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function deleteMember(db: CaseworkDb, groupId: string, memberId: string): Promise<void> {
  const query = db.deleteFrom('directory_members').where('group_id', '=', groupId);
  await query.where('member_id', '=', memberId).execute();
}

/** Ids, of these, of people that are not deleted. */
export async function knownIds(db: CaseworkDb, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const query = db.selectFrom('directory_people').select('id').where('id', 'in', ids).where('deleted_at', 'is', null);
  return new Set((await query.execute()).map(({ id }) => id));
}

/** Adds what holds from a day on; gives its number. */
export async function insertVersion(db: CaseworkDb, version: Omit<VersionRow, 'n'>): Promise<number> {
  const values = { ...version, n: sql<number>`nextval('directory_n')`, groups: JSON.stringify(version.groups) };
  const row = await db
    .insertInto('directory_versions')
    .values(values as never)
    .returning('n')
    .executeTakeFirstOrThrow();
  return row.n;
}

export async function latestVersion(db: CaseworkDb, userUid: string): Promise<VersionRow | undefined> {
  const query = db.selectFrom('directory_versions').selectAll().where('user_uid', '=', userUid);
  return await query.orderBy('n', 'desc').limit(1).executeTakeFirst();
}

export async function versionsAfter(db: CaseworkDb, n: number, limit: number): Promise<VersionRow[]> {
  return await db.selectFrom('directory_versions').selectAll().where('n', '>', n).orderBy('n').limit(limit).execute();
}

/** The highest number that the event store has. */
export async function lastVersionNumber(events: Events): Promise<number> {
  const [row] = await events.rows<{ n: number }>('SELECT toUInt32(max(n)) AS n FROM directory_history');
  return row!.n;
}

/** Copies versions to where detections read them; one that was copied already is the same row again. */
export async function copyVersions(events: Events, versions: readonly VersionRow[]): Promise<void> {
  await events.run(
    `INSERT INTO directory_history (user_uid, valid_from, n, active, email, role, groups, department, manager)
     SELECT
       JSONExtractString(row, 'user_uid'),
       toDate(JSONExtractString(row, 'valid_from')),
       JSONExtractUInt(row, 'n'),
       JSONExtractBool(row, 'active'),
       JSONExtractString(row, 'email'),
       JSONExtractString(row, 'role'),
       JSONExtract(row, 'groups', 'Array(String)'),
       JSONExtractString(row, 'department'),
       JSONExtractString(row, 'manager')
     FROM (SELECT arrayJoin(JSONExtractArrayRaw({rows:String})) AS row)`,
    { rows: JSON.stringify(versions) },
  );
}
