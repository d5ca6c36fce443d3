import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { TUNING } from '../detections/detections.ts';
import { loadDocuments } from '../documents/documents.ts';
import { loadLogs } from '../events/events.ts';
import type { Role } from '../http/route.ts';
import { createApp } from '../http/server.ts';
import { loadPeople } from '../people/people.ts';
import { type Data, openData } from '../stores/data.ts';
import { simulate } from '../worlds/worlds.ts';
import { leadRoutes, replay } from './leads.ts';

let data: Data;
let folder: string;
let names: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'routes-'));
  await simulate({ people: 40, days: 34, seed: 11, out: folder });
  data = await openData(undefined);
  await loadPeople(data.events, folder);
  await loadDocuments(data.events, folder);
  await loadLogs(data.events, folder);
  await replay(data);
  names = namesOf(folder);
});
afterAll(async () => {
  await data.close();
  rmSync(folder, { recursive: true });
});

/** Everything that would give a person away: accounts, addresses, names. */
function namesOf(organisation: string): string[] {
  const months = readdirSync(join(organisation, 'LDAP')).map((name) =>
    readFileSync(join(organisation, 'LDAP', name), 'utf8'),
  );
  const rows = months.flatMap((month) => month.trimEnd().split('\n').slice(1));
  const people = rows.map((row) => row.split(',')).filter((row) => row[3] !== 'ServiceAccount');
  return [...new Set(people.flatMap(([name, user, email]) => [name!, user!, email!]))].filter((text) => text !== '');
}

function as(role: Role) {
  const app = createApp({
    routes: leadRoutes({ ...data, synthetic: true }),
    identify: async () => ({ account: { id: '1', name: 'somebody', roles: [role], person: null }, csrfToken: 'x' }),
    log: silentLog,
    host: '127.0.0.1',
  });
  return async (path: string) => {
    const response = await app.request(`http://127.0.0.1${path}`, { headers: { host: '127.0.0.1' } });
    const text = await response.text();
    return { status: response.status, text, json: JSON.parse(text) };
  };
}

describe('an analyst', () => {
  it('walks from the queue down to a raw line without ever meeting a name, an account or an address', async () => {
    const get = as('analyst');
    const seen: string[] = [];
    const read = async (path: string) => {
      const { status, text, json } = await get(path);
      expect(status, `${path}: ${text.slice(0, 300)}`).toBe(200);
      seen.push(text);
      return json;
    };
    const { leads } = await read('/api/leads');
    expect(leads.length).toBeGreaterThan(2);
    await read('/api/overview');
    await read('/api/detections');
    for (const { id, subject } of leads.slice(0, 6)) {
      const { signals, contributions } = await read(`/api/leads/${id}`);
      await read(`/api/people/${subject}`);
      await read(`/api/people/${subject}/activity`);
      await read(`/api/people/${subject}/measures?detection=${contributions[0].detection}`);
      const { total, events } = await read(
        `/api/people/${subject}/events?day=${signals[0].day}&detection=${signals[0].detection}`,
      );
      expect(total).toBeGreaterThan(0);
      expect(events[0].raw).toContain(events[0].log === 'email' ? '@' : events[0].device);
    }
    const everything = seen.join('\n');
    expect(names.filter((name) => everything.includes(name))).toEqual([]);
  });

  it('gets contributions that add up to the score, and as many events as a signal counts', async () => {
    const get = as('analyst');
    const { leads } = (await get('/api/leads')).json;
    const story = (await get(`/api/leads/${leads[0].id}`)).json;
    const share = story.contributions.reduce((sum: number, one: { share: number }) => sum + one.share, 0);
    expect(share).toBeCloseTo(1, 6);
    const bits = story.contributions.reduce((sum: number, one: { bits: number }) => sum + one.bits, 0);
    expect(100 * (1 - 2 ** (-bits / TUNING.scoreScale))).toBeCloseTo(story.score, -0.5);
    for (const signal of story.signals.slice(0, 5)) {
      const path = `/api/people/${leads[0].id}/events?day=${signal.day}&detection=${signal.detection}&limit=1000`;
      expect((await get(path)).json.total).toBe(signal.evidence_count);
      expect(signal.innocent.length).toBeGreaterThan(0);
    }
  });

  it('filters, sorts and pages the queue', async () => {
    const get = as('analyst');
    const all = (await get('/api/leads')).json;
    const scores = all.leads.map((lead: { score: number }) => lead.score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    const reverse = (await get('/api/leads?sort=score')).json.leads.map((lead: { score: number }) => lead.score);
    expect(reverse).toEqual([...scores].sort((a, b) => a - b));
    const level = all.leads[0].level;
    const some = (await get(`/api/leads?level=${level}`)).json;
    expect(some.total).toBe(all.leads.filter((lead: { level: string }) => lead.level === level).length);
    const found = (await get(`/api/leads?q=${all.leads[1].subject.toLowerCase()}`)).json;
    expect(found.leads.map((lead: { id: string }) => lead.id)).toEqual([all.leads[1].id]);
    const second = (await get('/api/leads?offset=1&limit=1')).json;
    expect(second).toMatchObject({ total: all.total, leads: [{ id: all.leads[1].id }] });
  });

  it.each(['/api/leads/NOBODY', '/api/people/NOBODY'])('is told that %s is nothing', async (path) => {
    expect((await as('analyst')(path)).status).toBe(404);
  });

  it.each(['/api/leads?level=terrible', '/api/leads?sort=name', '/api/people/x%27y', '/api/leads?limit=100000'])(
    'is told what is wrong with %s',
    async (path) => expect((await as('analyst')(path)).status).toBe(422),
  );
});

it.each([
  '/api/leads',
  '/api/leads/X',
  '/api/people/AAAAA',
  '/api/people/AAAAA/events?day=2026-01-20',
  '/api/detections',
])('an engineer is refused %s, whether it exists or not', async (path) =>
  expect((await as('engineer')(path)).status).toBe(403),
);

it('an engineer sees how much there is, and no count of leads', async () => {
  const { status, json } = await as('engineer')('/api/overview');
  expect(status).toBe(200);
  expect(Object.keys(json)).not.toContain('leads_open');
});
