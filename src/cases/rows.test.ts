/** Every number on a case's page links to exactly its rows: over a made-up organisation, from the lead to the raw lines. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type House, house, OPENING } from '../../test/cases.ts';
import { loadDocuments } from '../documents/documents.ts';
import { loadLogs } from '../events/events.ts';
import { personOf, QUEUE } from '../identities/identities.ts';
import { replay } from '../leads/leads.ts';
import { loadPeople } from '../people/people.ts';
import { simulate } from '../worlds/worlds.ts';

let at: House;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cases-'));
  await simulate({ people: 40, days: 34, seed: 11, out: folder });
  at = await house();
  await loadPeople(at.data.events, folder);
  await loadDocuments(at.data.events, folder);
  await loadLogs(at.data.events, folder);
  await replay(at.data);
});
afterAll(async () => {
  await at.close();
  rmSync(folder, { recursive: true });
});

it('from a signal to its acts, under the case’s own name for the person alone', async () => {
  const [lead] = (await at.as('anna')('GET', '/api/leads')).json.leads;
  await at.as('anna')('POST', `/api/leads/${lead.id}/triage`, { decision: 'hand_over', reason: 'look' });
  const id = (await at.as('otto')('POST', `/api/leads/${lead.id}/triage`, OPENING)).json.case;
  const whole = await at.as('otto')('GET', `/api/cases/${id}`);
  const { alias, lead: now } = whole.json;
  expect(now).toMatchObject({ id: alias, subject: alias, score: lead.score });
  expect(now.signals.length).toBeGreaterThan(3);
  const answers = [whole.bytes.toString('utf8')];
  for (const { day, detection, evidence_count } of now.signals) {
    const rows = await at.as('otto')('GET', `/api/cases/${id}/events?day=${day}&detection=${detection}&limit=1000`);
    expect(rows.json.total).toBe(evidence_count);
    expect(rows.json.events).toHaveLength(evidence_count);
    answers.push(rows.bytes.toString('utf8'));
  }
  const all = answers.join('\n');
  expect(all).toContain(`[${alias}]`);
  expect(all).not.toContain(`[${lead.id}]`);
  expect(all).not.toContain(`"${lead.id}"`);
  expect(all).not.toContain((await personOf(at.data, QUEUE, lead.id))!);
});

it('links documents with the levels the register has, and counts them by level', async () => {
  const { leads } = (await at.as('otto')('GET', '/api/handed-over')).json;
  const id = (await at.as('otto')('POST', `/api/leads/${leads[0].id}/triage`, OPENING)).json.case;
  const [file] = readdirSync(folder).filter((name) => name === 'documents.csv');
  const [header, ...rows] = readFileSync(join(folder, file!), 'utf8').trimEnd().split('\n').slice(0, 40);
  const column = header!.split(',').indexOf('level');
  const registered = rows.map((row) => row.split(',')).map((cells) => ({ path: cells[0]!, level: cells[column]! }));
  const link = { kind: 'link', reason: 'they were copied' };
  const unknown = { ...link, documents: ['\\\\nowhere\\x.docx'] };
  expect((await at.as('otto')('POST', `/api/cases/${id}/steps`, unknown)).status).toBe(422);
  await at.step('otto', id, { ...link, documents: registered.map(({ path }) => path) });
  const { documents, document_counts: counts } = (await at.as('otto')('GET', `/api/cases/${id}`)).json;
  const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
  expect(documents.sort(byPath)).toEqual(registered.sort(byPath));
  for (const [level, count] of Object.entries(counts))
    expect(count).toBe(registered.filter((one) => one.level === level).length);
});
