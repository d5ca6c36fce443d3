/** The pages on which a person is heard, without script, as `serve` puts them together. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type House, house } from '../../test/cases.ts';
import type { Access } from '../access/access.ts';
import { silentLog } from '../base/log.ts';
import { createApp } from '../http/server.ts';
import { declarationPages } from '../people/people.ts';
import { answerInvitation, invitationsOf } from './cases.ts';

const ORIGIN = 'http://127.0.0.1';
let at: House;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  at = await house();
  const { clock } = at.cases;
  const reach = { host: '127.0.0.1' };
  const access: Access = { db: at.data.casework, clock, passwordCost: { logN: 4, r: 1, p: 1 }, reach };
  const hearing = {
    of: (account: Parameters<typeof invitationsOf>[1]) => invitationsOf(at.cases, account),
    answer: (account: Parameters<typeof invitationsOf>[1], input: Parameters<typeof answerInvitation>[2]) =>
      answerInvitation(at.cases, account, input),
  };
  const pages = declarationPages({ ...at.data, access, clock, ...reach, hearing });
  app = createApp({
    ...reach,
    routes: [],
    identify: async () => null,
    pages: { '/declarations': pages },
    log: silentLog,
  });
});
afterAll(() => at.close());

/** Somebody's browser: it keeps cookies and sends forms. */
async function browser(name: string) {
  let cookies = '';
  const ask = async (path: string, form?: Record<string, string>) => {
    const response = await app.request(`${ORIGIN}/declarations${path}`, {
      method: form === undefined ? 'GET' : 'POST',
      headers: { cookie: cookies, ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}) },
      ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
    });
    const set = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    if (set.length > 0) cookies = set.join('; ');
    return { status: response.status, to: response.headers.get('location'), text: await response.text() };
  };
  await ask('/sign-in', { name, password: 'correct horse battery' });
  const token = async () => /name="csrf_token" value="([^"]+)"/.exec((await ask('')).text)?.[1] ?? '';
  return { ask, token };
}

it('shows the invitation to the person it is for, takes the reply and the appeal, and nobody else’s', async () => {
  const id = await at.opened('SUB0001');
  await at.step('otto', id, { kind: 'note', text: 'secret of the file' });
  const [emil, ella] = [await browser('emil'), await browser('ella')];
  expect((await emil.ask('')).text).not.toContain('About you');
  await at.step('otto', id, { kind: 'invite_reply', text: 'What were <b>the plans</b> for?', due: '2026-03-20' });
  const { text } = await emil.ask('');
  expect(text).toContain('What were &lt;b&gt;the plans&lt;/b&gt; for?');
  expect(text).toContain('2026-03-20');
  expect(text).not.toMatch(/secret of the file|<script/);
  expect((await ella.ask('')).text).not.toContain('About you');

  const reply = { invitation: id, text: 'for the audit' };
  const csrf_token = await emil.token();
  expect((await emil.ask('/hearing-reply', { ...reply, csrf_token: 'false' })).status).toBe(403);
  expect((await ella.ask('/hearing-reply', { ...reply, csrf_token: await ella.token() })).status).toBe(404);
  expect((await emil.ask('/hearing-appeal', { ...reply, csrf_token })).status).toBe(403);
  expect((await emil.ask('/hearing-reply', { invitation: id, text: '  ', csrf_token })).to).not.toContain('done');
  const sent = await emil.ask('/hearing-reply', { ...reply, csrf_token });
  expect(sent).toMatchObject({ status: 303, to: expect.stringContaining('done=answer') });
  const after = (await emil.ask('?done=answer')).text;
  expect(after).toContain('What you wrote is in the file');
  expect(after).toContain('You replied on 2026-03-02');
  expect((await at.as('otto')('GET', `/api/cases/${id}`)).json.steps.at(-1)).toMatchObject({
    ...{ kind: 'reply', by: 'subject', step: { text: 'for the audit' } },
  });
});
