import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { manualClock } from '../../base/clock.ts';
import { type Data, openData } from '../../stores/data.ts';
import { linkAccount, reportsOf, showLinks, supervisorOf, syncDirectory } from '../people.ts';
import { PEOPLE_AS_OF } from '../store.ts';
import { importDirectory } from './import.ts';
import { dnKey, firstRdn, readLdif, renamed } from './ldif.ts';

/** A record as a careful program prints it: unsafe texts in base64, long lines folded. RFC 2849. */
function printed(dn: string, attributes: readonly (readonly [string, readonly string[]])[], width: number): string {
  const line = (name: string, value: string) => {
    const isSafe = /^(?:[!-9;=-~][ -~]*[!-~]|[!-9;=-~])?$/.test(value);
    const whole = isSafe ? `${name}: ${value}` : `${name}:: ${Buffer.from(value).toString('base64')}`;
    const [first = '', ...rest] = whole.match(new RegExp(`.{1,${width}}`, 'gs')) ?? [];
    return [first, ...rest.map((part) => ` ${part}`)].join('\n');
  };
  return [line('dn', dn), ...attributes.flatMap(([name, values]) => values.map((value) => line(name, value)))].join(
    '\n',
  );
}

test('law: what is printed is read again, folded at any width, in base64 or not', () => {
  const name = fc
    .stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
    .filter((one) => !['dn', 'changetype', 'control', 'version'].includes(one));
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(' x', 'x ', ':x', '<x', '', 'a\nb', '译员'),
  );
  const record = fc.tuple(
    value.filter(Boolean),
    fc.uniqueArray(fc.tuple(name, fc.array(value, { minLength: 1, maxLength: 3 })), {
      selector: ([one]) => one,
      maxLength: 5,
    }),
  );
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 5 }),
      fc.integer({ min: 20, max: 80 }),
      fc.boolean(),
      (records, width, crlf) => {
        const text = ['version: 1', ...records.map(([dn, attributes]) => printed(dn, attributes, width))].join(
          '\n\n# a comment\n\n',
        );
        const { records: read, bad } = readLdif(crlf ? text.replaceAll('\n', '\r\n') : text);
        expect(bad).toEqual([]);
        expect(read.map((one) => [one.dn, one.kind === 'add' ? [...one.attributes] : []])).toEqual(
          records.map(([dn, attributes]) => [dn, attributes]),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test('a distinguished name is the same in any capitals and spaces, and its first part is read through its escapes', () => {
  expect(dnKey('CN=Ada Example , OU=People,DC=House')).toBe(dnKey('cn=ada example,ou=people,dc=house'));
  expect(dnKey('CN=a\\,b,DC=x')).not.toBe(dnKey('CN=a,b,DC=x'));
  expect(firstRdn('CN=Example\\, Ada\\C3\\A9,OU=x')).toEqual({ attribute: 'cn', value: 'Example, Adaé' });
  expect(renamed('uid=a,ou=x,dc=y', 'uid=b', undefined)).toBe('uid=b,ou=x,dc=y');
  expect(renamed('uid=a,ou=x,dc=y', 'uid=b', 'ou=z,dc=y')).toBe('uid=b,ou=z,dc=y');
});

const AD = `version: 1

dn: CN=Ada Example,OU=People,DC=house,DC=example
objectClass: top
objectClass: person
objectClass: organizationalPerson
objectClass: user
cn: Ada Example
displayName: Ada Example
sAMAccountName: ada
userPrincipalName: ada.example@house.example
userAccountControl: 512
mail: Ada.Example@house.example
title: Translator
department: Language
manager: CN=Bo Boss,OU=People,DC=house,
 DC=example
memberOf: CN=LARCH,OU=Groups,DC=house,DC=example
l: Marylebone
telephoneNumber: +44 20
thumbnailPhoto:: /9j/4AAQSkZJRg==

dn: CN=Bo Boss,OU=People,DC=house,DC=example
objectClass: user
sAMAccountName: bo
userAccountControl: 514
title: Head

dn: OU=People,DC=house,DC=example
objectClass: organizationalUnit

dn: CN=backup,CN=Managed Service Accounts,DC=house,DC=example
objectClass: user
objectClass: computer
objectClass: msDS-GroupManagedServiceAccount
sAMAccountName: backup$

dn: CN=PC-1,CN=Computers,DC=house,DC=example
objectClass: user
objectClass: computer
sAMAccountName: PC-1$

dn: CN=LARCH,OU=Groups,DC=house,DC=example
objectClass: group
cn: LARCH
`;

let data: Data;
const clock = manualClock('2026-03-02T08:00:00Z');
const parts = () => ({ casework: data.casework, sealing: data.sealing, clock });
const take = (text: string, options: Parameters<typeof importDirectory>[3] = {}) =>
  importDirectory(parts(), text, 'x.ldif', options);
const kept = () => data.casework.selectFrom('directory_people').selectAll().orderBy('user_name').execute();
const known = async (day: string) => {
  await syncDirectory(data);
  return await data.events.rows<{ user_uid: string; role: string; team: string; projects: string[] }>(
    `SELECT user_uid, role, team, projects FROM (${PEOPLE_AS_OF}) ORDER BY user_uid`,
    { day },
  );
};

beforeAll(async () => {
  data = await openData(undefined);
  await data.events.run(
    "INSERT INTO documents (path, name, level, project, registered) VALUES ('p', 'n', 4, 'LARCH', '2026-01-01')",
  );
});
afterAll(() => data.close());
beforeEach(async () => {
  for (const table of ['directory_members', 'directory_groups', 'directory_versions', 'person_links'] as const)
    await data.casework.deleteFrom(table).execute();
  await data.casework.updateTable('directory_people').set({ manager_id: null }).execute();
  await data.casework.deleteFrom('directory_people').execute();
  for (const table of ['directory_history', 'person_links']) await data.events.run(`TRUNCATE TABLE ${table}`);
});

describe('Active Directory', () => {
  test('is taken in: accounts, the bit that disables, supervisors, groups; nothing private, and no names', async () => {
    const report = await take(AD);
    expect(report).toMatchObject({ bad: [], passedOver: 2 });
    expect(report.changes.map(({ what, who }) => `${what} ${who}`)).toEqual([
      'added ada',
      'added bo',
      'linked backup$',
      'added group LARCH',
    ]);
    expect([...report.names.values()]).toEqual([
      { user: 'ada', name: 'Ada Example', address: 'ada.example@house.example' },
    ]);
    const stored = JSON.stringify([
      await kept(),
      await data.casework.selectFrom('directory_versions').selectAll().execute(),
    ]);
    expect(stored).not.toMatch(/Ada Example|Bo Boss|Marylebone|\+44|OU=|9j/);
    expect(await known('2026-03-02')).toEqual([
      { user_uid: 'ada', role: 'Translator', team: 'Language', projects: ['LARCH'] },
    ]);
    expect(await known('2026-03-01')).toEqual([]);
    expect(await supervisorOf(data.events, 'ada', '2026-03-02')).toBe('bo');
    expect(await reportsOf(data.events, 'bo', '2026-03-02')).toEqual(['ada']);
    expect(await showLinks(data.casework, 'ada.example@house.example')).toMatchObject([{ person: 'ada', kind: 'own' }]);
    expect(await showLinks(data.casework, 'backup$')).toMatchObject([{ kind: 'service', valid_from: '2026-03-02' }]);
  });

  test('taken in again changes nothing, and tried out writes nothing', async () => {
    const tried = await take(AD, { dryRun: true });
    expect(await kept()).toEqual([]);
    const taken = await take(AD);
    expect(tried.changes).toEqual(taken.changes);
    const before = await data.casework.selectFrom('directory_versions').selectAll().execute();
    const again = await take(AD);
    expect(again).toMatchObject({ changes: [], unchanged: 4 });
    expect(await data.casework.selectFrom('directory_versions').selectAll().execute()).toEqual(before);
  });

  test('a later file: somebody moves, leaves a group and is disabled; what was known of the days before stays', async () => {
    await take(AD);
    const later = AD.replace('title: Translator', 'title: Head')
      .replace(/memberOf.*\n/, '')
      .replace('userAccountControl: 514', 'userAccountControl: 512\nmemberOf: CN=OAK,OU=Groups,DC=house,DC=example');
    await take(later, { from: '2026-03-10' });
    expect(await known('2026-03-09')).toMatchObject([{ user_uid: 'ada', role: 'Translator', projects: ['LARCH'] }]);
    expect(await known('2026-03-10')).toMatchObject([
      { user_uid: 'ada', role: 'Head', projects: [] },
      { user_uid: 'bo', role: 'Head' },
    ]);
  });

  test('an entry that cannot be read is named with its line and costs itself alone', async () => {
    const broken = AD.replace('sAMAccountName: bo', 'sAMAccountName bo').concat(
      '\ndn: CN=c,DC=x\nobjectClass: user\nsAMAccountName:: %%\n\nno dn: x\n\ndn: cn=y\nchangetype: explode\n',
    );
    const { bad, changes } = await take(broken);
    const at = (text: string) => broken.split('\n').findIndex((line) => line.startsWith(text)) + 1;
    expect(bad.map(({ line }) => line)).toEqual([
      at('dn: CN=Ada'),
      at('sAMAccountName bo'),
      at('sAMAccountName:: %%'),
      at('no dn'),
      at('changetype: explode'),
    ]);
    expect(bad[0]!.message).toContain('supervisor of ada');
    expect(changes.map(({ who }) => who)).toContain('ada');
  });
});

describe('OpenLDAP', () => {
  const people = (...names: string[]) =>
    names
      .map(
        (uid) =>
          `dn: uid=${uid},ou=people,dc=x\nobjectClass: inetOrgPerson\nuid: ${uid}\ncn: ${uid}\nmail: ${uid}@x.example\ntitle: Clerk\n`,
      )
      .join('\n');

  test('is taken in, and changes: modify, delete, rename, members of groups', async () => {
    await take(
      `${people('ada', 'bo', 'cy')}\ndn: cn=LARCH,ou=groups,dc=x\nobjectClass: groupOfNames\ncn: LARCH\nmember: uid=ada,ou=people,dc=x\nmember: uid=bo,ou=people,dc=x\nmember: cn=nested,dc=x\n`,
    );
    expect((await known('2026-03-02')).map(({ user_uid, projects }) => [user_uid, projects])).toEqual([
      ['ada', ['LARCH']],
      ['bo', ['LARCH']],
      ['cy', []],
    ]);
    const changes = [
      'dn: uid=ada,ou=people,dc=x\nchangetype: modify\nreplace: title\ntitle: Head\n-\nadd: manager\nmanager: uid=cy,ou=people,dc=x\n-\ndelete: mail\n-\n',
      'dn: uid=bo,ou=people,dc=x\nchangetype: delete\n',
      'dn: uid=cy,ou=people,dc=x\nchangetype: modrdn\nnewrdn: uid=cyrus\ndeleteoldrdn: 1\n',
      'dn: cn=LARCH,ou=groups,dc=x\nchangetype: modify\ndelete: member\nmember: uid=ada,ou=people,dc=x\n-\nadd: member\nmember: uid=cyrus,ou=people,dc=x\n-\n',
      'dn: uid=nobody,ou=people,dc=x\nchangetype: delete\n',
    ].join('\n');
    const { bad } = await take(changes, { from: '2026-03-05' });
    expect(bad).toMatchObject([{ line: 29, message: 'No entry of this dn was imported.' }]);
    // Who was not there yet when the file named him is found at the end of it.
    expect((await known('2026-03-05')).map(({ user_uid, role, projects }) => [user_uid, role, projects])).toEqual([
      ['ada', 'Head', []],
      ['cy', 'Clerk', ['LARCH']],
    ]);
    expect(await showLinks(data.casework, 'cyrus')).toMatchObject([{ person: 'cy', valid_from: '2026-03-05' }]);
    expect((await known('2026-03-04')).length).toBe(3);
  });
});

describe('a table', () => {
  test('of people', async () => {
    const report = await take(
      'user_id,title,department,manager,active,groups,nationality\nada,"Head, of it",Language,bo,yes,LARCH;OAK,x\nbo,Boss,,,true,,x\n,nobody,,,,,\ncy,"torn,,,,,\n',
      {},
    );
    expect(report.bad).toMatchObject([{ line: 4, message: 'the account name is missing' }, { line: 5 }]);
    expect(await known('2026-03-02')).toMatchObject([
      { user_uid: 'ada', role: 'Head, of it', projects: ['LARCH'] },
      { user_uid: 'bo', role: 'Boss' },
    ]);
    expect(await supervisorOf(data.events, 'ada', '2026-03-02')).toBe('bo');
  });

  test('of links, with their days', async () => {
    const table =
      'account,person,kind,from,until\nadm-ada,ada,,2026-01-01,\ndesk,ada,shared,2026-01-01,\ndesk,bo,shared,2026-01-01,\nbackup,,service,,\nbad,ada,owned,,\nbad,ada,own,yesterday,\nself,self,own,,\n';
    const report = await take(table);
    expect(report.bad.map(({ line }) => line)).toEqual([6, 7, 8]);
    expect((await showLinks(data.casework)).map(({ account, person, kind }) => `${account} ${person} ${kind}`)).toEqual(
      ['adm-ada ada own', 'backup  service', 'desk ada shared', 'desk bo shared'],
    );
    expect(await take(table)).toMatchObject({ changes: [], unchanged: 4 });
  });

  test('that is neither is refused', async () => {
    await expect(take('a,b\n1,2\n')).rejects.toMatchObject({ code: 'invalid-content', place: 'x.ldif:1' });
  });
});

test('one person whose accounts the directory lists apart is one in it, with what all of them may see', async () => {
  await take('user_id,title,groups\nada,Translator,\nadm-ada,Administrator,LARCH\n');
  await data.events.run(
    "INSERT INTO clearances (user_uid, level, valid_from, valid_to) VALUES ('adm-ada', 4, '2026-01-01', '2149-06-06')",
  );
  await linkAccount(parts(), { account: 'ADM-ADA', person: 'ada', kind: 'own', from: '2026-03-03' });
  expect((await known('2026-03-02')).map(({ user_uid }) => user_uid)).toEqual(['ada', 'adm-ada']);
  expect(await known('2026-03-03')).toEqual([{ user_uid: 'ada', role: 'Translator', team: '', projects: ['LARCH'] }]);
});
