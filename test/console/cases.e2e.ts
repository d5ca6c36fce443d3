import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { axe, launch, openPage, settle, signIn, until } from './browser.ts';
import { ANALYST, type Fixture, OFFICER, startFixture } from './fixture.ts';

/** Triage and cases with nothing but a keyboard. */
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
  fixture.state.decided.clear();
  ({ page, faults } = await openPage(browser));
});
afterEach(async () => {
  expect(faults).toEqual([]);
  await page.context().close();
});

/** Fills the focused form field by field, as somebody does who has no mouse, and sends it. */
async function fill(...texts: string[]): Promise<void> {
  await page.getByRole('dialog').waitFor();
  await until(page, '/INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName)');
  for (const text of texts) {
    if (text !== '') await page.keyboard.insertText(text);
    await page.keyboard.press('Tab');
  }
}
const sendForm = async () => {
  await page.locator('.dialog button[type="submit"]').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
};
const subjectOf = () => page.locator('.triage-lead').textContent();

test('1 dismisses with a reason; z takes it back before it is sent', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads');
  await page.locator('.lead').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const subject = await subjectOf();
  await page.keyboard.press('1');
  await page.getByRole('dialog').waitFor();
  expect(await axe(page)).toEqual([]);
  // Without a reason nothing is sent.
  await page.locator('.dialog button[type="submit"]').click();
  expect(await page.getByRole('dialog').count()).toBe(1);
  await fill('The delivery note names it.');
  await sendForm();
  const notice = page.locator('.notice-item');
  expect(await notice.textContent()).toContain(subject!.replace('Subject ', ''));
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('z');
  await notice.waitFor({ state: 'detached' });
  await page.waitForTimeout(6500);
  expect(fixture.state.decided.size).toBe(0);
});

test('what is not taken back is sent after a few seconds, and is found under its status', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads');
  await page.locator('.lead').first().waitFor();
  await page.keyboard.press('j');
  const subject = await subjectOf();
  await page.keyboard.press('2');
  await page.getByRole('dialog').waitFor();
  await page.getByLabel('Reason').fill('Watch whether it goes on.');
  await page.getByLabel('Until').fill('2099-01-31');
  await sendForm();
  await page.locator('.notice-item').waitFor({ state: 'detached', timeout: 15_000 });
  const [sent] = [...fixture.state.decided.values()];
  expect(sent).toEqual({ decision: 'watch', reason: 'Watch whether it goes on.', until: '2099-01-31' });
  expect(await subjectOf()).not.toBe(subject);
  await page.getByRole('button', { name: /^Open Status|Status/ }).click();
  await page.getByRole('option', { name: 'Watched' }).click();
  await page.waitForURL(/status=watched/);
  await until(page, 'document.querySelectorAll(".lead").length === 1');
  expect(await page.locator('.lead').textContent()).toContain('Watch whether it goes on.');
});

test('h hands over, and whoever may not open a case asks for one with 3', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads/L00001');
  await settle(page);
  await page.keyboard.press('3');
  await fill('Six projects within a week.');
  await sendForm();
  expect(await page.locator('.notice-item').textContent()).toContain('asked for a case');
  // Leaving the page is deciding.
  await page.goto(`${fixture.origin}/sources`);
  await settle(page);
  expect(fixture.state.decided.get('L00001')).toMatchObject({ decision: 'hand_over', queue: 'case_officers' });
});

test('from a lead that was handed over to a case, a note and a proposal, by keys alone', async () => {
  await signIn(page, fixture.origin, OFFICER, '/');
  await settle(page);
  expect(new URL(page.url()).pathname).toBe('/cases');
  await page.locator('.handed a').first().focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/handed-over/);
  await settle(page);
  await page.keyboard.press('3');
  await fill('Six projects within a week.', 'Whether papers left.', 'A stand-in.', 'The plan names two of six.');
  await sendForm();
  await page.waitForURL(/\/cases\/7F3K2M9Q/);
  await settle(page);
  const take = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).focus();
    await page.keyboard.press('Enter');
  };
  await take('Write a note');
  await fill('The supervisor confirms it.');
  await sendForm();
  await page.locator('.case-notes', { hasText: 'The supervisor confirms it.' }).waitFor();
  await take('Propose an outcome');
  await page.getByRole('dialog').waitFor();
  expect(await axe(page)).toEqual([]);
  const refused = await page.locator('.dialog option[disabled]').allTextContents();
  expect(refused[0]).toContain('the term for the reply has not passed');
  await fill('', 'Nothing was found.', 'It was a stand-in.');
  await sendForm();
  await page.locator('.station.reached', { hasText: 'Nothing was found.' }).waitFor();
  expect(await page.locator('.person-title .state-tag').textContent()).toBe('Outcome proposed');
  expect(await page.locator('#record').textContent()).toContain('It was a stand-in.');
});

test('every number of a case leads to its rows, and a cleared case says what was undone', async () => {
  await signIn(page, fixture.origin, OFFICER, '/cases/2B8MK4TZ');
  await settle(page);
  for (const anchor of await page
    .locator('.case a[href^="#"]')
    .evaluateAll((links) => links.map((link) => (link as unknown as { hash: string }).hash))) {
    expect(await page.locator(`[id="${anchor.slice(1)}"]`).count(), anchor).toBe(1);
  }
  const text = await page.locator('main').textContent();
  expect(text).toContain('Nothing remains against the person.');
  expect(await page.locator('#effects').textContent()).toContain('undone');
  await page.getByRole('table', { name: 'Signals' }).getByRole('button').first().click();
  await page.getByRole('table', { name: 'Events' }).waitFor();
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('.actions:visible').count()).toBe(0);
});
