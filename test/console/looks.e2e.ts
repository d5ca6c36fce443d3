import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axe, type Look, launch, openPage, refusedOn, settle, signIn } from './browser.ts';
import { ANALYST, AUDITOR, ENGINEER, type Fixture, HEAD, OFFICER, startFixture } from './fixture.ts';

let browser: Browser;
let fixture: Fixture;
beforeAll(async () => {
  [browser, fixture] = await Promise.all([launch(), startFixture()]);
});
afterAll(async () => {
  await browser.close();
  await fixture.close();
});

/** Every page, as an address and who looks at it. */
const PAGES: [path: string, who: typeof ANALYST | null][] = [
  ['/sign-in', null],
  ['/sign-in?expired=1', null],
  ['/leads', ANALYST],
  ['/leads?q=ZZZZZ', ANALYST],
  ['/leads/L00001', ANALYST],
  ['/leads/L00001?view=table&span=28', ANALYST],
  ['/people/0000', ANALYST],
  ['/sources', ANALYST],
  ['/sources', ENGINEER],
  ['/nowhere', ANALYST],
  ['/leads', ENGINEER],
  ['/ledger', AUDITOR],
  ['/ledger?view=table&actor=account:MIRA', AUDITOR],
  ['/ledger?on=nothing', AUDITOR],
  ['/ledger/6', AUDITOR],
  ['/leads', AUDITOR],
  ['/figures', HEAD],
  ['/cases', OFFICER],
  ['/cases/7F3K2M9Q', OFFICER],
  ['/cases/2B8MK4TZ', OFFICER],
  ['/handed-over/L00005', OFFICER],
];
const PEOPLE = [null, ANALYST, ENGINEER, AUDITOR, HEAD, OFFICER];

const LOOKS: Look[] = (['en', 'zh-CN'] as const).flatMap((language) =>
  (['light', 'dark'] as const).flatMap((theme) => [
    { language, theme, width: 1280 },
    { language, theme, width: 390, height: 844 },
  ]),
);

describe.each(LOOKS)('$language $theme $width px', (look) => {
  test('every page: no accessibility violation, nothing refused by the policy, no error, no sideways scroll', async () => {
    for (const who of PEOPLE) {
      const { page, faults } = await openPage(browser, look);
      if (who !== null) await signIn(page, fixture.origin, who);
      for (const [path] of PAGES.filter(([, whose]) => whose === who)) {
        await page.goto(fixture.origin + path);
        await settle(page);
        expect(await axe(page), path).toEqual([]);
        expect(await refusedOn(page), path).toEqual([]);
        expect(await overflow(page), path).toBeLessThanOrEqual(0);
      }
      expect(faults).toEqual([]);
      await page.context().close();
    }
  });
});

test('open menus, dialogs and lists are accessible and refused nothing', async () => {
  const { page, faults } = await openPage(browser);
  await signIn(page, fixture.origin, ANALYST, '/leads');
  await settle(page);
  for (const name of [/^Language/, /^Theme/, /^Account/, /Any detection/, /^Keyboard/]) {
    await page.getByRole('button', { name }).click();
    await page.locator('.popover, .dialog').first().waitFor();
    expect(await axe(page), String(name)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.locator('.popover, .dialog').first().waitFor({ state: 'detached' });
  }
  expect(await refusedOn(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('at 200 % zoom nothing has to be scrolled sideways', async () => {
  const { page } = await openPage(browser, { width: 640, height: 400, density: 2 });
  await signIn(page, fixture.origin, ANALYST);
  for (const [path] of PAGES.filter(([, who]) => who === ANALYST)) {
    await page.goto(fixture.origin + path);
    await settle(page);
    expect(await overflow(page), path).toBeLessThanOrEqual(0);
  }
  await page.context().close();
});

test('at no width does a page have to be scrolled sideways', async () => {
  const { page } = await openPage(browser);
  await signIn(page, fixture.origin, ANALYST);
  for (const path of ['/leads', '/leads/L00001', '/sources']) {
    await page.goto(fixture.origin + path);
    await settle(page);
    for (const width of [320, 390, 640, 800, 1024, 1030, 1100, 1210, 1230, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      await page.waitForTimeout(60);
      expect(await overflow(page), `${path} at ${width}`).toBeLessThanOrEqual(0);
      const wide = '[...document.querySelectorAll(".lead")].every((row) => row.scrollWidth <= row.clientWidth + 1)';
      expect(await page.evaluate(wide), `rows of ${path} at ${width}`).toBe(true);
    }
  }
  await page.context().close();
});

const overflow = (page: Awaited<ReturnType<typeof openPage>>['page']) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
