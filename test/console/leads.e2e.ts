import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch, openPage, settle, signIn, until } from './browser.ts';
import { ANALYST, type Fixture, startFixture } from './fixture.ts';

let browser: Browser;
let fixture: Fixture;
let page: Page;
let faults: string[];
beforeAll(async () => {
  [browser, fixture] = await Promise.all([launch(), startFixture()]);
});
afterAll(async () => {
  await browser.close();
  await fixture.close();
});
beforeEach(async () => {
  fixture.state.leads = 'full';
  ({ page, faults } = await openPage(browser));
});
afterEach(async () => {
  expect(faults).toEqual([]);
  await page.context().close();
});
const focused = () => page.evaluate<string | null>('document.activeElement.getAttribute("aria-rowindex")');
const rows = () => page.evaluate<number>('document.querySelectorAll(".lead").length');

test('j and k move through the queue, Enter opens, going back lands on the same row', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads');
  await page.locator('.lead').first().waitFor();
  await page.keyboard.press('j');
  expect(await focused()).toBe('2');
  for (let times = 0; times < 30; times++) await page.keyboard.press('j');
  expect(await focused()).toBe('32');
  await page.keyboard.press('k');
  expect(await focused()).toBe('31');
  expect(await page.locator('.lead[tabindex="0"]').count()).toBe(1);
  const subject = await page.locator('.lead:focus .cell-subject').textContent();
  await page.keyboard.press('Enter');
  await page.waitForURL(/leads\/L/);
  await settle(page);
  expect(await page.locator('h1').textContent()).toBe(subject);
  await page.goBack();
  await until(page, 'document.activeElement.getAttribute("aria-rowindex") === "31"');
  expect(await page.locator('.lead:focus').isVisible()).toBe(true);
});

test('End reaches the last of 10,000, Home the first', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads');
  await page.locator('.lead').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('End');
  await until(page, 'document.activeElement.getAttribute("aria-rowindex") === "10001"');
  await page.locator('.lead:focus .cell-subject').waitFor();
  await page.keyboard.press('Home');
  await until(page, 'document.activeElement.getAttribute("aria-rowindex") === "2"');
});

test('filters live in the address: they survive a reload and going back', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads');
  await page.getByRole('button', { name: 'Critical', exact: true }).click();
  await page.getByRole('button', { name: 'High', exact: true }).click();
  await page.waitForURL(/level=high,critical/);
  await page.getByRole('button', { name: /Any detection/ }).click();
  await page.getByRole('option', { name: 'Copies to removable media' }).click();
  await page.waitForURL(/detection=copies-to-removable-media/);
  await page.getByRole('button', { name: 'Last day' }).click();
  await page.waitForURL(/sort=-last_day/);
  await settle(page);
  const count = await page.locator('.page-head [role="status"]').textContent();
  await page.reload();
  await settle(page);
  expect(await page.locator('.page-head [role="status"]').textContent()).toBe(count);
  expect(await page.locator('.toggle[data-selected]').allTextContents()).toEqual(['Critical', 'High']);
  expect(await page.locator('[aria-sort="descending"]').textContent()).toContain('Last day');
  await page.goBack();
  await page.waitForURL((url) => !url.search.includes('sort='));
  expect(new URL(page.url()).searchParams.get('detection')).toBe('copies-to-removable-media');
});

test('/ goes to the search, which finds a subject; ? shows the keys, and they can be switched off', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads');
  await page.locator('.lead').first().waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('7f3k');
  await page.waitForURL(/q=7f3k/);
  await until(page, 'document.querySelectorAll(".lead").length === 1');
  await page.keyboard.press('Enter');
  expect(await focused()).toBe('2');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.getByText('Single-key shortcuts').click();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  expect(new URL(page.url()).pathname).toBe('/leads');
});

test('10,000 rows: only those near the window are in the document', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads');
  await page.locator('.lead').first().waitFor();
  await settle(page);
  await page.evaluate('globalThis.longTasks.length = 0');
  let most = 0;
  await page.mouse.move(640, 500);
  for (let turn = 0; turn < 60; turn++) {
    await page.mouse.wheel(0, turn < 40 ? 700 : 9000);
    await page.waitForTimeout(16);
    most = Math.max(most, await rows());
  }
  await settle(page);
  expect(most).toBeLessThan(100);
  expect(await page.locator('.lead .cell-subject').first().isVisible()).toBe(true);
  const tasks = await page.evaluate<number[]>('globalThis.longTasks');
  const longest = Math.round(Math.max(0, ...tasks));
  process.stdout.write(
    `queue of 10,000: at most ${most} rows in the document; ${tasks.length} long tasks, longest ${longest} ms\n`,
  );
});

test('no leads, no match and a stopped engine each say what to do', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads?q=ZZZZZ');
  await page.getByRole('heading', { name: 'No lead matches these filters' }).waitFor();
  await page.locator('.state').getByRole('button', { name: 'Clear filters' }).click();
  await page.locator('.lead').first().waitFor();
  fixture.state.leads = 'none';
  await page.reload();
  await page.getByRole('heading', { name: 'No leads yet' }).waitFor();
  fixture.state.leads = 'failing';
  await page.reload();
  await page.getByRole('heading', { name: 'A storage engine has stopped' }).waitFor();
  fixture.state.leads = 'full';
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.lead').first().waitFor();
});
