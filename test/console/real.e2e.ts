import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axe, launch, openPage, settle, signIn } from './browser.ts';
import { walk } from './walk.ts';

/** The whole program on a made-up organisation: what a newcomer meets after `npm run demo`. */
let browser: Browser;
let folder: string;
let program: ChildProcess;
let origin: string;
let password: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-e2e-'));
  const bin = fileURLToPath(new URL('../../bin/countersign.js', import.meta.url));
  const size = ['--people', '60', '--days', '40', '--seed', '5', '--port', '0'];
  program = spawn(process.execPath, [bin, 'demo', ...size, '--data', join(folder, 'data')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  [browser, { origin, password }] = await Promise.all([launch(), announced(program)]);
}, 300_000);
afterAll(async () => {
  await browser.close();
  program.kill('SIGINT');
  const [code] = await once(program, 'exit');
  rmSync(folder, { recursive: true, force: true });
  expect(code).toBe(0);
});

/** Waits until the demo says where it is and how to sign in. */
function announced(child: ChildProcess): Promise<{ origin: string; password: string }> {
  let said = '';
  return new Promise((resolve, reject) => {
    child.stderr!.on('data', (chunk) => {
      said += chunk;
      const found = /(http:\/\/127\.0\.0\.1:\d+)[\s\S]*password of all is (\S+)/.exec(said);
      if (found) resolve({ origin: found[1]!, password: found[2]! });
    });
    child.once('exit', () => reject(new Error(`the demo ended without an address:\n${said}`)));
  });
}

test("an analyst's first minute: from the queue to the raw line behind a signal, without a fault", async () => {
  const seen = await walk(browser, origin, { name: 'analyst', password });
  expect(seen.faults).toEqual([]);
  expect(seen.subject).toMatch(/Subject [0-9A-Z]{5}/);
  expect(seen.raw).toMatch(/^\{[0-9A-F]{12}\},\d\d\/\d\d\/\d{4} /);
  expect(seen.sources).toHaveLength(5);
});

test('what an analyst looks at is in the ledger before he sees it', async () => {
  const entries = () => Number(readFileSync(join(folder, 'data', 'ledger', 'checkpoint'), 'utf8').split('\n')[1]);
  const { page } = await openPage(browser);
  await signIn(page, origin, { name: 'analyst', password }, '/leads');
  await page.locator('.lead').first().waitFor();
  const before = entries();
  await page.locator('.lead').first().click();
  await page.waitForURL(/\/leads\/./);
  await settle(page);
  const acts = ['get.leads.id', 'get.people.subject'];
  const written = ledgerText(join(folder, 'data', 'ledger', 'tile', 'entries'));
  expect(entries()).toBeGreaterThan(before);
  for (const act of acts) expect(written).toContain(`"act":"${act}`);
  await page.context().close();
});

/** Everything that the ledger holds, as text. */
function ledgerText(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    .join('');
}

test('an engineer sees the sources and no lead', async () => {
  const { page, faults } = await openPage(browser);
  await signIn(page, origin, { name: 'engineer', password }, '/sources');
  await settle(page);
  expect(await page.getByRole('link', { name: 'Leads' }).count()).toBe(0);
  await page.goto(`${origin}/leads`);
  await settle(page);
  expect(await page.locator('.lead').count()).toBe(0);
  expect(faults.filter((fault) => !/403/.test(fault))).toEqual([]);
  await page.context().close();
});

test('an auditor sees what the analyst did a moment ago, proves it, and sees nothing else', async () => {
  const analyst = await openPage(browser);
  await signIn(analyst.page, origin, { name: 'analyst', password }, '/leads');
  await analyst.page.locator('.lead').first().click();
  await analyst.page.waitForURL(/\/leads\/./);
  await settle(analyst.page);
  const lead = new URL(analyst.page.url()).pathname.split('/').at(-1)!;
  await analyst.page.context().close();
  const { page, faults } = await openPage(browser);
  await signIn(page, origin, { name: 'auditor', password }, '/');
  await settle(page);
  expect(new URL(page.url()).pathname).toBe('/ledger');
  // Only rows near the window are in the document.
  await page.goto(`${origin}/ledger?act=get.leads.id`);
  const row = page.locator('.lead', { hasText: 'Opened a lead' }).first();
  expect(await row.textContent()).toMatch(new RegExp(`analyst.*get.leads.id.*${lead}`));
  const seen = page.waitForEvent('download');
  await row.click();
  await page.getByRole('button', { name: 'Download the proof' }).click();
  const proof = readFileSync(await (await seen).path(), 'utf8');
  expect(proof).toMatch(/^c2sp.org\/tlog-proof@v1\nextra /);
  expect(await axe(page)).toEqual([]);
  for (const path of ['/leads', `/leads/${lead}`, `/people/${lead}`, '/figures']) {
    await page.goto(origin + path);
    await page.getByRole('heading', { name: 'Your role does not include this page' }).waitFor();
  }
  for (const path of ['overview', 'leads', 'detections', 'sources', 'figures']) {
    expect((await page.request.get(`${origin}/api/${path}`)).status(), path).toBe(403);
  }
  expect(faults).toEqual([]);
  await page.context().close();
});

test('reading the ledger does not make it grow by itself', async () => {
  const entries = () => Number(readFileSync(join(folder, 'data', 'ledger', 'checkpoint'), 'utf8').split('\n')[1]);
  const { page } = await openPage(browser);
  await signIn(page, origin, { name: 'auditor', password }, '/ledger');
  await settle(page);
  const before = entries();
  await page.waitForTimeout(1500);
  await page.evaluate('window.dispatchEvent(new Event("focus")); window.dispatchEvent(new Event("online"))');
  await page.waitForTimeout(500);
  expect(entries()).toBe(before);
  await page.context().close();
});

test('a lead is handed over with a key, becomes a case, and an outcome is proposed and decided by another', async () => {
  const analyst = await openPage(browser);
  await signIn(analyst.page, origin, { name: 'analyst', password }, '/leads');
  await analyst.page.locator('.lead').first().waitFor();
  await analyst.page.keyboard.press('j');
  await analyst.page.keyboard.press('3');
  await analyst.page.getByLabel('Reason').fill('Six projects within a week.');
  await analyst.page.keyboard.press('Tab');
  await analyst.page.locator('.dialog button[type="submit"]').press('Enter');
  await analyst.page.locator('.notice-item').waitFor();
  await analyst.page.locator('.notice-item').waitFor({ state: 'detached', timeout: 20_000 });
  expect(analyst.faults).toEqual([]);
  const { page, faults } = await openPage(browser);
  const take = async (name: string, texts: Record<string, string>) => {
    await page.getByRole('button', { name, exact: true }).click();
    for (const [label, text] of Object.entries(texts)) await page.getByLabel(label).first().fill(text);
    await page.locator('.dialog button[type="submit"]').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await signIn(page, origin, { name: 'case_officer', password }, '/');
  await page.locator('.handed a').first().click();
  await page.waitForURL(/handed-over/);
  await settle(page);
  await page.keyboard.press('3');
  const opening = { Reason: 'Six projects.', Purpose: 'Whether papers left.', 'How it may be innocent': 'A stand-in.' };
  for (const [label, text] of Object.entries(opening)) await page.getByLabel(label).fill(text);
  await page.getByLabel('What was looked at for that').fill('The plan names two.');
  await page.locator('.dialog button[type="submit"]').click();
  await page.waitForURL(/\/cases\/[0-9A-Z]{8}/);
  const address = page.url();
  await settle(page);
  await page.getByRole('button', { name: 'Admit a colleague' }).click();
  await page.getByLabel('Who', { exact: true }).selectOption({ label: 'approver (approver)' });
  await page.getByLabel('Reason').fill('decides');
  await page.locator('.dialog button[type="submit"]').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await take('Take a measure', { Text: 'while it is open' });
  await take('Write a note', { Text: 'The supervisor confirms it.' });
  await take('Add evidence', { 'What it is': 'Plan', 'Where it comes from': 'Unit', 'SHA-256': 'ab'.repeat(32) });
  await take('Propose an outcome', { Reason: 'Nothing is left.', 'Answer to H1': 'It was a stand-in.' });
  expect(await page.locator('.person-title .state-tag').textContent()).toBe('Outcome proposed');
  expect(await axe(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
  const approver = await openPage(browser);
  await signIn(approver.page, origin, { name: 'approver', password }, new URL(address).pathname);
  await settle(approver.page);
  await approver.page.getByRole('button', { name: 'Decide', exact: true }).click();
  await approver.page.getByLabel('Reason').fill('I confirm it.');
  await approver.page.locator('.dialog button[type="submit"]').click();
  await approver.page.getByText('Nothing remains against the person.').waitFor();
  expect(await approver.page.locator('#effects').textContent()).toContain('undone');
  expect(await approver.page.locator('#record').textContent()).toContain('the program');
  expect(approver.faults).toEqual([]);
  await approver.page.context().close();
  // Who is no member learns nothing of it.
  await analyst.page.goto(address);
  await analyst.page.getByRole('heading', { name: 'Nothing is here' }).waitFor();
  await analyst.page.context().close();
});

test('a head of unit sees figures and nobody', async () => {
  const { page } = await openPage(browser);
  await signIn(page, origin, { name: 'head_of_unit', password }, '/');
  await settle(page);
  expect(new URL(page.url()).pathname).toBe('/figures');
  expect(await page.locator('main').textContent()).not.toMatch(/Subject/);
  expect((await page.request.get(`${origin}/api/leads`)).status()).toBe(403);
  await page.context().close();
});

test('real pages have no accessibility violation', async () => {
  const { page } = await openPage(browser);
  await signIn(page, origin, { name: 'analyst', password }, '/leads');
  await page.locator('.lead').first().waitFor();
  expect(await axe(page)).toEqual([]);
  await page.locator('.lead').first().click();
  await page.waitForURL(/\/leads\/./);
  await settle(page);
  expect(await axe(page)).toEqual([]);
  await page.goto(`${origin}/sources`);
  await settle(page);
  expect(await axe(page)).toEqual([]);
  await page.context().close();
});

test("a recipient reads a made-up report with the demo's key file, and answers it", async () => {
  const { page, faults } = await openPage(browser);
  await signIn(page, origin, { name: 'recipient', password }, '/');
  await settle(page);
  expect(new URL(page.url()).pathname).toBe('/reports');
  await page.locator('#key-file').setInputFiles(join(folder, 'data/demo-reports/ombudsperson.key'));
  await page.locator('#file-passphrase').fill(password);
  await page.locator('form:has(#key-file) button[type="submit"]').click();
  await page.getByText('3 reports').waitFor({ timeout: 60_000 });
  expect(await page.locator('.report-clock').allTextContents()).toEqual([
    expect.stringMatching(/^First answer.* 2 days left$/),
    expect.stringMatching(/^First answer.* 5 days left$/),
    expect.stringMatching(/^Feedback/),
  ]);
  await page.locator('.report-row button').last().click();
  expect(await page.locator('.report-said').first().textContent()).toContain('This is made up');
  expect(await axe(page)).toEqual([]);
  await page.locator('#answer').fill('Made up as well.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Sent. The reporter can read it now.').waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
  // Who is left out of one of them has two, and nothing says so.
  const other = await openPage(browser);
  await signIn(other.page, origin, { name: 'recipient', password }, '/');
  await other.page.locator('#key-file').setInputFiles(join(folder, 'data/demo-reports/security.key'));
  await other.page.locator('#file-passphrase').fill(password);
  await other.page.locator('form:has(#key-file) button[type="submit"]').click();
  await other.page.getByText('2 reports').waitFor({ timeout: 60_000 });
  expect(await other.page.locator('main').textContent()).not.toMatch(/head of security out|vault/);
  await other.page.context().close();
});
