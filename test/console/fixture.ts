import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { casesAnswer, casesDue, type FixtureCases, newCases, takeStep, UNMASKINGS } from './fixture-cases.ts';
import {
  ACTIVITY,
  detections,
  eventsOf,
  LEADS,
  leadStory,
  measuresOf,
  overview,
  personOf,
  quarantine,
  sources,
} from './fixture-data.ts';
import { FIGURES, ledgerOf, NAMES } from './fixture-ledger.ts';
import { ARRIVALS, FOUND, NEAREST, SHAPES } from './fixture-lines.ts';

/**
 * A small server for the console's own tests: it serves web/dist under the product's headers and answers in the shape
 * of the contract, always with the same data. States that are hard to reach with real data (no rows, an engine that
 * has stopped, a session that ends) are switched on by `state`.
 */
export interface Fixture {
  origin: string;
  state: {
    leads: 'full' | 'none' | 'failing';
    sources: 'full' | 'none';
    expired: boolean;
    cases: FixtureCases;
    decided: Map<string, unknown>;
  };
  close(): Promise<void>;
}

export const ANALYST = { name: 'ana', password: 'correct horse battery', roles: ['analyst'] };
export const ENGINEER = { name: 'eno', password: 'correct horse battery', roles: ['engineer'] };

export const AUDITOR = { name: 'aud', password: 'correct horse battery', roles: ['auditor'] };
export const HEAD = { name: 'hedda', password: 'correct horse battery', roles: ['head_of_unit'] };
export const OFFICER = { name: 'otto', password: 'correct horse battery', roles: ['case_officer'] };
const ACCOUNTS = [ANALYST, ENGINEER, AUDITOR, HEAD, OFFICER];

/** Which rooms of the API are whose. */
const AUDIENCES: Record<string, string[]> = {
  overview: ['analyst', 'engineer'],
  sources: ['analyst', 'engineer'],
  cases: ['case_officer', 'analyst'],
  unmaskings: ['case_officer'],
  'cases-due': ['case_officer', 'analyst'],
  'handed-over': ['case_officer'],
  leads: ['analyst', 'case_officer'],
  ledger: ['auditor'],
  accounts: ['auditor'],
  figures: ['head_of_unit'],
};

/** What comes in line by line. */
const LINES: Record<string, unknown> = {
  arrivals: { arrivals: ARRIVALS },
  shapes: { shapes: SHAPES },
  nearest: NEAREST,
  search: FOUND,
};

const DIST = join(import.meta.dirname, '../../web/dist');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

export async function startFixture(port = 0): Promise<Fixture> {
  const state: Fixture['state'] = {
    leads: 'full',
    sources: 'full',
    expired: false,
    cases: newCases(),
    decided: new Map(),
  };
  const server: Server = createServer((request, response) => {
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (!url.pathname.startsWith('/api/')) return sendFile(url.pathname, response);
    answer(request, response, url, state).catch((error: unknown) => sendProblem(response, error));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fixture server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    state,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function sendFile(pathname: string, response: ServerResponse): void {
  const path = join(DIST, normalize(pathname));
  const isFile = extname(path) !== '' && path.startsWith(DIST);
  const file = isFile ? path : join(DIST, 'index.html');
  try {
    const content = readFileSync(file);
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    response.end(content);
  } catch {
    response.statusCode = 404;
    response.end('not built: run `npm run build`');
  }
}

function sendProblem(response: ServerResponse, error: unknown): void {
  const { status, code } = error instanceof Refusal ? error : { status: 500, code: 'defect' };
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/problem+json');
  response.end(
    JSON.stringify({ type: `/faults/${code}`, title: code, status, detail: '', code, hint: '', instance: '' }),
  );
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  state: Fixture['state'],
): Promise<void> {
  const send = (body: unknown) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(body));
  };
  if (url.pathname === '/api/session/ways') return send({ provider: false });
  if (url.pathname === '/api/session') return session(request, response, send, state);
  const account = accountOf(request);
  if (account === undefined || state.expired) throw new Refusal(401, 'sign-in-required');
  if (url.pathname === '/api/levels') return send({ levels: [] });
  const audience = AUDIENCES[url.pathname.split('/')[2] ?? ''] ?? ['analyst'];
  if (!account.roles.some((role) => audience.includes(role))) throw new Refusal(403, 'forbidden');
  if (request.method === 'POST') return send(await changeOf(request, url, state));
  send(dataOf(url, state));
}

async function changeOf(request: IncomingMessage, url: URL, state: Fixture['state']): Promise<unknown> {
  if (request.headers['x-csrf-token'] !== 'fixture') throw new Refusal(403, 'forged-request');
  let text = '';
  for await (const chunk of request) text += chunk;
  const body = JSON.parse(text) as { kind: string; decision: string };
  const [, , room, id = '', part] = url.pathname.split('/');
  if (room === 'cases' && part === 'steps') return takeStep(state.cases, body);
  if (room !== 'leads' || part !== 'triage') throw new Refusal(404, 'not-found');
  state.decided.set(id, body);
  return { case: body.decision === 'open' ? state.cases.head.id : null };
}

function dataOf(url: URL, state: Fixture['state']): unknown {
  const query = (name: string) => url.searchParams.get(name) ?? '';
  const number = (name: string, otherwise: number) => Number(url.searchParams.get(name) ?? otherwise);
  const [, , room, id, part] = url.pathname.split('/').map(decodeURIComponent);
  if (room === 'ledger') return found(ledgerOf(id ?? '', part, query));
  if (room === 'cases') {
    if (part === 'events') return { total: 12, events: eventsOf(query('day'), query('detection')).slice(0, 12) };
    return found(casesAnswer(state.cases, id, part));
  }
  if (room === 'unmaskings') return UNMASKINGS;
  if (room === 'cases-due') return casesDue(state.cases);
  if (room === 'handed-over') {
    const triage = {
      decision: 'hand_over',
      reason: 'More than I may look at.',
      until: null,
      queue: 'case_officers',
      at: `${overview.last_day}T08:00:00Z`,
    };
    const status = { status: 'handed_over', returned: false, triage };
    return id === undefined
      ? { leads: LEADS.slice(4, 7).map((lead) => ({ ...lead, ...status })) }
      : { ...found(leadStory(id)), ...status };
  }
  if (room === 'accounts') return NAMES;
  if (room === 'figures') return FIGURES;
  if (room === 'overview') return overview;
  if (room === 'detections') return { detections };
  if (room === 'sources' && id === 'quarantine') {
    const rows = quarantine.filter(({ source }) => query('source') === '' || source === query('source'));
    return { total: rows.length, rows: rows.slice(number('offset', 0), number('offset', 0) + number('limit', 50)) };
  }
  if (room === 'sources' && id !== undefined) return LINES[id] ?? {};
  if (room === 'sources') return { sources: state.sources === 'none' ? [] : sources };
  if (room === 'leads' && id === undefined) return leads(query, number, state);
  if (room === 'leads') return found(leadStory(id ?? ''));
  if (room === 'people') {
    const person = found(personOf(id ?? ''));
    if (part === undefined) return person;
    if (part === 'measures') return found(measuresOf(person.subject, query('detection'), query('from'), query('to')));
    if (part === 'activity') {
      const points = ACTIVITY.filter(({ time }) => time >= query('from') && time.slice(0, 10) <= query('to'));
      return { truncated: points.length > 5000, points: points.slice(-5000) };
    }
    if (part === 'events') {
      if (query('day') === '') throw new Refusal(422, 'invalid-input');
      const all = eventsOf(query('day'), query('detection'));
      return { total: all.length, events: all.slice(number('offset', 0), number('offset', 0) + number('limit', 100)) };
    }
  }
  throw new Refusal(404, 'not-found');
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Refusal(404, 'not-found');
  return value;
}

function leads(
  query: (name: string) => string,
  number: (name: string, otherwise: number) => number,
  state: Fixture['state'],
): unknown {
  if (state.leads === 'failing') throw new Refusal(503, 'engine-stopped');
  if (state.leads === 'none') return { total: 0, leads: [] };
  const levels = query('level').split(',').filter(Boolean);
  const status = query('status') || 'open';
  const statusOf: Record<string, string> = {
    dismiss: 'dismissed',
    watch: 'watched',
    hand_over: 'handed_over',
    open: 'case',
  };
  const decided = (id: string) =>
    state.decided.get(id) as { decision: string; reason: string; until?: string } | undefined;
  const rows = LEADS.map((lead) => {
    const last = decided(lead.id);
    const triage = last && { until: null, queue: null, ...last, at: `${overview.last_day}T08:00:00Z` };
    return {
      ...lead,
      status: statusOf[last?.decision ?? ''] ?? 'open',
      returned: lead.id === 'L00003',
      triage: triage ?? null,
    };
  }).filter(
    (lead) =>
      lead.status === status &&
      (levels.length === 0 || levels.includes(lead.level)) &&
      (query('detection') === '' || lead.top.some(({ detection }) => detection === query('detection'))) &&
      lead.subject.includes(query('q').toUpperCase()),
  );
  const sort = query('sort') || '-score';
  const key = sort.replace('-', '') as 'score' | 'last_day' | 'first_day' | 'signals';
  const sign = sort.startsWith('-') ? -1 : 1;
  rows.sort((a, b) => sign * (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0) || (a.id < b.id ? -1 : 1));
  return { total: rows.length, leads: rows.slice(number('offset', 0), number('offset', 0) + number('limit', 200)) };
}

function accountOf(request: IncomingMessage) {
  const name = /countersign_session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
  return ACCOUNTS.find((account) => account.name === name);
}

async function session(
  request: IncomingMessage,
  response: ServerResponse,
  send: (body: unknown) => void,
  state: Fixture['state'],
): Promise<void> {
  const view = ({ name, roles }: { name: string; roles: string[] }) => ({
    account: { name, roles },
    csrf_token: 'fixture',
  });
  if (request.method === 'POST') {
    let text = '';
    for await (const chunk of request) text += chunk;
    const given = JSON.parse(text) as { name: string; password: string };
    const account = ACCOUNTS.find(({ name, password }) => name === given.name && password === given.password);
    if (account === undefined) throw new Refusal(401, 'sign-in-failed');
    state.expired = false;
    response.setHeader('Set-Cookie', `countersign_session=${account.name}; HttpOnly; SameSite=Strict; Path=/`);
    return send(view(account));
  }
  const account = accountOf(request);
  if (account === undefined || state.expired) throw new Refusal(401, 'sign-in-required');
  if (request.method === 'DELETE') {
    if (request.headers['x-csrf-token'] !== 'fixture') throw new Refusal(403, 'forged-request');
    response.setHeader('Set-Cookie', 'countersign_session=; Max-Age=0; Path=/');
    response.statusCode = 204;
    response.end();
    return;
  }
  send(view(account));
}

// Run alone, it serves the pages to look at: `node test/console/fixture.ts 4173`.
if (process.argv[1] === import.meta.filename) {
  const fixture = await startFixture(Number(process.argv[2] ?? 4173));
  process.stdout.write(`${fixture.origin}  ${ACCOUNTS.map(({ name }) => name).join(', ')} / ${ANALYST.password}\n`);
}
