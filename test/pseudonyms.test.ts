/** What the database alone gives away about who is behind a pseudonym, and whether anything turns pseudonyms off. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Access } from '../src/access/access.ts';
import { accessRoutes } from '../src/access/access.ts';
import { readConfig } from '../src/base/config.ts';
import { silentLog } from '../src/base/log.ts';
import { TABLES } from '../src/cli/record.ts';
import { explainTrove, loadDocuments } from '../src/documents/documents.ts';
import { eventRoutes, loadLogs } from '../src/events/events.ts';
import type { Account, Route } from '../src/http/route.ts';
import { createApp } from '../src/http/server.ts';
import { findUnmasking, type Unmaskings } from '../src/identities/finding.ts';
import { aliases, identityRoutes, QUEUE, sealNames } from '../src/identities/identities.ts';
import { enrol, makeAccount, newOfficer, openAs } from '../src/identities/sample-house.ts';
import { requestUnmasking, seeIdentity } from '../src/identities/unmaskings.ts';
import { leadRoutes, refreshLeads, replay } from '../src/leads/leads.ts';
import { type Ledger, ledgerRoutes, openLedger, recorded } from '../src/ledger/ledger.ts';
import { declare, loadPeople } from '../src/people/people.ts';
import { type Data, openData } from '../src/stores/data.ts';
import { simulate } from '../src/worlds/worlds.ts';
import { countersign } from './cli/run.ts';

const REASON = 'The logs alone cannot tell whether the trip was official.';

let folder: string;
let data: Data;
let ledger: Ledger;
let parts: Unmaskings;
let now = new Date('2026-03-02T09:00:00.000Z');
let routes: Route[];
let analyst: Account;
/** What must not be found: everybody's account, name and address. */
let secrets: string[];

interface Listed {
  readonly name: string;
  readonly user: string;
  readonly address: string;
}

function directory(): Listed[] {
  const rows = readdirSync(join(folder, 'LDAP')).flatMap((name) =>
    readFileSync(join(folder, 'LDAP', name), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1),
  );
  const people = rows.map((row) => row.split(',')).filter(([, , , role]) => role !== 'ServiceAccount');
  const listed = people.map(([name, user, address]) => ({ name: name!, user: user!, address: address! }));
  return [...new Map(listed.map((one) => [one.user, one])).values()];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pseudonyms-'));
  await simulate({ people: 40, days: 34, seed: 11, out: folder });
  data = await openData(join(folder, 'data'), { create: true });
  ledger = await openLedger({ dir: data.dir, db: data.casework, tables: TABLES });
  parts = { ...data, ledger, clock: () => now, policy: { hours: 72, notifyAfterDays: 30 } };
  const access: Access = { db: data.casework, ledger, clock: () => now };
  routes = [
    ...accessRoutes(access),
    ...recorded(ledger, [
      ...leadRoutes({ ...data, synthetic: true }),
      ...eventRoutes(data),
      ...identityRoutes(parts),
      ...ledgerRoutes(ledger, ['auditor']),
    ]),
  ];
  const people = directory();
  secrets = people.flatMap(({ name, user, address }) => [name, user, address]).filter((one) => one !== '');
  expect(people.length).toBeGreaterThan(30);
  // Everything that leaves a trace: loading, sealing, the queue, looking, assessing, declaring, opening and expiring.
  const [boss, hr, asker, watched, declarer, watcher] = people.map(({ user }) => user);
  const first = await newOfficer(await makeAccount(access, 'first', 'case_officer', boss!));
  const second = await newOfficer(await makeAccount(access, 'second', 'approver', hr!));
  const requester = await makeAccount(access, 'asker', 'case_officer', asker!);
  analyst = await makeAccount(access, 'watcher', 'analyst', watcher!);
  await enrol(parts, first, 'case', second.account);
  await enrol(parts, second, 'approval', first.account);
  await loadPeople(data.events, folder);
  expect(await sealNames(parts, folder)).toMatchObject({ sealed: people.length });
  await loadDocuments(data.events, folder);
  await loadLogs(data.events, folder);
  await replay(data);
  const [paper] = await data.events.rows<{ path: string }>('SELECT path FROM documents ORDER BY path LIMIT 1');
  await explainTrove(data, [paper!.path]);
  const employee: Account = { id: 'E', name: 'declarer', roles: ['employee'], person: declarer! };
  const note = { first_day: '2026-02-01', last_day: null, note: 'a fair', official: null, devices: null };
  await declare({ ...data, clock: () => now }, employee, { kind: 'contact', ...note });
  await walk(analyst);
  const alias = (await aliases(parts, 'CASE1', [watched!])).get(watched!)!;
  const { id } = (await requestUnmasking(parts, requester, { case: 'CASE1', alias, reason: REASON })).unmasking;
  await openAs(parts, first, id);
  expect(await leaks()).toEqual([]);
  await openAs(parts, second, id);
  expect(await seeIdentity(parts, requester, id)).toMatchObject({ user: watched! });
  expect(await leaks()).toEqual([]);
  now = new Date(now.getTime() + 72 * 3_600_000);
  await expect(seeIdentity(parts, requester, id)).rejects.toMatchObject({ code: 'forbidden' });
  expect((await findUnmasking(parts, requester, id)).unmasking.openings).toHaveLength(2);
}, 300_000);
afterAll(async () => {
  await ledger.close();
  await data.close();
  rmSync(folder, { recursive: true });
});

/** Looks at everything an account may look at: the answers as one text. */
async function walk(account: Account): Promise<string> {
  const app = createApp({
    ...{ routes, identify: async () => ({ account, csrfToken: 'x' }), log: silentLog, host: '127.0.0.1' },
  });
  const get = async (path: string) => {
    const response = await app.request(`http://127.0.0.1${path}`, { headers: { host: '127.0.0.1' } });
    return await response.text();
  };
  const [lead] = await data.casework.selectFrom('leads').select(['id', 'last_day']).orderBy('score', 'desc').execute();
  const paths = routes
    .filter(({ method }) => method === 'GET')
    .map(({ path }) => path.replace(/:[a-z_]+/, lead!.id))
    .map((path) => (path.endsWith('/events') ? `${path}?day=${lead!.last_day}` : path))
    // The list of accounts says whose they are: it is about those who work here, and for those who grant.
    .filter((path) => !/^\/api\/(session|accounts|requests)/.test(path));
  return (await Promise.all(paths.map(get))).join('\n');
}

/** Who appears where because it is about himself: whose account it is, and what he declared. */
const OWN = ['accounts.person', 'declarations.user_uid'];

/** Each value of each column of each table, as text; what is encoded also decoded. */
async function values(): Promise<{ place: string; text: string }[]> {
  const { rows: columns } = await sql<{ table_name: string; column_name: string }>`
    select table_name, column_name from information_schema.columns where table_schema = 'public'`.execute(
    data.casework,
  );
  const all = columns.map(async ({ table_name, column_name }) => {
    const column = sql.ref(column_name);
    const { rows } = await sql<{
      text: string | null;
    }>`select ${column}::text as text from ${sql.table(table_name)}`.execute(data.casework);
    const place = `${table_name}.${column_name}`;
    return rows.flatMap(({ text }) =>
      text === null
        ? []
        : [text, ...(['base64', 'hex'] as const).map((code) => Buffer.from(text, code).toString('latin1'))].map(
            (one) => ({ place, text: one }),
          ),
    );
  });
  return (await Promise.all(all)).flat();
}

/** Where in casework somebody's account, name or address stands. */
async function leaks(): Promise<string[]> {
  const found = new Set<string>();
  const pattern = new RegExp(secrets.map((secret) => secret.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'i');
  for (const { place, text } of await values()) if (pattern.test(text) && !OWN.includes(place)) found.add(place);
  return [...found];
}

test('the whole of casework holds no account, name or address of anybody beside what is his own', async () => {
  const all = await values();
  const tables = new Set(all.map(({ place }) => place.split('.')[0]));
  expect([...tables]).toEqual(
    expect.arrayContaining([
      ...['leads', 'aliases', 'sealed_identities', 'unmaskings', 'unmasking_steps', 'officer_keys'],
      ...['accounts', 'declarations', 'ledger_details', 'ledger_rows'],
    ]),
  );
  expect(await leaks()).toEqual([]);
});

test('the search finds what is planted in any column, in the clear or encoded', async () => {
  const [secret] = secrets;
  const encoded = [secret!, Buffer.from(secret!).toString('base64'), Buffer.from(secret!).toString('hex')];
  for (const text of encoded) {
    await sql`insert into aliases values ('planted', 'PLANT', 'mark', ${text})`.execute(data.casework);
    expect(await leaks()).toEqual(['aliases.sealed']);
    await data.casework.deleteFrom('aliases').where('scope', '=', 'planted').execute();
  }
});

test('what every role can look at holds no name, account or address either', async () => {
  const own = (role: Account['roles'][number]): Account => ({ ...analyst, roles: [role], person: null });
  const roles = ['analyst', 'reviewer', 'case_officer', 'approver', 'engineer', 'auditor', 'employee'] as const;
  for (const role of roles) {
    const text = await walk(own(role));
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  }
});

test('no column of an older version is left, and the queue is rebuilt without one', async () => {
  const { rows } = await sql<{ place: string }>`
    select table_name || '.' || column_name as place from information_schema.columns
    where table_schema = 'public' and column_name in ('user_uid', 'user_id', 'employee_name', 'email')`.execute(
    data.casework,
  );
  // Of the people themselves, beside no pseudonym: what they declared, and the directory that SCIM and imports keep.
  const own = ['declarations.user_uid', 'directory_people.email', 'directory_people.user_uid'];
  const places = rows.map(({ place }) => place).sort();
  expect(places).toEqual([...own, 'directory_versions.email', 'directory_versions.user_uid']);
  const before = await data.casework.selectFrom('leads').select('id').orderBy('id').execute();
  expect(before.length).toBeGreaterThan(2);
  await refreshLeads(data);
  expect(await data.casework.selectFrom('leads').select('id').orderBy('id').execute()).toEqual(before);
  expect(await aliases(data, QUEUE, [])).toEqual(new Map());
});

/** Words with which a way around pseudonyms could call itself. Each one found has to be known here, with its reason. */
const SUSPICIOUS =
  /alias|pseudonym|mask|anonym|identit|reveal|resolv|name|person|people|user|subject|raw|clear|plain|privacy|gdpr|unseal/i;

test('no setting turns pseudonyms off', () => {
  let message = '';
  try {
    readConfig({ data: folder, options: { nonsense: true } });
  } catch (error) {
    message = (error as Error).message;
  }
  const names = message.split('The settings are ')[1]!.replace('.', '').split(', ');
  expect(names.length).toBeGreaterThan(10);
  const known = {
    unmask_hours: 'how long an opened identity can be seen: at least an hour, at most 30 days, after two signatures',
    oidc_person_claim: 'where the identity provider says whose account somebody signs in with',
  };
  expect(names.filter((name) => SUSPICIOUS.test(name))).toEqual(Object.keys(known));
  for (const [key, value] of [
    ['unmask_hours', 0],
    ['unmask_hours', 30 * 24 + 1],
    ['notify_after_days', 0],
    ['notify_after_days', 366],
  ] as const)
    expect(() => readConfig({ data: folder, options: { [key]: value } })).toThrow();
});

test('no option of a command turns pseudonyms off', async () => {
  const { stdout } = await countersign('--help');
  const commands = [...stdout.matchAll(/^ {4}([a-z]+) {2,}/gm)].map(([, name]) => name!);
  expect(commands).toEqual(expect.arrayContaining(['leads', 'serve', 'officer', 'unmask', 'replay']));
  const found: string[] = [];
  for (const command of commands) {
    const help = (await countersign(command, '--help')).stdout;
    expect(help).toContain('Usage:');
    for (const line of help.split('\n').filter((one) => /^ +--/.test(one)))
      if (SUSPICIOUS.test(line.replace(/ [A-Z]+ {2,}/, ' '))) found.push(`${command} ${/--[a-z-]+/.exec(line)![0]}`);
  }
  const known = {
    'replay --alerts': 'the file for judging detections on known worlds; whoever makes it has the logs themselves',
    'eval --alerts': 'the same file, judged',
    'replay --budget': 'alerts per thousand people',
    'eval --budget': 'the same',
    'account --person': 'whose account it is',
    'token --directory': 'a token for an identity provider, which keeps the directory and reads no pseudonym',
    'token --source': 'what the source of logs, or the provider, is called',
    'unmask --alias': 'the pseudonym that two officers are asked to open',
    'simulate --people': 'how many made-up people',
    'simulate --out': 'where made-up people are written',
    'demo --people': 'how many made-up people',
    'portal --id': 'the short name of a recipient',
    'documents --add': 'who needs to know a document: the register names its custodians to the registrar',
    'witness --name': 'the name of a witness',
    'mark --to': 'for whom a copy is made: whoever issues it says so himself',
    'mark --false-accusation': 'a chance: of naming somebody who has nothing to do with it',
    'mark --miss': 'a chance: of naming nobody',
    'migrate --to': 'a data directory',
    'rules --pipeline': 'which field names of a Sigma rule mean which of ours',
  };
  expect([...new Set(found)].sort()).toEqual(Object.keys(known).sort());
}, 180_000);

test('no route and no field of one turns pseudonyms off', () => {
  const fieldsOf = (schema: z.ZodType | null) =>
    schema instanceof z.ZodObject ? Object.keys(schema.shape) : ([] as string[]);
  const found = routes.flatMap(({ method, path, query, body, params }) => [
    ...(SUSPICIOUS.test(path) ? [`${method} ${path}`] : []),
    ...[query, body, params]
      .flatMap(fieldsOf)
      .flatMap((name) => (SUSPICIOUS.test(name) ? [`${method} ${path} ${name}`] : [])),
  ]);
  const known: readonly RegExp[] = [
    /^GET \/api\/people\/:subject/, // under a pseudonym
    /^(GET|POST) \/api\/unmaskings/, // two officers
    /^POST \/api\/session name$/, // signing in
    /^POST \/api\/requests/, // an account, and whose it is; somebody else decides
  ];
  expect(found.filter((one) => !known.some((pattern) => pattern.test(one)))).toEqual([]);
  const unsafe = routes.filter(({ path, method }) => path.includes('unmasking') && method === 'GET');
  for (const { audience } of unsafe) expect(audience).not.toContain('analyst');
});
