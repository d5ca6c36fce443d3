import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type House, house } from '../../test/cases.ts';
import { canonical, type Json, listEntries } from '../ledger/ledger.ts';
import { expired, runRetention } from './jobs.ts';

const DAY = 86_400;
let at: House;

beforeAll(async () => {
  at = await house();
});
afterAll(() => at.close());

const findings = () => at.findings();

async function closed(user: string): Promise<string> {
  const id = await at.opened(user);
  const bytes = Buffer.from('a plan');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await at.step('otto', id, { kind: 'evidence', sha256, what: 'plan', origin: 'office' });
  const part = { offset: 0, size: bytes.length, base64: bytes.toString('base64') };
  expect((await at.as('otto')('POST', `/api/cases/${id}/evidence/E1`, part)).status).toBe(200);
  await at.step('otto', id, { kind: 'propose', outcome: 'no_finding', reasons: 'nothing left', considered: {} });
  await at.step('piet', id, { kind: 'decide', reasons: 'agreed' });
  await at.step('otto', id, { kind: 'close', text: 'done' });
  return id;
}
const due = async () => (await expired(at.cases)).map(({ kind, id }) => `${kind} ${id}`);

it('what became no case goes when its term is over, and leaves a certificate', async () => {
  const lead = await at.lead('SUB0001');
  const decide = (body: object) => at.as('anna')('POST', `/api/leads/${lead}/triage`, body);
  await decide({ decision: 'watch', reason: 'wait', until: '2026-03-30' });
  await decide({ decision: 'dismiss', reason: 'a project that ended' });
  at.clock.advance(180 * DAY);
  expect(await due()).toEqual([]);
  at.clock.advance(1);
  expect(await due()).toEqual([`triage ${lead}`]);
  const [gone] = await runRetention(at.cases);
  expect(gone).toMatchObject({
    kind: 'triage',
    id: lead,
    rows: 2,
    files: 0,
    rule: expect.stringContaining('180 days'),
  });
  expect(await at.data.casework.selectFrom('lead_triage').selectAll().execute()).toEqual([]);
  const [row] = await at.data.casework.selectFrom('destructions').selectAll().execute();
  expect(
    createHash('sha256')
      .update(canonical(row!.certificate as unknown as Json))
      .digest('hex'),
  ).toBe(gone!.digest);
  const { entries } = await listEntries(at.ledger, { act: 'retention.destroy', kind: 'intent' });
  expect(entries).toMatchObject([{ digest: gone!.digest, on: [`triage:${lead}`] }]);
  expect(await findings()).toEqual([]);
  expect(await due()).toEqual([]);
});

it('a closed case goes with its steps and files, and a legal hold stops it', async () => {
  const [free, held] = [await closed('SUB0002'), await closed('SUB0003')];
  await at.step('piet', held, { kind: 'hold', reason: 'a court asks', until: '2026-12-31' });
  at.clock.advance(30 * DAY);
  expect(await due()).toEqual([`case ${free}`]);
  const file = createHash('sha256').update('a plan').digest('hex');
  const [gone] = await runRetention(at.cases);
  expect(gone).toMatchObject({ kind: 'case', id: free, rows: 10, files: 1 });
  const certificates = await at.data.casework
    .selectFrom('destructions')
    .select('certificate')
    .where('kind', '=', 'case')
    .execute();
  expect(certificates[0]!.certificate).toMatchObject({ of: free, files: [file], rows: expect.any(Array) });
  for (const { hash } of (certificates[0]!.certificate as unknown as { rows: { hash: string }[] }).rows)
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  const names = at.data.casework.selectFrom('aliases').select('alias').where('scope', '=', free);
  expect(await names.execute()).toEqual([]);
  expect((await at.as('otto')('GET', `/api/cases/${free}`)).status).toBe(404);
  expect([existsSync(join(at.data.dir, 'cases', free)), existsSync(join(at.data.dir, 'cases', held))]).toEqual([
    false,
    true,
  ]);
  expect((await at.as('otto')('GET', `/api/cases/${held}`)).json).toMatchObject({ held_until: '2026-12-31' });
  await at.step('otto', held, { kind: 'release', reason: 'the court has it' });
  expect(await due()).toEqual([`case ${held}`]);
  expect(await findings()).toEqual([]);
});

it('an open case does not go however old it is, nor one whose copies are held', async () => {
  const open = await at.opened('SUB0004');
  const copies = await at.opened('SUB0005');
  await at.step('otto', copies, { kind: 'effect', effect: 'copies_hold', text: 'his folder' });
  at.clock.advance(4000 * DAY);
  const ids = await due();
  expect(ids).not.toContain(`case ${open}`);
  expect(ids).not.toContain(`case ${copies}`);
});

it('files that outlived their case are swept away', async () => {
  const folder = join(at.data.dir, 'cases', 'GONE0000');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'x'), 'x');
  await runRetention(at.cases);
  expect(existsSync(folder)).toBe(false);
});
