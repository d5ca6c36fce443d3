import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPeople } from '../people/people.ts';
import { type Data, openData } from '../stores/data.ts';
import { aliases, masker, personOf, QUEUE } from './identities.ts';

const USERS = Array.from({ length: 200 }, (_, i) => `USER${i}`);
const LDAP = [
  'employee_name,user_id,email,role',
  'Ada Example,ADA1,ada.example@house.example,Translator',
  'svc,svc_backup,,ServiceAccount',
];

let root: string;
let dir: string;
let data: Data;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'alias-'));
  dir = join(root, 'data');
  mkdirSync(join(root, 'LDAP'));
  writeFileSync(join(root, 'LDAP', '2026-01.csv'), `${LDAP.join('\n')}\n`);
  data = await openData(dir, { create: true });
  await loadPeople(data.events, root);
});
afterAll(async () => {
  await data.close();
  rmSync(root, { recursive: true });
});

/** Files of casework in which a text stands: the engine's own, with what it has deleted and not yet overwritten. */
function filesWith(text: string): string[] {
  const files = readdirSync(join(dir, 'casework'), { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return paths.filter((path) => readFileSync(path).includes(text));
}

async function reopen(before: () => void = () => {}): Promise<void> {
  await data.close();
  before();
  data = await openData(dir);
}

describe('pseudonyms', () => {
  it('stay the same within a scope, differ from each other, and lead back inside the program only', async () => {
    const first = await aliases(data, QUEUE, USERS);
    expect(new Set(first.values()).size).toBe(200);
    expect(await aliases(data, QUEUE, USERS)).toEqual(first);
    expect(await personOf(data, QUEUE, first.get('USER7')!)).toBe('USER7');
    expect(await personOf(data, QUEUE, 'ZZZZZZ')).toBeUndefined();
    await reopen();
    expect(await aliases(data, QUEUE, USERS)).toEqual(first);
  });

  it('are others in another scope, and lead to nobody in the wrong one', async () => {
    const [queue, one] = [await aliases(data, QUEUE, USERS), await aliases(data, 'CASE1', USERS)];
    const same = USERS.filter((user) => queue.get(user) === one.get(user));
    expect(same.length).toBeLessThan(3);
    const found = await Promise.all(USERS.map((user) => personOf(data, QUEUE, one.get(user)!)));
    expect(found.filter((user, at) => user === USERS[at]).length).toBe(same.length);
    const marks = await data.casework.selectFrom('aliases').select('person_mark').execute();
    expect(new Set(marks.map(({ person_mark }) => person_mark)).size).toBe(marks.length);
  });

  it('stand in raw lines for accounts and addresses, in any case, and for unknown inside addresses', async () => {
    const mask = await masker(data, 'CASE1');
    const alias = (await aliases(data, 'CASE1', ['ADA1'])).get('ADA1');
    const masked = await mask(
      '{1},ada1,C:\\Users\\ADA1\\x.docx,Ada.Example@house.example;new.person@house.example,out@other.example',
    );
    expect(masked).toBe(`{1},[${alias}],C:\\Users\\[${alias}]\\x.docx,[${alias}];[address],out@other.example`);
  });

  it('say nothing to whoever has the database alone', async () => {
    await aliases(data, QUEUE, USERS);
    const { rows } = await sql<{ text: string }>`select row_to_json(a)::text as text from aliases a`.execute(
      data.casework,
    );
    const text = rows.map((row) => row.text + Buffer.from(row.text, 'base64').toString('latin1')).join('\n');
    expect(rows.length).toBeGreaterThan(200);
    expect(USERS.filter((user) => text.includes(user))).toEqual([]);
  });

  it('cannot be exchanged in the database behind the program’s back', async () => {
    const all = await aliases(data, QUEUE, ['USER1', 'USER2']);
    const [one, two] = ['USER1', 'USER2'].map((user) => all.get(user)!);
    const row = (alias: string) => data.casework.selectFrom('aliases').selectAll().where('alias', '=', alias);
    const [first, second] = [await row(one!).executeTakeFirstOrThrow(), await row(two!).executeTakeFirstOrThrow()];
    const set = (alias: string, sealed: string) =>
      data.casework.updateTable('aliases').set({ sealed }).where('alias', '=', alias).execute();
    await set(one!, second.sealed);
    await expect(personOf(data, QUEUE, one!)).rejects.toMatchObject({ code: 'sealed-changed' });
    await expect(aliases(data, QUEUE, ['USER1'])).rejects.toMatchObject({ code: 'sealed-changed' });
    await set(one!, first.sealed);
    const mark = (alias: string, person_mark: string) =>
      data.casework.updateTable('aliases').set({ person_mark }).where('alias', '=', alias).execute();
    await mark(one!, 'elsewhere');
    await mark(two!, first.person_mark);
    await expect(aliases(data, QUEUE, ['USER1'])).rejects.toMatchObject({ code: 'sealed-changed' });
    await mark(two!, second.person_mark);
    await mark(one!, first.person_mark);
    for (let at = 0; at < first.sealed.length; at += 5) {
      const other = first.sealed[at] === 'A' ? 'B' : 'A';
      await set(one!, first.sealed.slice(0, at) + other + first.sealed.slice(at + 1));
      await expect(personOf(data, QUEUE, one!)).rejects.toMatchObject({ code: 'sealed-changed' });
    }
    await set(one!, first.sealed);
    expect(await personOf(data, QUEUE, one!)).toBe('USER1');
  });
});

describe('the key', () => {
  const file = () => join(dir, 'keys', 'casework.key');

  it('lies outside the database, for its owner alone', () => {
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'keys')).mode & 0o777).toBe(0o700);
  });

  it('is not made anew when it is missing, cut off or another one, because that would draw everybody anew', async () => {
    const key = readFileSync(file(), 'utf8');
    await data.close();
    renameSync(file(), `${file()}.away`);
    await expect(openData(dir)).rejects.toMatchObject({ code: 'key-missing', place: file() });
    writeFileSync(file(), key.slice(0, 40));
    await expect(openData(dir)).rejects.toMatchObject({ code: 'key-missing' });
    writeFileSync(
      file(),
      key.replace(/[0-9a-f]\n$/, (last) => (last[0] === '0' ? '1\n' : '0\n')),
    );
    await expect(openData(dir)).rejects.toMatchObject({ code: 'key-missing' });
    renameSync(`${file()}.away`, file());
    data = await openData(dir);
  });

  it('may lie on another volume', async () => {
    const before = await aliases(data, QUEUE, USERS);
    const elsewhere = join(root, 'volume');
    await reopen(() => {
      renameSync(join(dir, 'keys'), elsewhere);
      writeFileSync(join(dir, 'config.yml'), `key_folder: ${elsewhere}\n`);
    });
    expect(await aliases(data, QUEUE, USERS)).toEqual(before);
  });
});

describe('pairs of an older version', () => {
  it('are sealed at the next start, and their table is gone', async () => {
    const old = Array.from({ length: 2500 }, (_, at) => ({ user: `OLD${at}`, alias: `${10000 + at}` }));
    const values = sql.join(old.map(({ user, alias }) => sql`(${user}, ${alias})`));
    await sql`create table subjects (user_uid text primary key, alias text not null unique)`.execute(data.casework);
    await sql`insert into subjects values ${values}`.execute(data.casework);
    await data.casework.connection().execute((db) => sql`checkpoint`.execute(db));
    expect(filesWith('OLD7').length).toBeGreaterThan(0);
    await reopen();
    await reopen(() => expect(filesWith('OLD7')).toEqual([]));
    const found = await aliases(
      data,
      QUEUE,
      old.map(({ user }) => user),
    );
    expect(old.filter(({ user, alias }) => found.get(user) !== alias)).toEqual([]);
    expect(await personOf(data, QUEUE, '10007')).toBe('OLD7');
    const { rows } = await sql`select to_regclass('subjects') as name`.execute(data.casework);
    expect(rows).toEqual([{ name: null }]);
    await reopen();
    expect(await personOf(data, QUEUE, '10007')).toBe('OLD7');
  });
});
