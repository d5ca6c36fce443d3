import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch, openPage, settle, signIn, until } from './browser.ts';
import { ANALYST, ENGINEER, type Fixture, startFixture } from './fixture.ts';
import { walk } from './walk.ts';

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
  fixture.state.sources = 'full';
  ({ page, faults } = await openPage(browser));
});
afterEach(async () => {
  expect(faults).toEqual([]);
  await page.context().close();
});

test('from a signal down to the raw line, all with the keyboard', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads/L00001');
  await settle(page);
  expect(await page.locator('h1').textContent()).toBe('Subject 7F3K');
  await page
    .getByRole('button', { name: /^Show \d+ events: Copies to removable media/ })
    .first()
    .focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/detection=copies-to-removable-media&day=|day=.*&detection=copies/);
  expect(await page.evaluate('document.activeElement.id')).toBe('evidence-title');
  expect(await page.locator('#evidence-title').textContent()).toMatch(/^Evidence: Copies to removable media, \d/);
  const line = page.getByRole('button', { name: 'Raw line file.csv:184220' });
  await line.focus();
  await page.keyboard.press('Enter');
  expect(await line.getAttribute('aria-expanded')).toBe('true');
  expect(await page.locator('.raw pre').textContent()).toContain('Subject 7F3K');
});

test('what speaks against a suspicion is as large as what speaks for it, at every width', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads/L00001');
  await settle(page);
  for (const width of [1280, 640, 390]) {
    await page.setViewportSize({ width, height: 800 });
    const [suspicion, innocent] = await Promise.all(
      ['.suspicion', '.innocent'].map((box) => page.locator(box).boundingBox()),
    );
    expect(Math.round(innocent?.width ?? 0)).toBe(Math.round(suspicion?.width ?? -1));
    expect(Math.round(innocent?.height ?? 0)).toBe(Math.round(suspicion?.height ?? -1));
  }
});

test('a chosen reason narrows explanations, measure and signals, and stays in the address', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads/L00001');
  await settle(page);
  const reason = page.locator('.suspicion').getByRole('button', { name: /^Work at unusual hours/ });
  await reason.click();
  await page.waitForURL(/detection=hours-outside-habit/);
  await page.reload();
  await settle(page);
  expect(await reason.getAttribute('aria-pressed')).toBe('true');
  expect(await page.locator('.explanations').first().locator('li').count()).toBe(1);
  expect(await page.locator('#evidence-title').textContent()).toMatch(/^Evidence: Work at unusual hours, \d/);
  const shown = await page.getByRole('table', { name: 'Signals' }).locator('tbody td:nth-child(2)').allTextContents();
  expect(new Set(shown)).toEqual(new Set(['Work at unusual hours Collect']));
});

test('the charts have tables that say the same; a day of the table opens its events', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads/L00001');
  await settle(page);
  await page.getByRole('radio', { name: 'Table' }).click();
  await page.getByRole('table', { name: 'Activity by day and hour' }).waitFor();
  await page.getByRole('table', { name: /Compared with/ }).waitFor();
  await page
    .getByRole('button', { name: /^Show events of/ })
    .nth(2)
    .click();
  await page.waitForURL(/day=/);
  expect(await page.locator('#evidence-title').textContent()).toMatch(/^Evidence: all activity/);
  await page.getByRole('button', { name: /^Show more/ }).click();
  await until(page, 'document.querySelectorAll("table:last-of-type tbody tr").length >= 140');
});

test('a mark of the scatter opens its day', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads/L00001?span=28');
  await settle(page);
  await page.locator('.timeline').scrollIntoViewIfNeeded();
  const box = await page.locator('.timeline').boundingBox();
  if (box === null) throw new Error('no timeline');
  for (let x = 60; x < box.width && !page.url().includes('day='); x += 6) {
    await page.mouse.click(box.x + x, box.y + 170);
  }
  await page.waitForURL(/day=\d{4}-\d{2}-\d{2}/);
});

test('a person without a lead, and an unknown one', async () => {
  await signIn(page, fixture.origin, ANALYST, '/people/0000');
  await settle(page);
  expect(await page.locator('.person-sentence').textContent()).toContain('Nothing about this subject is raised');
  await page.goto(`${fixture.origin}/people/NONE`);
  await page.getByRole('heading', { name: 'Nothing is here' }).waitFor();
});

test('sources: gaps in words, quarantine by source and page', async () => {
  await signIn(page, fixture.origin, ENGINEER, '/sources');
  await settle(page);
  expect(await page.locator('.source-gaps').last().textContent()).toBe(
    'Gap, 15 – 17 Jun 2026: 61 h, 62% of the expected rows missing, all devices.',
  );
  await page.getByRole('button', { name: /212 quarantined rows/ }).click();
  await page.waitForURL(/source=file/);
  expect(await page.evaluate('document.activeElement.id')).toBe('quarantine-title');
  await page.getByText('1 to 25 of 212').waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('26 to 50 of 212').waitFor();
  await page.reload();
  await page.getByText('26 to 50 of 212').waitFor();
});

test('sources: what no reader knows, the nearest reader, and looking for a text', async () => {
  await signIn(page, fixture.origin, ENGINEER, '/sources');
  await settle(page);
  await page.getByRole('heading', { name: 'Lines that no reader knows' }).waitFor();
  await page.getByRole('button', { name: 'Nearest reader' }).first().click();
  await page.getByText('Reads 98 of 100 lines.').waitFor();
  await page.getByText('It would fill: whether it was refused (in 9).').waitFor();
  await page.getByLabel('Text in the line').fill('card');
  await page.keyboard.press('Enter');
  await page.getByText('1 line, newest first.').waitFor();
  await signIn(page, fixture.origin, ANALYST, '/sources');
  await settle(page);
  expect(await page.getByRole('heading', { name: 'Lines that no reader knows' }).count()).toBe(0);
});

test('no sources yet: what to run', async () => {
  fixture.state.sources = 'none';
  await signIn(page, fixture.origin, ENGINEER, '/sources');
  await page.getByRole('heading', { name: 'No logs are loaded yet' }).waitFor();
});

test('an analyst’s first minute', async () => {
  const seen = await walk(browser, fixture.origin, ANALYST);
  expect(seen).toMatchObject({ leads: '10,000 leads', faults: [] });
  expect(seen.subject).toMatch(/^Subject [0-9A-Z]{4}$/);
  expect(seen.raw).toContain('LT-0412');
  expect(seen.sources).toHaveLength(5);
});
