import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch, openPage, settle, signIn } from './browser.ts';
import { ANALYST, ENGINEER, type Fixture, startFixture } from './fixture.ts';

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
  fixture.state.expired = false;
  ({ page, faults } = await openPage(browser));
});
afterEach(async () => {
  expect(faults).toEqual([]);
  await page.context().close();
});
const heading = () => page.locator('h1').textContent();

test('an analyst lands on the leads, an engineer on the sources', async () => {
  await signIn(page, fixture.origin, ANALYST);
  expect(new URL(page.url()).pathname).toBe('/leads');
  await page.context().clearCookies();
  await signIn(page, fixture.origin, ENGINEER);
  expect(new URL(page.url()).pathname).toBe('/sources');
  expect(await page.locator('nav a').allTextContents()).toEqual(['Sources', 'Rules', 'Access']);
});

test('a wrong password is said clearly, takes the focus and keeps the page', async () => {
  await page.goto(`${fixture.origin}/sign-in`);
  await page.locator('input[name="name"]').fill('ana');
  await page.locator('input[name="password"]').fill('wrong');
  await page.keyboard.press('Enter');
  await page.locator('[role="alert"]').waitFor();
  expect(await page.locator('[role="alert"] strong').textContent()).toBe('Name or password is wrong');
  expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('alert');
  expect(new URL(page.url()).pathname).toBe('/sign-in');
});

test('who is not signed in is asked to, and then gets the page that was asked for', async () => {
  await page.goto(`${fixture.origin}/leads/L00001?span=28`);
  await page.waitForURL(/sign-in/);
  await page.locator('input[name="name"]').fill(ANALYST.name);
  await page.locator('input[name="password"]').fill(ANALYST.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${fixture.origin}/leads/L00001?span=28`);
});

test('a link cannot send somebody to another site after the sign-in', async () => {
  for (const next of ['//evil.example/', 'https://evil.example/', '/\\evil.example']) {
    await page.context().clearCookies();
    await signIn(page, fixture.origin, ANALYST, next);
    expect(page.url()).toBe(`${fixture.origin}/leads`);
  }
});

test('a session that ends leads to a page that says so, and back again', async () => {
  await signIn(page, fixture.origin, ANALYST, '/leads?level=high');
  await settle(page);
  fixture.state.expired = true;
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.waitForURL(/expired=1/);
  expect(await heading()).toBe('Your session has ended');
  await page.locator('input[name="name"]').fill(ANALYST.name);
  await page.locator('input[name="password"]').fill(ANALYST.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${fixture.origin}/sources`);
});

test('an engineer is told why there are no leads', async () => {
  await signIn(page, fixture.origin, ENGINEER, '/leads');
  expect(await heading()).toBe('Your role does not include this page');
});

test('signing out forgets what was shown', async () => {
  await signIn(page, fixture.origin, ANALYST);
  await page.getByRole('button', { name: 'Account of ana' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL(/sign-in/);
  await page.goto(`${fixture.origin}/leads`);
  await page.waitForURL(/sign-in/);
});

test('language and theme are switched and stay switched', async () => {
  await signIn(page, fixture.origin, ANALYST);
  await page.getByRole('button', { name: 'Language: English' }).click();
  await page.getByRole('menuitemradio', { name: '简体中文' }).click();
  await page.getByRole('heading', { name: '线索' }).waitFor();
  await page.getByRole('button', { name: /主题/ }).click();
  await page.getByRole('menuitemradio', { name: '深色' }).click();
  await page.reload();
  await page.getByRole('heading', { name: '线索' }).waitFor();
  expect(await page.evaluate('document.documentElement.lang')).toBe('zh-CN');
  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(19, 22, 24)');
});
