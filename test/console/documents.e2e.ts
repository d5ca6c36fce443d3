import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticate } from '../../src/access/access.ts';
import { silentLog } from '../../src/base/log.ts';
import { checkCertificate } from '../../src/documents/documents.ts';
import { type Serving, serve } from '../../src/http/serve.ts';
import { type Registry, registry } from '../register.ts';
import { axe, launch, openPage, refusedOn, settle, signIn, until } from './browser.ts';

/** The register's page over the real routes, in both languages and both themes, wide and narrow. */
const PASSWORD = 'correct horse battery';
const REGISTRAR = { name: 'reg', password: PASSWORD };
const APPROVER = { name: 'piet', password: PASSWORD };
const PLAN = String.raw`\\fs01\vault\heron\plan of the turbine.docx`;
const NOTE = 'vault/note.txt';

let browser: Browser;
let at: Registry;
let server: Serving;
beforeAll(async () => {
  [browser, at] = await Promise.all([launch(), registry('2026-02-01T08:00:00Z')]);
  await at.table(
    'path,title,level,owner_team,project,registered_at,copies,custodians,need_to_know,working_paper',
    `${PLAN},The plan of the turbine,top_secret,Team 1,Heron,2026-01-10,4,1=ADA0001,project:Heron,`,
    `${NOTE},,internal,Team 2,,2026-01-11,1,,,yes`,
    'vault/bad.txt,Bad,hidden,Team 2,,2026-01-11,,,,',
  );
  const id = await at.idOf(PLAN);
  const copy = (number: number, act: object) => at.step('reg', id, { kind: 'copy', copy: number, ...act });
  at.clock.advance(5 * 86_400);
  await copy(2, { act: 'lent', to: 'ADA0001', due: '2026-02-20' });
  at.clock.advance(10 * 86_400);
  await copy(3, { act: 'destruction proposed', how: 'shredded, P-5' });
  at.clock.advance(20 * 86_400);
  await at.step('reg', await at.idOf(NOTE), { kind: 'downgrade proposed', level: 'public', reason: 'published' });
  server = await serve({
    ...{ routes: at.routes, identify: (request) => authenticate(at.access, request), host: '127.0.0.1', port: 0 },
    ...{ log: silentLog, web: join(import.meta.dirname, '../../web/dist') },
  });
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await at.close();
});
const origin = () => `http://127.0.0.1:${server.port}`;
const overflow = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

for (const language of ['en', 'zh-CN'] as const)
  for (const [theme, width] of [
    ['light', 1280],
    ['dark', 390],
  ] as const)
    test(`the list and a document, ${language}, ${theme}, ${width} px: accessible, nothing refused, nothing sideways`, async () => {
      const { page, faults } = await openPage(browser, { language, theme, width, height: 900 });
      await signIn(page, origin(), REGISTRAR);
      await settle(page);
      expect(new URL(page.url()).pathname).toBe('/documents');
      const text = await page.locator('main').textContent();
      expect(text).toContain('The plan of the turbine');
      expect(text).toContain(language === 'en' ? 'Top secret' : '绝密');
      await page.locator('.imports summary').click();
      expect(await page.locator('.imports').textContent()).toMatch(/documents\.csv(, line | 第 )4/);
      const check = async (where: string) => {
        expect(await axe(page), where).toEqual([]);
        expect(await refusedOn(page), where).toEqual([]);
        expect(await overflow(page), where).toBeLessThanOrEqual(0);
      };
      await check('list');
      await page.locator('.register-link', { hasText: 'The plan of the turbine' }).click();
      await page.locator('.copies').waitFor();
      await settle(page);
      expect(await page.locator('.custody-line .place-late').count()).toBe(1);
      expect(await page.locator('#copy-1').textContent()).toContain('ADA0001');
      await page.locator('#copy-2 summary').click();
      expect(await page.locator('#copy-2 .places li').count()).toBe(2);
      await check('document');
      expect(faults).toEqual([]);
      await page.context().close();
    });

test('the list is filtered, and the filter stands in the address', async () => {
  const { page, faults } = await openPage(browser);
  await signIn(page, origin(), REGISTRAR, '/documents');
  await settle(page);
  await page
    .locator('.register-totals')
    .getByRole('button', { name: /Overdue/ })
    .click();
  await page.waitForURL(/state=overdue/);
  await until(page, 'document.querySelectorAll(".register-link").length === 1');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByRole('button', { name: 'Internal', exact: true }).click();
  await page.waitForURL(/level=internal/);
  await until(page, 'document.querySelector(".register-link").textContent === "vault/note.txt"');
  await page.goto(`${origin()}/documents?q=turbine`);
  await settle(page);
  expect(await page.locator('.register-link').count()).toBe(1);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('a copy is lent, returned and its destruction proposed by keys alone', async () => {
  const { page, faults } = await openPage(browser);
  await signIn(page, origin(), REGISTRAR, '/documents');
  await settle(page);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.locator('.copies').waitFor();
  for (let step = 0; step < 3; step++) await page.keyboard.press('j');
  await until(page, 'document.activeElement.id === "copy-4"');
  await page.keyboard.press('l');
  await page.getByRole('dialog').waitFor();
  expect(await axe(page)).toEqual([]);
  await until(page, '/INPUT/.test(document.activeElement.tagName)');
  await page.keyboard.insertText('BOB0001');
  await page.getByLabel('Last day of the loan').fill('2099-12-31');
  await page.keyboard.press('Enter');
  // Refused, with the reason, and what was typed is still there.
  await page.locator('.dialog [role="alert"]', { hasText: 'above his clearance' }).waitFor();
  await page.getByLabel('To whom').fill('ADA0001');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.locator('#copy-4', { hasText: 'Lent: ADA0001' }).waitFor();
  await page.locator('#copy-4').focus();
  await page.keyboard.press('r');
  await page.locator('#copy-4 .copy-head', { hasText: 'In the registry' }).waitFor();
  await page.keyboard.press('x');
  await page.getByRole('dialog').waitFor();
  await until(page, '/INPUT/.test(document.activeElement.tagName)');
  await page.keyboard.insertText('burnt');
  await page.keyboard.press('Enter');
  await page.locator('#copy-4', { hasText: 'proposes to destroy it: burnt' }).waitFor();
  await page.keyboard.press('u');
  await page.waitForURL(/\/documents$/);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('the second person sees what waits and nothing else; the certificate can be checked', async () => {
  const { page, faults } = await openPage(browser);
  await signIn(page, origin(), APPROVER, '/documents');
  await settle(page);
  expect(await page.locator('.proposals li').count()).toBe(3);
  expect(await page.locator('.register-link').count()).toBe(0);
  expect(await axe(page)).toEqual([]);
  const destroyed = page.locator('.proposals li', { hasText: 'copy 3' });
  await destroyed.getByRole('button', { name: 'I have seen it destroyed' }).click();
  // Signed in a moment ago: the proof is fresh.
  await destroyed.waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
  await page.context().close();
  const keeper = await openPage(browser);
  await signIn(keeper.page, origin(), REGISTRAR, `/documents/${await at.idOf(PLAN)}`);
  await keeper.page.locator('#copy-3', { hasText: 'Destroyed' }).waitFor();
  const [saved] = await Promise.all([
    keeper.page.waitForEvent('download'),
    keeper.page.locator('#copy-3').getByRole('link', { name: 'Certificate' }).click(),
  ]);
  const { certificate } = checkCertificate(readFileSync(await saved.path(), 'utf8'), undefined, 'certificate');
  expect(certificate).toMatchObject({ path: PLAN, copy: 3, how: 'shredded, P-5' });
  expect(await axe(keeper.page)).toEqual([]);
  await keeper.page.context().close();
});

test('whoever is neither registrar nor approver is told that the page is not his', async () => {
  const { page } = await openPage(browser);
  await signIn(page, origin(), { name: 'anna', password: PASSWORD }, '/documents');
  await settle(page);
  expect(await page.locator('h1').textContent()).toBe('Your role does not include this page');
  await page.context().close();
});
