import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, openPage, signIn } from '../console/browser.ts';
import { makePortal, PASSPHRASE, type RealPortal } from './server.ts';
import { comeBack, press, send, write } from './walk.ts';

/** Words that occur nowhere by chance. Each is planted in another place of a full run. */
const WORDS = Array.from({ length: 30 }, (_, index) => `zw${(index * 7919 + 104_729).toString(36)}qx${index}`);
const take = (count: number): string => WORDS.splice(0, count).join(' ');
const PLANTED = [...WORDS];
const AGENT = 'PlantedAgent/7.7';
const ADDRESS = '203.0.113.77';

let browser: Browser;
let portal: RealPortal;
beforeAll(async () => {
  browser = await launch();
  // The whole server: both stores are open, and the portal beside the console.
  portal = await makePortal('hybrid', () => ['serve', '--port', '0']);
  const world = join(portal.folder, 'world');
  await portal.run(['simulate', '--people', '8', '--days', '7', '--out', world]);
  await portal.run(['ingest', world, '--data', join(portal.folder, 'data')]);
  const made = await portal.run(['account', 'rita', '--role', 'recipient', '--data', join(portal.folder, 'data')]);
  password = /password (\S+)/.exec(made)?.[1] ?? '';
  writeFileSync(join(portal.folder, 'data/config.yml'), 'portal_port: 0\nlog_level: debug\n');
}, 300_000);
afterAll(async () => {
  await browser.close();
  await portal.remove();
});

/** Every file below a folder, with its bytes. */
function filesBelow(folder: string): { path: string; bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, bytes: readFileSync(path) }));
}

/** A text as a program may have written it: plain, in UTF-16, in hexadecimal digits, or in base64 at any offset. */
function spellings(text: string): Buffer[] {
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString('base64');
    // The first and last characters depend on what stands around it.
    return Buffer.from(encoded.slice(Math.ceil((shift * 4) / 3) + 1, -4));
  });
  return [Buffer.from(text), Buffer.from(text, 'utf16le'), Buffer.from(Buffer.from(text).toString('hex')), ...base64];
}

function findings(texts: readonly string[]): string[] {
  const all = ['data', 'logs'].flatMap((folder) => filesBelow(join(portal.folder, folder)));
  expect(all.length).toBeGreaterThan(20);
  return texts.flatMap((text) =>
    spellings(text).flatMap((spelled) =>
      all.filter(({ bytes }) => bytes.includes(spelled)).map(({ path }) => `${text} in ${path}`),
    ),
  );
}

let password = '';
async function readInConsole(text: string, id: string): Promise<void> {
  const { page } = await openPage(browser);
  await signIn(page, portal.console, { name: 'rita', password }, '/reports');
  await page.locator('#key-file').setInputFiles(join(portal.folder, 'security.key'));
  await page.locator('#file-passphrase').fill(PASSPHRASE);
  await page.locator('form:has(#key-file) button[type="submit"]').click();
  await page.locator('.report-row', { hasText: id }).getByRole('button').click();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Save / }).click();
  await (await saved).path();
  await page.locator('#answer').fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Sent. The reporter can read it now.').waitFor({ timeout: 60_000 });
  await page.context().close();
}

test('after a full run none of 30 planted words is on the disk or in a log', { timeout: 300_000 }, async () => {
  await portal.start();
  const context = await browser.newContext({ userAgent: AGENT, extraHTTPHeaders: { 'X-Forwarded-For': ADDRESS } });
  const page = await context.newPage();
  await page.goto(`${portal.origin}/portal/?from=${take(1)}#${take(1)}`);
  await page.locator('h1').waitFor();
  const file = { name: `${take(2)}.txt`, mimeType: 'text/plain', buffer: Buffer.from(take(4)) };
  const words = await write(page, { text: take(8), name: take(2), files: [file] });
  await send(page, words);
  const started = new Date();
  await portal.stop();
  await portal.start();
  const key = ['--key', join(portal.folder, 'ombudsperson.key'), '--portal', portal.origin];
  const list = await portal.run(['reports', 'list', ...key]);
  const id = /^([0-9a-f]{12}) /m.exec(list)?.[1] ?? '';
  await portal.run(['reports', 'reply', id, ...key, '--text', '-', '--kind', 'feedback'], take(3));
  // The other recipient reads and answers in the console, which has the same process, stores, log and ledger.
  await readInConsole(take(3), id);
  await comeBack(page, portal.origin, words.join(' '));
  await page.locator('.theirs').first().waitFor();
  await press(page, 'Write more');
  await page.locator('#text').fill(take(6));
  await press(page, 'Continue');
  await press(page, 'Continue');
  await press(page, 'Send');
  await page.getByRole('heading', { name: 'Your message has been sent' }).waitFor();
  await context.close();
  expect(WORDS).toEqual([]);
  // While it runs, and after it has ended.
  const secrets = [
    ...PLANTED,
    PASSPHRASE,
    words.join(' '),
    words.slice(0, 4).join(' '),
    AGENT,
    ADDRESS,
    'PlantedAgent',
  ];
  expect(findings(secrets)).toEqual([]);
  await portal.stop();
  expect(findings(secrets)).toEqual([]);
  // What must be found, is: the search works on this very disk.
  expect(findings(['Example Works']).length).toBeGreaterThan(0);
  const minute = started.toISOString().slice(0, 16);
  const kept = filesBelow(join(portal.folder, 'data/reports')).filter(({ bytes }) => bytes.includes(minute));
  expect(kept.map(({ path }) => path)).toEqual([]);
});
