import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, openPage } from '../console/browser.ts';
import { makePortal, type RealPortal } from './server.ts';
import { heading, press, send, write } from './walk.ts';

/** Pages that are changed between the server and the browser, and what goes wrong told in Chinese as in English. */
let browser: Browser;
let portal: RealPortal;
beforeAll(async () => {
  [browser, portal] = await Promise.all([launch(), makePortal('x25519')]);
  await portal.start();
});
afterAll(async () => {
  await browser.close();
  await portal.remove();
});

/** Whether the page came up when its answers are changed on their way. */
async function comesUp(change: (page: Page) => Promise<void>): Promise<{ up: boolean; faults: string }> {
  const { page, faults } = await openPage(browser, { width: 390, height: 844 });
  await change(page);
  await page.goto(`${portal.origin}/portal/`);
  await page.waitForTimeout(1500);
  const up = (await page.locator('h1').count()) > 0;
  await page.context().close();
  return { up, faults: faults.join('\n') };
}

test('a script that was changed on its way is not used', async () => {
  expect(await comesUp(async () => {})).toEqual({ up: true, faults: '' });
  const altered = await comesUp(async (page) => {
    await page.route('**/portal.js', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${await response.text()}\n;globalThis.evil = true;` });
    });
  });
  expect(altered.up).toBe(false);
  expect(altered.faults).toMatch(/integrity/i);
});

test('a script without a hash is not run: the policy is in the answer’s head, not in the page', async () => {
  const stripped = await comesUp(async (page) => {
    await page.route('**/portal/', async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replaceAll(/ integrity="[^"]+"/g, '');
      await route.fulfill({ response, body });
    });
  });
  expect(stripped.up).toBe(false);
});

test('nor is one that stands in the page itself, or comes from elsewhere', async () => {
  const { page } = await openPage(browser);
  let asked = 0;
  await page.route('https://evil.example/**', (route) => {
    asked += 1;
    return route.abort();
  });
  await page.route('**/portal/', async (route) => {
    const response = await route.fetch();
    const planted = '<script>globalThis.planted = 1</script><script src="https://evil.example/x.js"></script></head>';
    await route.fulfill({ response, body: (await response.text()).replace('</head>', planted) });
  });
  await page.goto(`${portal.origin}/portal/`);
  await page.locator('h1').waitFor();
  expect(await page.evaluate('globalThis.planted')).toBeUndefined();
  expect(asked).toBe(0);
  await page.context().close();
});

test('in Chinese: words that cannot be passed by, a server that is gone, one message all the same, a reload', async () => {
  const { page, faults } = await openPage(browser, { width: 390, height: 844, language: 'zh-CN' });
  await page.goto(`${portal.origin}/portal/`);
  await page.locator('h1').waitFor();
  const words = await write(page, { text: '只发送一次。', language: 'zh-CN' });
  expect(words.every((word) => /^\p{Script=Han}$/u.test(word))).toBe(true);
  await press(page, '我已记下，发送');
  expect(await page.locator('.problems').textContent()).toMatch(/\p{Script=Han}/u);
  await page.goBack();
  expect(await page.locator('.words li').allTextContents()).toEqual(words);
  let isGone = true;
  await page.route('**/portal/api/uploads', (route) => (isGone ? route.abort('connectionrefused') : route.continue()));
  await page.clock.install();
  await page.locator('#last-two').fill(words.slice(-2).join(''));
  await press(page, '我已记下，发送');
  for (let tries = 0; tries < 200 && (await page.locator('[role="alert"]').count()) === 0; tries += 1) {
    await page.clock.runFor(1000);
  }
  expect(await page.locator('[role="alert"]').textContent()).toMatch(/^没有发送任何内容/);
  isGone = false;
  await press(page, '重试');
  for (let tries = 0; tries < 200 && (await heading(page)) !== '您的信息已发送'; tries += 1) {
    await page.clock.runFor(1000);
  }
  const mine = ['reports', 'mine', '--words', '-', '--portal', portal.origin, '--trust', portal.rootKey];
  expect((await portal.run(mine, words.join(''))).match(/只发送一次。/g)).toHaveLength(1);
  await page.goBack();
  expect(await heading(page)).toBe('您的信息已发送');
  expect(faults).toEqual([]);
  await page.context().close();
  const other = await openPage(browser, { width: 390, height: 844, language: 'zh-CN' });
  await other.page.goto(`${portal.origin}/portal/`);
  await other.page.locator('h1').waitFor();
  await write(other.page, { text: '重新加载后不会发送。', language: 'zh-CN' });
  other.page.once('dialog', (dialog) => void dialog.accept());
  await other.page.reload();
  await other.page.locator('.problems').waitFor();
  expect(await other.page.locator('.problems').textContent()).toMatch(/没有发送任何内容/);
  const again = await write(other.page, { text: '第二次。', language: 'zh-CN' });
  await send(other.page, again, 'zh-CN');
  await other.page.context().close();
});
