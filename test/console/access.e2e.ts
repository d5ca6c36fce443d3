import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AccessServer, PASSWORD, startAccessServer } from './access-server.ts';
import { axe, type Look, launch, openPage, refusedOn, settle, signIn } from './browser.ts';

let browser: Browser;
let server: AccessServer;
beforeAll(async () => {
  [browser, server] = await Promise.all([
    launch(),
    startAccessServer([
      ['eno', 'engineer'],
      ['ada', 'approver'],
      ['bo', 'approver'],
      ['cas', 'case_officer'],
      ['ana', 'analyst'],
    ]),
  ]);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

async function as(name: string, look: Look = {}, path = '/access'): Promise<{ page: Page; done: () => Promise<void> }> {
  const { page, faults } = await openPage(browser, look);
  await signIn(page, server.origin, { name, password: PASSWORD }, path);
  await settle(page);
  const done = async () => {
    expect(await refusedOn(page)).toEqual([]);
    expect(faults.filter((fault) => fault !== 'request to another host: localhost')).toEqual([]);
    await page.context().close();
  };
  return { page, done };
}
async function choose(page: Page, label: string, option: string) {
  await page.getByRole('button', { name: new RegExp(`${label}$`) }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

test('an engineer asks for an account, an approver decides, and the newcomer signs in', async () => {
  const eno = await as('eno');
  await choose(eno.page, 'What', 'a new account');
  await eno.page.getByLabel('Name to sign in with').fill('newcomer');
  await eno.page.getByLabel('Person, as the directory has it').fill('NEW1');
  await eno.page.getByLabel('Why').fill('joins the analysts');
  await eno.page.getByRole('button', { name: 'Ask', exact: true }).click();
  await eno.page.getByText('It is asked for.').waitFor();
  expect(await eno.page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
  await eno.done();

  const ada = await as('ada');
  await ada.page.getByRole('button', { name: /^Approve: New account newcomer for NEW1, as analyst/ }).click();
  const shown = ada.page.locator('.notice .code');
  await shown.waitFor();
  const password = (await shown.textContent()) ?? '';
  expect(await axe(ada.page)).toEqual([]);
  await ada.page.getByRole('row', { name: /joins the analysts.*approved · ada/ }).waitFor();
  await ada.page.getByRole('table', { name: 'Accounts' }).getByText('newcomer').waitFor();
  await ada.done();

  const { page } = await openPage(browser);
  await signIn(page, server.origin, { name: 'newcomer', password }, '/account');
  await page.context().close();
});

test('who asked cannot decide, takes it back, and roles that are kept apart are said to be', async () => {
  const ada = await as('ada');
  await choose(ada.page, 'Account', 'ana');
  await choose(ada.page, 'Role', 'auditor');
  await ada.page.getByLabel('Why').fill('by mistake');
  await ada.page.getByRole('button', { name: 'Ask', exact: true }).click();
  await ada.page.getByText('It is asked for.').waitFor();
  expect(await ada.page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);

  const bo = await as('bo');
  await bo.page.getByRole('button', { name: 'Approve: ana becomes auditor too' }).click();
  await bo.page.getByText(/The role auditor is kept apart/).waitFor();
  await bo.done();
  await ada.page.getByRole('button', { name: 'Take back: ana becomes auditor too' }).click();
  await ada.page.getByRole('row', { name: /by mistake.*taken back · ada/ }).waitFor();
  await ada.done();
});

test('an analyst is told that the page is not his, a case officer sees passkeys alone', async () => {
  const ana = await as('ana');
  await ana.page.getByRole('heading', { name: 'Your role does not include this page' }).waitFor();
  await ana.done();
  const cas = await as('cas');
  expect(await cas.page.getByRole('heading', { level: 2 }).allTextContents()).toEqual(['Requests']);
  await cas.page.getByText('Nothing was asked for.').waitFor();
  await cas.done();
});

const LOOKS: Look[] = [
  { language: 'en', theme: 'light' },
  { language: 'zh-CN', theme: 'dark', width: 390, height: 844 },
];
test.each(LOOKS)('both pages are accessible and fit: $language $theme', async (look) => {
  for (const path of ['/access', '/account']) {
    const { page, done } = await as('ada', look, path);
    expect(await axe(page), path).toEqual([]);
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate<number>(overflow), path).toBeLessThanOrEqual(0);
    await done();
  }
});
