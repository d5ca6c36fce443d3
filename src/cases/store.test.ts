import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type House, house } from '../../test/cases.ts';

let at: House;
let caseId: string;

beforeAll(async () => {
  at = await house();
  caseId = await at.opened('SUB0001');
  await at.step('otto', caseId, { kind: 'note', text: 'the supervisor was on leave' });
});
afterAll(() => at.close());

const run = (statement: string) => sql.raw(statement).execute(at.data.casework);

const findings = () => at.findings();

it.each(['lead_triage', 'cases', 'case_steps', 'destructions', 'explained_signals'])(
  'who may write to %s may neither change nor delete there',
  async (table) => {
    await run(`insert into destructions (id, kind, covers, certificate, digest, made_at)
      select 'D', 'x', '{}', '{}', '', now() where not exists (select from destructions)`);
    await run(`insert into explained_signals (id, lead, until)
      select 'E', 'NOBODY', '2026-01-01' where not exists (select from explained_signals)`);
    const rows = async () => JSON.stringify((await sql.raw(`select * from ${table}`).execute(at.data.casework)).rows);
    const before = await rows();
    const column = { case_steps: 'n' }[table] ?? 'id';
    await expect(run(`update ${table} set ${column} = ${column}`)).rejects.toThrow(/written once: update is refused/);
    await expect(run(`delete from ${table}`)).rejects.toThrow(/written once: delete is refused/);
    await expect(run(`truncate ${table} cascade`)).rejects.toThrow(/written once: truncate is refused/);
    expect(await rows()).toBe(before);
    expect(before).not.toBe('[]');
  },
);

it('a certificate covers what is deleted with it, and nothing else or later', async () => {
  const certify = (covers: string) => `insert into destructions (id, kind, covers, certificate, digest, made_at)
    values ('${covers}', 'x', array['${covers}'], '{}', '', now())`;
  const deleting = (covers: string) =>
    at.data.casework.transaction().execute(async (tx) => {
      await sql.raw(certify(covers)).execute(tx);
      await sql.raw(`delete from case_steps where case_id = '${caseId}'`).execute(tx);
      throw new Error('it was deleted, and is put back');
    });
  await expect(deleting('case:ZZZZZZZZ')).rejects.toThrow(/delete is refused/);
  await expect(deleting(`case:${caseId}`)).rejects.toThrow(/put back/);
  await run(certify(`case:${caseId}`));
  await expect(run(`delete from case_steps where case_id = '${caseId}'`)).rejects.toThrow(/delete is refused/);
});

it('a step that an administrator of the database changed all the same is named', async () => {
  const before = await findings();
  await run('alter table case_steps disable trigger all');
  await run(`update case_steps set step = jsonb_set(step, '{text}', '"he was not"') where kind = 'note'`);
  await run(`delete from case_steps where n = 2`);
  await run('alter table case_steps enable trigger all');
  const found = (await findings()).filter((finding) => !before.includes(finding));
  expect(found).toEqual([
    `case_steps ${caseId}/5: was changed behind the program’s back`,
    `case_steps ${caseId}/2: was deleted behind the program’s back`,
  ]);
});

it('what is said in a step stands in casework alone', async () => {
  const text = 'a word that stands nowhere else';
  const n = await at.step('otto', await at.opened('SUB0002'), { kind: 'note', text });
  expect(n).toBe(5);
  const tiles = at.ledger.log.tiles();
  const entries: string[] = [];
  for (let tile = 0; tile * 256 < tiles.size; tile++)
    entries.push(...(await tiles.entries(tile)).map((entry) => entry.toString('utf8')));
  expect(entries.filter((entry) => entry.includes('"act":"case.note"'))).not.toEqual([]);
  expect(entries.filter((entry) => entry.includes(text) || entry.includes('SUB000'))).toEqual([]);
});
