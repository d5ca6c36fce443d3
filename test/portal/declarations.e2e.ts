import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axe, launch } from '../console/browser.ts';
import { ROOT } from '../files.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-declare-'));
const program = (...args: string[]): string[] => [join(ROOT, 'bin/countersign.js'), ...args];
const run = (...args: string[]): string =>
  execFileSync(process.execPath, program(...args), { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
let browser: Browser;
let server: ChildProcess;
let origin = '';
let user = '';
let password = '';

beforeAll(async () => {
  browser = await launch();
  const [world, data] = [join(folder, 'world'), join(folder, 'data')];
  run('simulate', '--people', '8', '--days', '7', '--out', world);
  run('ingest', world, '--data', data);
  const [directory = ''] = readdirSync(join(world, 'LDAP'));
  const [head = '', first = ''] = readFileSync(join(world, 'LDAP', directory), 'utf8').split('\n');
  user = first.split(',')[head.split(',').indexOf('user_id')] ?? '';
  password = /password (\S+)/.exec(run('account', user, '--data', data))?.[1] ?? '';
  server = spawn(process.execPath, program('serve', '--data', data, '--port', '0'), { cwd: ROOT });
  let said = '';
  server.stderr?.on('data', (part: Buffer) => {
    said += part.toString();
  });
  while (!/Countersign: (\S+)/.test(said)) {
    if (server.exitCode !== null) throw new Error(said);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  origin = /Countersign: (\S+)/.exec(said)?.[1] ?? '';
}, 240_000);
afterAll(async () => {
  await browser.close();
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

/** Looks at the page as axe sees it: in a copy, because the page itself runs no script. */
async function look(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const copy = await context.newPage();
  await copy.setContent(await page.content());
  expect(await axe(copy)).toEqual([]);
  await context.close();
}

test.for([
  ['en', 'A trip, private or official', 'Declare', 'Your declaration is recorded'],
  ['zh-CN', '因私或因公出行', '申报', '您的申报已记录'],
] as const)('an employee declares a trip without script: %s', async ([language, kind, send, done], { expect }) => {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    locale: language,
    viewport: { width: 390, height: 844 },
  });
  const page = await context.newPage();
  await page.goto(`${origin}/declarations`);
  await look(page);
  await page.locator('#name').fill(user.toLowerCase());
  await page.locator('#password').fill('wrong password');
  await page.locator('main button').click();
  await page.locator('[role="alert"]').waitFor();
  await look(page);
  await page.locator('#name').fill(user);
  await page.locator('#password').fill(password);
  await page.locator('main button').click();
  await page.getByRole('link', { name: kind }).click();
  await look(page);
  await page.locator('#first_day').fill('2026-08-03');
  await page.getByRole('button', { name: send }).click();
  await page.locator('[role="alert"]').waitFor();
  expect(await page.locator('#first_day').inputValue()).toBe('2026-08-03');
  await look(page);
  await page.locator('#last_day').fill('2026-08-14');
  await page.locator('#official-no').check();
  await page.locator('#devices').check();
  await page.getByRole('button', { name: send }).click();
  await page.getByRole('heading', { name: done }).waitFor();
  await look(page);
  expect(await page.locator('main').textContent()).toContain('2026-08-03 – 2026-08-14');
  expect(await page.locator('script').count()).toBe(0);
  await page.reload();
  await page.locator('form button').click();
  await page.locator('#password').waitFor();
  await context.close();
});
