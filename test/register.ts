/** A small registry for tests: a data directory, accounts of those who keep it, and what each may call. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessRoutes, createAccount } from '../src/access/access.ts';
import { manualClock } from '../src/base/clock.ts';
import { DEFAULT_SCHEME } from '../src/base/level.ts';
import { silentLog } from '../src/base/log.ts';
import { TABLES } from '../src/cli/record.ts';
import { importRegister, type Register, registerRoutes } from '../src/documents/documents.ts';
import type { Account, Role } from '../src/http/route.ts';
import { createApp } from '../src/http/server.ts';
import { NO_POLICY, openLedger, Reconciliation, recorded, verifyLedger } from '../src/ledger/ledger.ts';
import { loadPeople } from '../src/people/people.ts';
import { openData } from '../src/stores/data.ts';

const KEEPERS: Readonly<Record<string, readonly [Role, string?]>> = {
  reg: ['registrar', 'REG0001'],
  rosa: ['registrar', 'ROS0001'],
  /** A second account of reg's. */
  twin: ['registrar', 'REG0001'],
  nobody: ['registrar'],
  piet: ['approver', 'PIE0001'],
  anna: ['analyst', 'ANN0001'],
};
const DIRECTORY = `employee_name,user_id,email,role,projects,business_unit,functional_unit,department,team,supervisor
Ada,ADA0001,ada@x.example,Engineer,Heron,1,1,D,Team 1,
Bob,BOB0001,bob@x.example,Engineer,,1,1,D,Team 2,
Eve,EVE0001,eve@x.example,Clerk,,1,1,D,Team 2,
`;

export type Registry = Awaited<ReturnType<typeof registry>>;

export async function registry(start = '2026-03-02T08:00:00Z') {
  const folder = mkdtempSync(join(tmpdir(), 'register-'));
  mkdirSync(join(folder, 'LDAP'));
  writeFileSync(join(folder, 'LDAP', '2026-01.csv'), DIRECTORY);
  writeFileSync(
    join(folder, 'clearances.csv'),
    'user_id,level,from,to\nADA0001,top_secret,2026-01-01,\nBOB0001,secret,2026-01-01,\nEVE0001,internal,2026-01-01,\n',
  );
  writeFileSync(join(folder, 'departures.csv'), 'user_id,notice_given,last_day\nBOB0001,2026-03-01,2026-03-31\n');
  const data = await openData(join(folder, 'data'), { create: true });
  const clock = manualClock(start);
  const ledger = await openLedger({ dir: data.dir, db: data.casework, tables: TABLES, clock, name: 'example.org/log' });
  const access = { db: data.casework, clock, ledger, passwordCost: { logN: 4, r: 1, p: 1 } };
  const accounts = new Map<string, Account>();
  for (const [name, [role, person]] of Object.entries(KEEPERS))
    accounts.set(name, await createAccount(access, { name, role, password: 'correct horse battery', person }));
  await loadPeople(data.events, folder);
  const held = new Set<string>();
  const register: Register = { ...data, ledger, clock, isHeld: async (_, { path }) => held.has(path) };
  const routes = [...accessRoutes(access), ...recorded(ledger, registerRoutes(register, DEFAULT_SCHEME))];
  const as = (name: string, isFresh = true) => {
    const account = accounts.get(name)!;
    const app = createApp({
      ...{ routes, identify: async () => ({ account, csrfToken: 'x', isFresh }), log: silentLog, host: '127.0.0.1' },
    });
    return async (method: 'GET' | 'POST', path: string, body?: unknown) => {
      const response = await app.request(`http://127.0.0.1${path}`, {
        method,
        headers: { host: '127.0.0.1', 'x-csrf-token': 'x', 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      return { status: response.status, text, json: isJson ? JSON.parse(text) : undefined };
    };
  };
  /** Imports a table of these lines; gives what the import says. */
  const table = async (...lines: string[]) => {
    const file = join(folder, 'documents.csv');
    writeFileSync(file, `${lines.join('\n')}\n`);
    return await importRegister(register, { table: file });
  };
  /** The id of a registered document. */
  const idOf = async (path: string): Promise<string> => {
    const { json } = await as('reg')('GET', `/api/documents?q=${encodeURIComponent(path)}`);
    return json.documents[0].id;
  };
  const step = (name: string, id: string, body: object) => as(name)('POST', `/api/documents/${id}/steps`, body);
  /** What detection would read of a document's level on a day. */
  const levelOn = async (path: string, day: string): Promise<number> => {
    const [row] = await data.events.rows<{ level: number }>(
      'SELECT argMax(level, registered) AS level FROM documents WHERE path = {path:String} AND registered <= {day:Date}',
      { path, day },
    );
    return row!.level;
  };
  /** What `countersign verify` would find. */
  const findings = async (): Promise<string[]> => {
    const reconciliation = new Reconciliation(TABLES);
    const { problems } = await verifyLedger(join(data.dir, 'ledger'), data.dir, {
      policy: NO_POLICY,
      isLive: true,
      onEntry: (index, entry) => reconciliation.take(index, entry),
    });
    const rows = await reconciliation.compare(data.casework);
    return [...problems, ...rows].map(({ place, message }) => `${place}: ${message}`);
  };
  const close = async () => {
    await ledger.close();
    await data.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    folder,
    data,
    access,
    routes,
    clock,
    ledger,
    accounts,
    register,
    held,
    as,
    table,
    idOf,
    step,
    levelOn,
    findings,
    close,
  };
}
