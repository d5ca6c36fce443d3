import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, house, OPENING } from '../../test/cases.ts';

let at: House;

beforeAll(async () => {
  at = await house();
  await at.lead('SUB0002');
});
afterAll(() => at.close());

const decide = (name: string, id: string, body: object) => at.as(name)('POST', `/api/leads/${id}/triage`, body);
const queue = async (name: string, status = 'open'): Promise<string[]> =>
  (await at.as(name)('GET', `/api/leads?status=${status}`)).json.leads.map((one: { id: string }) => one.id);

describe('triage', () => {
  it('a dismissed lead leaves the queue, and comes back with news beyond what was dismissed', async () => {
    const id = await at.lead('SUB0003', 20);
    expect(await queue('anna')).toContain(id);
    expect((await decide('anna', id, { decision: 'dismiss', reason: 'a project that ended' })).json).toEqual({
      case: null,
    });
    expect(await queue('anna')).not.toContain(id);
    expect(await queue('anna', 'dismissed')).toEqual([id]);
    await at.lead('SUB0003', 28); // made anew, a little stronger
    expect(await queue('anna', 'dismissed')).toEqual([id]);
    await at.lead('SUB0003', 29); // 20 + 8.84 bits, what alone makes a lead
    expect(await queue('anna')).toContain(id);
    const [row] = (await at.as('anna')('GET', '/api/leads')).json.leads.filter((one: { id: string }) => one.id === id);
    expect(row).toMatchObject({ returned: true, triage: { decision: 'dismiss', reason: 'a project that ended' } });
  });

  it('a watched lead comes back when its day has passed', async () => {
    const id = await at.lead('SUB0004');
    expect((await decide('anna', id, { decision: 'watch', reason: 'wait', until: '2026-03-01' })).status).toBe(422);
    await decide('anna', id, { decision: 'watch', reason: 'wait', until: '2026-03-02' });
    expect(await queue('anna', 'watched')).toEqual([id]);
    at.clock.advance(86_400);
    expect([await queue('anna', 'watched'), (await queue('anna')).includes(id)]).toEqual([[], true]);
  });

  it('what was handed over is decided by those it was handed to', async () => {
    const id = await at.lead('SUB0005');
    await decide('anna', id, { decision: 'hand_over', reason: 'more than I may look at' });
    expect(await queue('anna', 'handed_over')).toEqual([id]);
    expect((await decide('anna', id, { decision: 'dismiss', reason: 'x' })).status).toBe(403);
    expect((await at.as('rita')('GET', '/api/handed-over')).json.leads).toEqual([]);
    expect((await at.as('otto')('GET', '/api/handed-over')).json.leads).toMatchObject([{ id, status: 'handed_over' }]);
    expect((await decide('otto', id, { decision: 'return', reason: 'nothing for us' })).status).toBe(200);
    expect(await queue('anna')).toContain(id);
  });

  it('needs a reason, and a case an innocent hypothesis with its evidence', async () => {
    const lead = await at.handedOver('SUB0001');
    expect((await decide('anna', lead, { decision: 'dismiss', reason: ' ' })).status).toBe(422);
    expect((await decide('anna', lead, OPENING)).status).toBe(403);
    for (const field of ['innocent', 'innocent_evidence'])
      expect((await decide('otto', lead, { ...OPENING, [field]: '' })).status).toBe(422);
  });

  it('a lead that is handed over to the reviewers exists for nobody else from then on', async () => {
    const id = await at.lead('SUB0010');
    await decide('anna', id, { decision: 'hand_over', reason: 'he is my neighbour', queue: 'reviewers' });
    for (const status of ['open', 'handed_over', 'dismissed']) expect(await queue('anna', status)).not.toContain(id);
    expect((await at.as('anna')('GET', `/api/leads/${id}`)).status).toBe(404);
    expect((await at.as('rita')('GET', `/api/handed-over/${id}`)).status).toBe(200);
    expect((await decide('otto', id, OPENING)).status).toBe(404);
    const { json } = await decide('rita', id, OPENING);
    expect((await at.as('rita')('GET', `/api/cases/${json.case}`)).json).toMatchObject({ queue: 'reviewers' });
  });

  it('a case officer sees of the queue what was handed over, and nobody decides about himself', async () => {
    const [open, own] = [await at.lead('SUB0011'), await at.lead('SUB0009')];
    expect((await decide('otto', open, { decision: 'dismiss', reason: 'x' })).status).toBe(404);
    expect((await decide('omar', own, OPENING)).status).toBe(404);
  });
});

describe('a case', () => {
  it('is told whole to its members', async () => {
    const id = await at.opened('SUB0013');
    const whole = async (name: string) => (await at.as(name)('GET', `/api/cases/${id}`)).json;
    const sha256 = createHash('sha256').update('the plan').digest('hex');
    await at.step('olga', id, { kind: 'hypothesis', innocent: false, text: 'he collects', would_show: 'a medium' });
    const evidence = { kind: 'evidence', sha256, what: 'handover plan', origin: 'project office', supports: ['H1'] };
    await at.step('olga', id, { ...evidence, contradicts: ['H2'] });
    await at.step('olga', id, { kind: 'custody', evidence: 'E1', act: 'examined', text: 'read by two' });
    await at.step('otto', id, { kind: 'task', text: 'ask the supervisor', due: '2026-03-20' });
    await at.step('piet', id, { kind: 'clock', text: 'tell him', basis: 'rule 4', due: '2026-03-08' });
    const { hypotheses, evidence: kept, tasks, clocks, people, alias, lead: now, next, steps } = await whole('otto');
    expect(hypotheses).toMatchObject([
      { id: 'H1', innocent: true, would_show: OPENING.innocent_evidence, for: ['E1'], against: [] },
      { id: 'H2', innocent: false, for: [], against: ['E1'] },
    ]);
    expect(kept).toMatchObject([{ id: 'E1', sha256, bytes: null, custody: [{ act: 'added' }, { act: 'examined' }] }]);
    expect([tasks, clocks]).toMatchObject([[{ id: 'T1', done: false }], [{ id: 'C1', met: false }]]);
    expect(people.map((one: { name: string }) => one.name)).toEqual(['otto', 'olga', 'piet', 'paul']);
    expect(steps.map((one: { n: number }) => one.n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(next).toContain('propose');
    expect((await whole('piet')).next).not.toContain('propose');
    // The person appears under the case's own alias, and the queue's never does.
    expect([now.id, now.subject]).toEqual([alias, alias]);
    expect(JSON.stringify(await whole('otto'))).not.toContain(await at.leadId('SUB0013'));
    expect((await at.as('paul')('GET', '/api/cases-due')).json.due).toMatchObject([
      { case: id, id: 'C1', late: false },
    ]);
  });

  it('keeps bytes whose hash is right, and no others', async () => {
    const id = await at.opened('SUB0006');
    const bytes = Buffer.from('the whole plan');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await at.step('otto', id, { kind: 'evidence', sha256, what: 'plan', origin: 'office' });
    const send = (offset: number, part: Buffer) =>
      at.as('otto')('POST', `/api/cases/${id}/evidence/E1`, {
        ...{ offset, size: bytes.length, base64: part.toString('base64') },
      });
    expect((await send(0, Buffer.from('another thing.'))).status).toBe(422);
    expect((await send(3, bytes.subarray(3))).status).toBe(422);
    expect((await send(0, bytes.subarray(0, 5))).json).toEqual({ received: 5 });
    expect((await send(5, bytes.subarray(5))).json).toEqual({ received: bytes.length });
    expect((await at.as('olga')('GET', `/api/cases/${id}/evidence/E1`)).bytes).toEqual(bytes);
    expect((await at.as('anna')('GET', `/api/cases/${id}/evidence/E1`)).status).toBe(404);
    expect((await at.as('otto')('GET', `/api/cases/${id}`)).json.evidence[0]).toMatchObject({ bytes: bytes.length });
  });

  it('is over for whoever is recused', async () => {
    const id = await at.opened('SUB0007');
    expect((await at.as('olga')('GET', `/api/cases/${id}`)).status).toBe(200);
    await at.step('olga', id, { kind: 'recuse', account: at.accounts.get('olga')!.id, reason: 'I know him' });
    expect((await at.as('olga')('GET', `/api/cases/${id}`)).status).toBe(404);
    expect((await at.as('olga')('POST', `/api/cases/${id}/steps`, { kind: 'note', text: 'x' })).status).toBe(404);
  });
});

it('the description of the API says what a step may be and that files are files', async () => {
  const { status, json } = await at.as('anna')('GET', '/api/openapi.json');
  expect(status).toBe(200);
  const { requestBody } = json.paths['/api/cases/{id}/steps'].post;
  const kinds = requestBody.content['application/json'].schema.oneOf.map(
    (one: { properties: { kind: { const: string } } }) => one.properties.kind.const,
  );
  expect(kinds).toEqual(expect.arrayContaining(['note', 'link', 'propose', 'close']));
  expect(kinds).not.toContain('explained');
});

/** Every GET route with an address that somebody could try. */
function addresses(caseId: string, leadId: string): string[] {
  const fill: Record<string, string> = { ':id': caseId, ':evidence': 'E1', ':subject': leadId };
  return at.routes
    .filter(({ method }) => method === 'GET')
    .flatMap(({ path }) => {
      const own = path.replaceAll(/:[a-z]+/g, (name) => fill[name]!);
      const query = path.endsWith('/events') ? '?day=2026-02-20' : '';
      const all = [own + query, path.replace(':id', leadId).replace(':subject', leadId) + query];
      const filters = ['watched', 'dismissed', 'handed_over', 'case'].map((status) => `/api/leads?status=${status}`);
      return path === '/api/leads' ? [...all, ...filters] : all;
    })
    .filter((path) => !path.includes(':'));
}

it('nobody outside can tell a case from none: every GET route answers with the same bytes', async () => {
  const about = await at.handedOver('SUB0008');
  const own = await at.lead('SUB0012'); // ruth's: she is a reviewer, so it is for the other reviewers
  const outside = ['anna', 'olga', 'omar', 'piet', 'paul', 'ruth', 'emil', 'ella'];
  const told = async (caseId: string) => {
    const answers = new Map<string, string>();
    for (const name of outside)
      for (const path of addresses(caseId, name === 'ruth' ? own : about)) {
        const { status, bytes } = await at.as(name)('GET', path);
        // Each refusal has a number of its own, by which it is found in the log.
        const text = bytes
          .toString('utf8')
          .replace(/"instance":"[^"]*"/, '')
          .replaceAll(caseId, 'CASE');
        answers.set(`${name} ${path.replaceAll(caseId, 'CASE')}`, `${status} ${text}`);
      }
    return answers;
  };
  const before = await told('ZZZZZZZZ');
  expect(before.size).toBeGreaterThan(80);
  const open = async (name: string, id: string): Promise<string> =>
    (await at.as(name)('POST', `/api/leads/${id}/triage`, OPENING)).json.case;
  const two = [['otto', await open('otto', about)] as const, ['rita', await open('rita', own)] as const];
  // Being admitted to a case about herself helps nobody, and refusing it would tell whose case it is.
  await at.step('rita', two[1]![1], { kind: 'admit', account: at.accounts.get('ruth')!.id, reason: 'a colleague' });
  for (const [name, id] of two) {
    await at.step(name, id, { kind: 'evidence', sha256: 'a'.repeat(64), what: 'x', origin: 'y' });
    await at.step(name, id, { kind: 'effect', effect: 'watch', text: 'for a month' });
    await at.step(name, id, { kind: 'clock', text: 'x', basis: 'y', due: '2026-03-04' });
    expect(await told(id)).toEqual(before);
    expect((await at.as(name)('GET', `/api/cases/${id}`)).status).toBe(200);
  }
});
