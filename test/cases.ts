/** A small house for tests of cases: accounts of every role, a lead about one of its people, and what each may call. */
import { join } from 'node:path';
import { createAccount } from '../src/access/access.ts';
import { manualClock } from '../src/base/clock.ts';
import { silentLog } from '../src/base/log.ts';
import { type Cases, caseRoutes, leadsInCases, subjectRoutes } from '../src/cases/cases.ts';
import { TABLES } from '../src/cli/record.ts';
import type { Account, Role } from '../src/http/route.ts';
import { createApp } from '../src/http/server.ts';
import { aliases, aliasMark, QUEUE } from '../src/identities/identities.ts';
import { leadRoutes } from '../src/leads/leads.ts';
import { NO_POLICY, openLedger, Reconciliation, recorded, verifyLedger } from '../src/ledger/ledger.ts';
import { type Data, openData } from '../src/stores/data.ts';

export const OPENING = {
  decision: 'open',
  reason: 'papers of six projects within a week',
  purpose: 'to find out whether documents left',
  innocent: 'he is being worked in',
  innocent_evidence: 'his supervisor was not asked yet; the handover plan names two of the six',
} as const;

/** name: role and, where it matters, whose account it is. */
const STAFF: Readonly<Record<string, readonly [Role, string?]>> = {
  anna: ['analyst'],
  otto: ['case_officer'],
  olga: ['case_officer'],
  omar: ['case_officer', 'SUB0009'],
  piet: ['approver'],
  paul: ['approver'],
  rita: ['reviewer'],
  ruth: ['reviewer', 'SUB0012'],
  emil: ['employee', 'SUB0001'],
  ella: ['employee', 'SUB0002'],
};

export type House = Awaited<ReturnType<typeof house>>;

export async function house(dir?: string, start = '2026-03-02T08:00:00Z') {
  const data: Data = await openData(dir, { create: true });
  const clock = manualClock(start);
  const ledger = await openLedger({ dir: data.dir, db: data.casework, tables: TABLES, clock, name: 'example.org/log' });
  const access = { db: data.casework, clock, ledger, passwordCost: { logN: 4, r: 1, p: 1 } };
  const accounts = new Map<string, Account>();
  for (const [name, [role, person]] of Object.entries(STAFF))
    accounts.set(name, await createAccount(access, { name, role, password: 'correct horse battery', person }));
  const cases: Cases = { ...data, ledger, clock, keep: { triage: 180, without_burden: 30, others: 365 } };
  const leads = leadRoutes({
    ...{ ...data, clock, synthetic: true },
    leadsInCases: (account) => leadsInCases(cases, account),
  });
  const routes = [...recorded(ledger, [...leads, ...caseRoutes(cases)]), ...subjectRoutes(cases)];

  const as = (name: string) => {
    const account = accounts.get(name)!;
    const app = createApp({
      routes,
      identify: async () => ({ account, csrfToken: 'x' }),
      log: silentLog,
      host: '127.0.0.1',
    });
    return async (method: 'GET' | 'POST', path: string, body?: unknown) => {
      const response = await app.request(`http://127.0.0.1${path}`, {
        method,
        headers: { host: '127.0.0.1', 'x-csrf-token': 'x', 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      return { status: response.status, bytes, json: isJson ? JSON.parse(bytes.toString('utf8')) : undefined };
    };
  };

  /** The id of a person's lead, whether there is one or not. */
  const leadId = async (user: string): Promise<string> => (await aliases(data, QUEUE, [user])).get(user)!;
  /** A lead about a person; gives its id. */
  const lead = async (user: string, evidence = 20): Promise<string> => {
    const id = await leadId(user);
    await data.casework.deleteFrom('leads').where('id', '=', id).execute();
    await data.casework
      .insertInto('leads')
      .values({
        ...{
          id,
          person_mark: aliasMark(data, QUEUE, user),
          first_day: '2026-02-20',
          last_day: '2026-02-28',
          as_of: '2026-03-01',
          signals: 3,
        },
        ...{ score: 100 * (1 - 2 ** (-evidence / 12)), evidence, stages: [], detections: [] },
        ...{ top: '[]' as never, trend: Array(28).fill(0), administrator: false },
      })
      .execute();
    return id;
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
  };
  /** Takes a step and expects it to be taken; gives its number. */
  const step = async (name: string, caseId: string, input: object): Promise<number> => {
    const { status, json } = await as(name)('POST', `/api/cases/${caseId}/steps`, input);
    if (status !== 200) throw new Error(`${name}: ${JSON.stringify(input)}: ${JSON.stringify(json)}`);
    return json.n;
  };
  /** A lead that anna has handed over to the case officers; gives its id. */
  const handedOver = async (user: string): Promise<string> => {
    const id = await lead(user);
    const body = { decision: 'hand_over', reason: 'more than I may look at' };
    const { status, json } = await as('anna')('POST', `/api/leads/${id}/triage`, body);
    if (status !== 200) throw new Error(JSON.stringify(json));
    return id;
  };
  /** Opens a case by otto with olga, piet and paul admitted; gives its id. */
  const opened = async (user: string): Promise<string> => {
    const id = await handedOver(user);
    const { json, status } = await as('otto')('POST', `/api/leads/${id}/triage`, OPENING);
    if (status !== 200) throw new Error(JSON.stringify(json));
    for (const name of ['olga', 'piet', 'paul'])
      await step('otto', json.case, { kind: 'admit', account: accounts.get(name)!.id, reason: 'works on it' });
    return json.case;
  };
  return { data, clock, ledger, accounts, cases, routes, as, lead, leadId, handedOver, step, opened, findings, close };
}
