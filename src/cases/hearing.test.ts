/** A case from its opening to its end, by everybody who has a part in it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, house, OPENING } from '../../test/cases.ts';
import { type Alert, replay } from '../leads/leads.ts';

let at: House;

beforeAll(async () => {
  at = await house();
});
afterAll(() => at.close());

const whole = async (name: string, id: string) => (await at.as(name)('GET', `/api/cases/${id}`)).json;
const refused = async (name: string, id: string, step: object): Promise<string> =>
  (await at.as(name)('POST', `/api/cases/${id}/steps`, step)).json.detail;
const mine = async (name: string) => (await at.as(name)('GET', '/api/my-cases')).json.invitations;

/** Signals of a person on a day, with the standing they make, as computing that day would have left them. */
async function signalled(user: string, day: string, bits: number): Promise<void> {
  const { events } = at.data;
  const cell = { user, day, bits };
  await events.run(
    `INSERT INTO signals (day, user_uid, detection, stage, span, bits, counted)
     SELECT {day:Date}, {user:String}, 'copies_off_hours', 'collect', 1, {bits:Float64}, {bits:Float64}`,
    cell,
  );
  await events.run(
    `INSERT INTO standings (day, user_uid, evidence, fresh, raised, score, steps)
     SELECT {day:Date}, {user:String}, {bits:Float64}, {bits:Float64}, {bits:Float64}, 70,
       [(toDateTime({day:Date}, 'UTC') + 3600, {bits:Float64}, 70)]`,
    cell,
  );
  await events.run(`INSERT INTO computed_days (day, state, events) SELECT {day:Date}, 'x', 1`, cell);
}

describe('the person a case is about', () => {
  it('sees the invitation in its words and nothing else, replies, is told and appeals', async () => {
    const id = await at.opened('SUB0001');
    await at.step('otto', id, { kind: 'note', text: 'secret of the file' });
    expect(await mine('emil')).toEqual([]);
    const reply = { invitation: id, text: 'for the audit' };
    expect((await at.as('emil')('POST', '/api/my-cases/replies', reply)).status).toBe(404);
    await at.step('otto', id, { kind: 'invite_reply', text: 'What were the plans for?', due: '2026-03-20' });
    const invitation = { invitation: id, text: 'What were the plans for?', due: '2026-03-20' };
    expect(await mine('emil')).toEqual([
      { ...invitation, replied_at: null, decision: null, appealed_at: null, may_reply: true, may_appeal: false },
    ]);
    expect(await mine('ella')).toEqual([]);
    expect((await at.as('ella')('POST', '/api/my-cases/replies', reply)).status).toBe(404);
    expect((await at.as('emil')('GET', `/api/cases/${id}`)).status).toBe(403);
    expect((await at.as('emil')('POST', '/api/my-cases/replies', reply)).status).toBe(204);
    const { steps } = await whole('otto', id);
    expect(steps.at(-1)).toMatchObject({ kind: 'reply', by: 'subject', by_name: '', step: { text: 'for the audit' } });

    const advice = { kind: 'propose', outcome: 'advice', reasons: 'too many copies' };
    expect(await refused('otto', id, advice)).toMatch(/H1 is not answered/);
    await at.step('otto', id, { ...advice, considered: { H1: 'four of the six are not in the plan' } });
    expect(await refused('otto', id, { kind: 'decide', reasons: 'mine' })).toMatch(/proposed himself/);
    await at.step('piet', id, { kind: 'decide', reasons: 'agreed' });
    expect((await at.as('emil')('POST', '/api/my-cases/appeals', reply)).status).toBe(403);
    await at.step('otto', id, { kind: 'notify', text: 'You are advised to copy less.', appeal_until: '2026-03-31' });
    expect((await mine('emil'))[0]).toMatchObject({ may_reply: false, may_appeal: true });
    expect((await at.as('emil')('POST', '/api/my-cases/appeals', { ...reply, text: 'All six!' })).status).toBe(204);
    const judged = { kind: 'appeal_decided', outcome: 'no_finding', reasons: 'the plan had six' };
    expect(await refused('piet', id, judged)).toMatch(/no part in the decision/);
    expect(await refused('paul', id, { ...judged, outcome: 'handed_over' })).toMatch(/nothing graver/);
    await at.step('paul', id, judged);
    await at.step('otto', id, { kind: 'close', text: 'done' });
    expect(await whole('otto', id)).toMatchObject({ state: 'closed', outcome: 'no_finding' });
    expect(JSON.stringify(await mine('emil'))).not.toMatch(/secret|copies|plan had six/);
  });

  it('is not named in the ledger by what he says', async () => {
    const tiles = at.ledger.log.tiles();
    const entries = (await tiles.entries(0)).map((entry) => entry.toString('utf8'));
    const said = entries.filter((entry) => entry.includes('"act":"case.reply"') && entry.includes('"intent"'));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('"actor":"system:subject"');
    expect(entries.filter((entry) => entry.includes(at.accounts.get('emil')!.id))).toHaveLength(1); // when it was made
  });
});

it('a table says who may take a step, and nobody else takes it', async () => {
  const id = await at.opened('SUB0002');
  await at.step('otto', id, { kind: 'admit', account: at.accounts.get('anna')!.id, reason: 'she found it' });
  await at.step('anna', id, { kind: 'note', text: 'x' });
  expect(await refused('anna', id, { kind: 'close', text: 'x' })).toMatch(/it is for officer/);
  expect(await refused('piet', id, { kind: 'invite_reply', text: 'x', due: '2026-04-01' })).toMatch(
    /it is for officer/,
  );
  const other = { kind: 'recuse', account: at.accounts.get('piet')!.id, reason: 'x' };
  expect(await refused('anna', id, other)).toMatch(/it is for officer/);
  expect(await refused('otto', id, { ...other, kind: 'admit', account: at.accounts.get('ella')!.id })).toMatch(
    /no part|has a part/,
  );
});

it('a case keeps an officer who can go on', async () => {
  const { json } = await at.as('otto')('POST', `/api/leads/${await at.handedOver('SUB0006')}/triage`, OPENING);
  const recuse = { kind: 'recuse', account: at.accounts.get('otto')!.id, reason: 'I know him' };
  expect(await refused('otto', json.case, recuse)).toMatch(/admit one first/);
  await at.step('otto', json.case, { kind: 'admit', account: at.accounts.get('olga')!.id, reason: 'goes on' });
  await at.step('otto', json.case, recuse);
  expect((await whole('olga', json.case)).next).toContain('propose');
});

it('a closed case leaves its lead as a dismissed one, which comes back with news', async () => {
  const id = await at.opened('SUB0007');
  await at.step('otto', id, { kind: 'propose', outcome: 'no_finding', reasons: 'nothing left', considered: {} });
  await at.step('olga', id, { kind: 'decide', reasons: 'agreed' });
  const where = async (name: string, status: string) =>
    (await at.as(name)('GET', `/api/leads?status=${status}`)).json.leads.map((one: { id: string }) => one.id);
  const lead = await at.leadId('SUB0007');
  expect(await where('anna', 'handed_over')).toContain(lead);
  await at.step('otto', id, { kind: 'close', text: 'done' });
  expect(await where('anna', 'dismissed')).toContain(lead);
  await at.lead('SUB0007', 29);
  expect(await where('anna', 'open')).toContain(lead);
});

describe('whoever is cleared', () => {
  it('has nothing left that was done because of the case, and his signals count no longer', async () => {
    const alerts: Alert[] = [];
    const told = async () => {
      alerts.length = 0;
      await replay({ ...at.data, close: async () => {} }, { onAlerts: (more) => alerts.push(...more) });
      return alerts.map(({ user, date }) => `${user} ${date.slice(0, 10)}`);
    };
    await signalled('SUB0003', '2026-02-10', 30);
    await signalled('SUB0004', '2026-02-10', 30);
    await signalled('SUB0003', '2026-02-12', 1);
    const everybody = await told();
    expect(new Set(everybody)).toContain('SUB0003 2026-02-10');
    const queue = async () => (await at.data.casework.selectFrom('leads').select('id').execute()).map(({ id }) => id);
    const [cleared, other] = [await at.leadId('SUB0003'), await at.leadId('SUB0004')];
    expect((await queue()).sort()).toEqual([cleared, other].sort());

    const id = await at.opened('SUB0003');
    await at.step('otto', id, { kind: 'effect', effect: 'watch', text: 'for a month' });
    await at.step('otto', id, { kind: 'effect', effect: 'copies_hold', text: 'his folder of plans' });
    await at.step('otto', id, { kind: 'effect', effect: 'other', text: 'no access to project Q' });
    const rows = async () => [
      await at.data.casework.selectFrom('watch_list').select('effect').where('case_id', '=', id).execute(),
      await at.data.casework.selectFrom('copy_holds').select('effect').where('case_id', '=', id).execute(),
    ];
    expect(await rows()).toEqual([[{ effect: 'X1' }], [{ effect: 'X2' }]]);
    expect((await at.as('otto')('GET', '/api/cases-due')).json.watched).toMatchObject([{ case: id, signals: 0 }]);
    await at.step('otto', id, { kind: 'propose', outcome: 'cleared', reasons: 'an assignment', considered: {} });
    await at.step('olga', id, { kind: 'decide', reasons: 'I have seen it' });

    expect(await rows()).toEqual([[], []]);
    expect((await at.as('otto')('GET', '/api/cases-due')).json.watched).toEqual([]);
    const { steps, effects, tasks } = await whole('otto', id);
    expect(steps.slice(-4).map((one: { kind: string; by: string }) => `${one.by} ${one.kind}`)).toEqual([
      ...['program effect_undone', 'program effect_undone', 'program task', 'program explained'],
    ]);
    expect(steps.at(-1).step).toMatchObject({ until: '2026-02-12', text: expect.stringContaining('no longer count') });
    expect(effects.map((one: { undone: boolean }) => one.undone)).toEqual([true, true, false]);
    expect(tasks).toMatchObject([{ id: 'T1', text: expect.stringContaining('no access to project Q') }]);
    expect(await refused('otto', id, { kind: 'close', text: 'x' })).toMatch(/X3 is not undone/);
    await at.step('otto', id, { kind: 'effect_undone', effect: 'X3', text: 'he has it again' });
    await at.step('otto', id, { kind: 'close', text: 'done' });

    expect(await queue()).toEqual([other]);
    expect(await told()).toEqual(everybody.filter((one) => !one.startsWith('SUB0003')));
  });

  it('counts for what comes afterwards, and only for that', async () => {
    await signalled('SUB0003', '2026-02-20', 25);
    await replay({ ...at.data, close: async () => {} });
    const leads = at.data.casework
      .selectFrom('leads')
      .select(['evidence', 'signals'])
      .where('id', '=', await at.leadId('SUB0003'));
    const [lead] = await leads.execute();
    expect([lead!.signals, Math.round(lead!.evidence)]).toEqual([1, 25]);
  });
});
