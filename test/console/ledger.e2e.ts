import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch, openPage, settle, signIn, until } from './browser.ts';
import { AUDITOR, type Fixture, startFixture } from './fixture.ts';
import { LEDGER } from './fixture-ledger.ts';

let browser: Browser;
let fixture: Fixture;
let page: Page;
let faults: string[];
let asked: string[];
beforeAll(async () => {
  [browser, fixture] = await Promise.all([launch(), startFixture()]);
});
afterAll(async () => {
  await browser.close();
  await fixture.close();
});
beforeEach(async () => {
  ({ page, faults } = await openPage(browser));
  asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await signIn(page, fixture.origin, AUDITOR, '/ledger');
  await page.locator('.lead').first().waitFor();
  await settle(page);
});
afterEach(async () => {
  expect(faults).toEqual([]);
  await page.context().close();
});
const pagesAsked = () => asked.filter((url) => url.includes('/api/ledger/entries')).length;

test('keys move through the entries, more come on the way, Enter opens, going back lands on the same row', async () => {
  expect(pagesAsked()).toBe(1);
  await page.keyboard.press('j');
  await until(page, 'document.activeElement.getAttribute("aria-rowindex") === "2"');
  const row = () => page.evaluate<string>('document.activeElement.getAttribute("aria-rowindex")');
  for (let turn = 0; turn < 200 && (await row()) !== String(LEDGER.length + 1); turn++) {
    await page.keyboard.press('End');
    await page.waitForTimeout(60);
  }
  expect(await row()).toBe(String(LEDGER.length + 1));
  expect(await page.evaluate<number>('document.querySelectorAll(".lead").length')).toBeLessThan(100);
  expect(pagesAsked()).toBe(Math.ceil(LEDGER.length / 100));
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Entry 1', exact: true }).waitFor();
  await page.goBack();
  await until(page, `document.activeElement.getAttribute("aria-rowindex") === "${LEDGER.length}"`);
});

test('filters: a person by the picture, an act and an object; they live in the address', async () => {
  await page.getByRole('button', { name: 'At the machine itself' }).first().click();
  await page.waitForURL(/actor=system/);
  await settle(page);
  expect(new Set(await page.locator('.entry-who').allTextContents())).toEqual(new Set(['At the machine itself']));
  expect(await page.locator('.lead .result-refused').count()).toBeGreaterThan(0);
  await page.getByLabel('To what').fill('accounts:MIRA');
  await page.keyboard.press('Enter');
  await page.waitForURL(/on=accounts/);
  await page.reload();
  await settle(page);
  expect(await page.locator('.entry-on').first().textContent()).toContain('Account mira');
  await page.getByLabel('To what').fill('nothing:0');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'No entry fits these filters' }).waitFor();
});

test('an entry says itself in words and to the letter; its proof and a checkpoint can be taken along', async () => {
  const refused = LEDGER.find(({ result }) => result === 'refused')!;
  await page.goto(`${fixture.origin}/ledger/${refused.index}`);
  await settle(page);
  const text = await page.locator('main').textContent();
  expect(text).toContain('At the machine itself: Granted a role');
  expect(text).toContain('refused');
  const [proof] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the proof' }).click(),
  ]);
  expect(proof.suggestedFilename()).toBe(`entry-${refused.index}.tlog-proof`);
  await page.getByRole('link', { name: `Entry ${(refused.index - 1).toLocaleString('en-GB')}` }).click();
  await page.waitForURL(new RegExp(`ledger/${refused.index - 1}$`));
  await page.keyboard.press('u');
  await page.goto(`${fixture.origin}/ledger`);
  const [kept] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the checkpoint' }).click(),
  ]);
  expect(readFileSync(await kept.path(), 'utf8')).toContain(`\n${LEDGER.length}\n`);
});

test('nothing asks again by itself', async () => {
  const before = asked.length;
  await page.evaluate('window.dispatchEvent(new Event("focus")); window.dispatchEvent(new Event("online"))');
  await page.waitForTimeout(1500);
  expect(asked.slice(before)).toEqual([]);
});
