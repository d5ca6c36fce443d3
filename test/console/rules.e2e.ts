/** The rule editor, against the whole program. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axe, launch, openPage, refusedOn, settle, signIn } from './browser.ts';

const RULE = `title: Files copied
logsource: { product: countersign, service: file }
detection:
  copy: { activity_name: Copy }
  condition: copy
tests:
  - { name: copied, event: { activity_name: Copy } }
`;
let browser: Browser;
let folder: string;
let program: ChildProcess;
let origin: string;
let password: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-rules-e2e-'));
  const bin = fileURLToPath(new URL('../../bin/countersign.js', import.meta.url));
  const size = ['--people', '40', '--days', '28', '--seed', '5', '--port', '0'];
  program = spawn(process.execPath, [bin, 'demo', ...size, '--data', join(folder, 'data')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const announced = new Promise<void>((resolve, reject) => {
    program.stderr!.on('data', (chunk) => {
      said += chunk;
      const found = /(http:\/\/127\.0\.0\.1:\d+)[\s\S]*password of all is (\S+)/.exec(said);
      if (found) [origin, password] = [found[1]!, found[2]!];
      if (found) resolve();
    });
    program.once('exit', () => reject(new Error(`the demo ended without an address:\n${said}`)));
  });
  [browser] = await Promise.all([launch(), announced]);
}, 300_000);
afterAll(async () => {
  await browser.close();
  program.kill('SIGINT');
  await once(program, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

test('an engineer opens a rule, breaks it, mends it, tests it and runs it on the past; nothing is saved', async () => {
  const { page, faults } = await openPage(browser);
  await signIn(page, origin, { name: 'engineer', password }, '/rules');
  await settle(page);
  const shipped = fileURLToPath(new URL('../../content/rules/upload-of-archive.yml', import.meta.url));
  const before = readFileSync(shipped, 'utf8');
  await page.getByRole('button', { name: 'Open upload-of-archive.yml' }).press('Enter');
  const box = page.getByLabel('Text of the rule');
  await expect.poll(() => box.inputValue()).toBe(before);
  await page.getByText('It compiles.').waitFor();
  await box.fill(RULE.replace('condition: copy', 'condition: copy and paste'));
  await page.getByText("the condition names 'paste'").waitFor();
  expect(await page.getByRole('button', { name: 'Run on the past' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'upload-of-archive.yml:5:3' }).press('Enter');
  const caret = await page.evaluate("document.getElementById('rule-text').selectionStart");
  expect(RULE.slice(0, Number(caret)).split('\n').length).toBe(5);
  await box.fill(RULE);
  await page.getByText('It compiles.').waitFor();
  await page.getByRole('button', { name: 'Run its tests' }).press('Enter');
  await page.getByText('Passed', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Run on the past' }).press('Enter');
  const figure = page.locator('.rule-bars');
  await figure.waitFor();
  expect(await figure.locator('.day-bar').count()).toBeGreaterThan(3);
  expect(await figure.locator('svg').getAttribute('aria-label')).toMatch(/\d+ hits on \d+ days/);
  expect(await axe(page)).toEqual([]);
  expect(readFileSync(shipped, 'utf8')).toBe(before);
  expect(await refusedOn(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
}, 120_000);

test('a rule about somebody is not run, and nobody else comes to this page', async () => {
  const { page } = await openPage(browser);
  await signIn(page, origin, { name: 'engineer', password }, '/rules');
  await settle(page);
  await page.getByLabel('Text of the rule').fill(RULE.replace('activity_name: Copy }\n  cond', "User: 'A*' }\n  cond"));
  await page.getByText('It compiles.').waitFor();
  await page.getByRole('button', { name: 'Run on the past' }).press('Enter');
  await page.getByText('The rule selects by account.').waitFor();
  await page.context().close();
  const analyst = await openPage(browser);
  await signIn(analyst.page, origin, { name: 'analyst', password }, '/rules');
  await settle(analyst.page);
  expect(await analyst.page.getByLabel('Text of the rule').count()).toBe(0);
  await analyst.page.context().close();
});

test.each([
  { width: 1280, theme: 'light', language: 'en' },
  { width: 390, theme: 'dark', language: 'zh-CN' },
] as const)('looks right at $width in $theme', async (look) => {
  const { page, faults } = await openPage(browser, { ...look, height: 900 });
  await signIn(page, origin, { name: 'engineer', password }, '/rules');
  await settle(page);
  await page.locator('#rule-text').fill(RULE);
  await page.waitForTimeout(800);
  await page.locator('.rule-acts .primary').click();
  await page.locator('.rule-bars').waitFor();
  await page.locator('#rule-text').fill(RULE.replace('condition: copy', 'condition: nothing'));
  await page.locator('.rule-problems').waitFor();
  expect(await axe(page)).toEqual([]);
  const sideways = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(sideways).toBeLessThanOrEqual(0);
  if (process.env.SHOTS)
    await page.screenshot({ path: `${process.env.SHOTS}/rules-${look.width}.png`, fullPage: true });
  expect(faults).toEqual([]);
  await page.context().close();
});
