import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keysOf, type Letter, newEntropy, ownEntries, Sending, seal } from '../../src/reports/protocol/protocol.ts';
import { attachment, ROOT } from '../../src/reports/protocol/samples.ts';
import { type Sample, sampleReporter } from '../../src/reports/sample-portal.ts';
import { axe, launch, openPage, refusedOn, settle, signIn } from './browser.ts';
import { openDesk, PASSPHRASE, PASSWORD, type ReportsServer, startReportsServer } from './reports-server.ts';

let browser: Browser;
let server: ReportsServer;
let page: Page;
let faults: string[];
/** Words of reports, answers and file names, which must be nowhere but on the page. */
const SECRETS = ['plumbago', 'kingfisher', 'quillwort', 'sanderling', 'marchpane'];

beforeAll(async () => {
  browser = await launch();
  server = await startReportsServer('hybrid', async (past, clock) => {
    await (await sampleReporter(past.client)).send('Late for everybody: plumbago.');
    await past.portal.round();
    clock.advance(18 * 86_400);
    await write(past, {
      text: '<b>quillwort</b> ‮txt.exe',
      door: 'self',
      files: [['../../kingfisher‮fdp.exe', 'inside the file']],
    });
    await (await sampleReporter(past.client)).send('About r2: marchpane.', { to: ['r1'] });
    await past.portal.round();
  });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});
beforeEach(async () => {
  ({ page, faults } = await openPage(browser));
  page.setDefaultTimeout(15_000);
});
afterEach(async () => {
  expect(faults.filter((fault) => fault !== 'request to another host: localhost')).toEqual([]);
  if (page.url().startsWith('http')) expect(await refusedOn(page)).toEqual([]);
  await page.context().close();
});

/** A first report as a reporter's own program makes it; gives the bytes behind his words. */
async function write(
  { client }: Pick<Sample, 'client'>,
  { text, door = 'seen', files = [] }: { text: string; door?: Letter['door']; files?: [string, string][] },
): Promise<Uint8Array> {
  const { manifest, hash } = await client.published(ROOT.key);
  const entropy = newEntropy();
  const keys = await keysOf(entropy, manifest.suite);
  const to = manifest.recipients.map(({ id }) => id);
  const sealed = await seal({
    letter: {
      v: 1,
      kind: 'report',
      door,
      language: 'en',
      manifest: hash,
      tag: keys.tag,
      reply_to: keys.recipient,
      to,
      text,
    },
    attachments: files.map(([name, content]) => attachment(name, new TextEncoder().encode(content))),
    signer: keys.signer,
    recipients: [keys.recipient, ...manifest.recipients.map(({ age }) => age)],
    ...{ suite: manifest.suite, slots: manifest.slots },
  });
  await new Sending(client, sealed, keys.tag).run();
  return entropy;
}

const openWithFile = (number = 1, keep = 'no') => openDesk(page, server, number, keep);
const enter = (name = 'rita') => signIn(page, server.origin, { name, password: PASSWORD });
const opened = () => page.getByRole('heading', { name: 'Waiting for an answer' }).waitFor();
const main = async (): Promise<string> => (await page.locator('main').textContent()) ?? '';
const look = async (width: number): Promise<void> => {
  await page.setViewportSize({ width, height: 844 });
  expect(await axe(page), `${width} ${page.url()}`).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
};

test('a recipient lands on the queue, opens it with a key file, reads, saves, answers and steps out', async () => {
  const sent: string[] = [];
  page.on('request', (request) => sent.push(`${request.url()} ${request.postDataBuffer()?.toString('latin1') ?? ''}`));
  await enter();
  expect(new URL(page.url()).pathname).toBe('/reports');
  await settle(page);
  await look(390);
  await look(1280);
  await page.locator('#key-file').setInputFiles(server.key(1));
  await page.locator('#file-passphrase').fill('not the passphrase');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByText('The key does not open').waitFor();
  await openWithFile(9);
  await page.getByText('This key is not that of a recipient').waitFor();
  await look(390);
  await look(1280);
  await openWithFile();
  await opened();
  // What was due first stands first, and says so.
  const rows = page.locator('.report-row');
  expect(await rows.count()).toBe(3);
  expect(await rows.first().textContent()).toMatch(/plumbago.*First answer.*was due by/s);
  expect(await rows.nth(1).textContent()).toMatch(/due by .* 5 days left/);
  await look(390);
  await look(1280);
  const title = await page.title();
  await page.locator('.report-row', { hasText: 'quillwort' }).getByRole('button').click();
  await page.locator('.letter').waitFor();
  expect(await page.title()).toBe(title);
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/reports/open');
  // Markup is text, and signs that turn the direction of what follows are shown as such.
  expect(await page.locator('.report-said').textContent()).toBe('<b>quillwort</b> \ufffdtxt.exe');
  expect(await page.locator('.report-said b').count()).toBe(0);
  await look(390);
  await look(1280);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Save / }).click();
  expect((await download).suggestedFilename()).toBe('kingfisher_fdp.exe');
  const saved = join(server.folder, 'saved');
  await (await download).saveAs(saved);
  expect(readFileSync(saved, 'utf8')).toBe('inside the file');
  await page.getByRole('button', { name: 'Use the usual acknowledgement' }).click();
  expect(await page.locator('#answer').inputValue()).toMatch(/^Thank you\. .* within 3 months/);
  await page.locator('#answer').fill('We have it: sanderling.');
  await page.getByRole('button', { name: 'Send', exact: true }).dblclick();
  await page.getByText('Sent. The reporter can read it now.').waitFor();
  expect(await page.locator('.letter.ours').count()).toBe(1);
  expect(await page.locator('.report-clock').textContent()).toMatch(/^Feedback/);
  await page.getByRole('button', { name: 'Step out of this conversation' }).click();
  await look(390);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Step out', exact: true }).click();
  await page.getByText('You have stepped out of this conversation.').waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Answered' }).waitFor();
  expect(await rows.last().textContent()).toContain('You stepped out');
  // After a reload nothing is open, whatever the address says.
  await page.goForward();
  await page.reload();
  await page.locator('#key-file').waitFor();
  expect(new URL(page.url()).pathname).toBe('/reports');
  for (const secret of [...SECRETS, PASSPHRASE]) {
    expect(
      sent.filter((text) => text.includes(secret)),
      secret,
    ).toEqual([]);
    expect(
      server.lines.filter((line) => line.includes(secret)),
      secret,
    ).toEqual([]);
  }
  expect(server.lines.filter((line) => line.includes('sealed'))).toEqual([]);
  expect(new Set(await server.acts())).toEqual(new Set(['["report.list",null,null]']));
});

test('the reporter reads the answer, and the next delivery brings it back once', async () => {
  const entropy = await write(server.sample, { text: 'One more, to be answered.' });
  await server.sample.portal.round();
  await enter();
  await openWithFile();
  await opened();
  await page.locator('.report-row', { hasText: 'One more, to be answered.' }).getByRole('button').click();
  await page.locator('input[value="feedback"]').check();
  await page.locator('#answer').fill('What was done.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Sent. The reporter can read it now.').waitFor();
  const keys = await keysOf(entropy, 'hybrid');
  const own = await ownEntries(server.sample.client, await server.sample.client.published(ROOT.key), keys);
  expect(own.map(({ letter }) => [letter.kind, letter.text])).toEqual([
    ['report', 'One more, to be answered.'],
    ['feedback', 'What was done.'],
  ]);
  // The next delivery brings it back, once.
  await server.sample.portal.round();
  await page.getByRole('button', { name: 'All reports' }).click();
  await page.getByRole('button', { name: 'Look for new ones' }).click();
  await page.getByRole('button', { name: 'Look for new ones' }).waitFor();
  await page.locator('.report-row', { hasText: 'One more, to be answered.' }).getByRole('button').click();
  expect(await page.locator('.letter').count()).toBe(2);
});

describe('a key that the browser keeps', () => {
  const stored = () =>
    page.evaluate<string>(`new Promise((resolve, reject) => {
      const opening = indexedDB.open('countersign-reports');
      opening.onerror = reject;
      opening.onsuccess = () => {
        const all = opening.result.transaction('keys').objectStore('keys').getAll();
        all.onsuccess = () => resolve(JSON.stringify(all.result));
      };
    })`);
  const SEED = Buffer.alloc(32, 1).toString('hex');

  test('is sealed under its passphrase, is another account’s to nobody, and goes when told to', async () => {
    await enter();
    await openWithFile(1, 'passphrase');
    await opened();
    expect(await stored()).toContain('BEGIN AGE ENCRYPTED FILE');
    expect(await stored()).not.toContain(SEED);
    await page.getByRole('button', { name: 'Lock and forget' }).click();
    await page.locator('#kept-passphrase').waitFor();
    await look(390);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.locator('#kept-passphrase').fill('wrong');
    await page.getByRole('button', { name: 'Open', exact: true }).first().click();
    await page.getByText('The key does not open').waitFor();
    await page.locator('#kept-passphrase').fill(PASSPHRASE);
    await page.getByRole('button', { name: 'Open', exact: true }).first().click();
    await opened();
    await page.getByRole('button', { name: /rita/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.locator('input[name="name"]').waitFor();
    await page.goBack();
    expect(await page.locator('body').textContent()).not.toContain('plumbago');
    await enter('rolf');
    await page.locator('#file-passphrase').waitFor();
    await settle(page);
    expect(await page.locator('#kept-passphrase').count()).toBe(0);
    await enter();
    await page.getByRole('button', { name: 'Remove it from this browser' }).click();
    await page.locator('#kept-passphrase').waitFor({ state: 'detached' });
    expect(await stored()).toBe('[]');
  });

  test('is sealed to a passkey, which alone opens it', async () => {
    const devices = await page.context().newCDPSession(page);
    await devices.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasPrf: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    const { authenticatorId } = await devices.send('WebAuthn.addVirtualAuthenticator', { options });
    await enter();
    await openWithFile(1, 'passkey');
    await opened();
    expect(await stored()).toMatch(/"way":"passkey"/);
    expect(await stored()).not.toContain(SEED);
    await page.reload();
    await page.getByRole('button', { name: 'Open with the passkey' }).click();
    await opened();
    await devices.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    await devices.send('WebAuthn.addVirtualAuthenticator', { options });
    await page.reload();
    await page.getByRole('button', { name: 'Open with the passkey' }).click();
    await page.getByText('The passkey did not open or keep the key').waitFor();
  });

  test('notices a portal that names another root key', async () => {
    await enter();
    await openWithFile(1, 'passphrase');
    await opened();
    await page.evaluate(`new Promise((resolve) => {
      const opening = indexedDB.open('countersign-reports');
      opening.onsuccess = () => {
        const store = opening.result.transaction('keys', 'readwrite').objectStore('keys');
        store.get('rita').onsuccess = ({ target }) => {
          store.put({ ...target.result, root: 'f'.repeat(64) }, 'rita').onsuccess = resolve;
        };
      };
    })`);
    await page.reload();
    await page.locator('#kept-passphrase').fill(PASSPHRASE);
    await page.getByRole('button', { name: 'Open', exact: true }).first().click();
    await page.getByText('The portal names another root key than before').waitFor();
  });
});

test('nothing that was read is on the disk of the browser', { timeout: 120_000 }, async () => {
  const profile = join(server.folder, 'profile');
  const { chromium } = await import('playwright-core');
  const { CHROMIUM } = await import('./browser.ts');
  const args = ['--headless', '--no-sandbox', '--disable-gpu'];
  const context = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args, locale: 'en' });
  const other = await context.newPage();
  await signIn(other, server.origin, { name: 'rita', password: PASSWORD });
  await other.locator('#key-file').setInputFiles(server.key(1));
  await other.locator('#file-passphrase').fill(PASSPHRASE);
  await other.locator('input[name="keep"][value="passphrase"]').check();
  await other.getByRole('button', { name: 'Open', exact: true }).click();
  await other.locator('.report-row', { hasText: 'plumbago' }).getByRole('button').click();
  await other.locator('#answer').fill('Not sent: sanderling.');
  expect(await other.locator('.report-said').textContent()).toContain('plumbago');
  await other.waitForTimeout(1500);
  await context.close();
  const files = readdirSync(profile, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const holding = (text: string) =>
    files.filter(({ parentPath, name }) => {
      const bytes = readFileSync(join(parentPath, name));
      return bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le'));
    });
  expect(files.length).toBeGreaterThan(20);
  for (const secret of ['plumbago', 'sanderling', PASSPHRASE, Buffer.alloc(32, 1).toString('hex')]) {
    expect(
      holding(secret).map(({ name }) => name),
      secret,
    ).toEqual([]);
  }
  // The search finds what must be there: the sealed key.
  expect(holding('BEGIN AGE ENCRYPTED FILE').length).toBeGreaterThan(0);
});

test('whoever is no recipient is told so, in Chinese too', async () => {
  await enter('ana');
  await page.goto(`${server.origin}/reports`);
  await settle(page);
  expect(await page.locator('#key-file').count()).toBe(0);
  await page.context().close();
  ({ page, faults } = await openPage(browser, { language: 'zh-CN', theme: 'dark', width: 390, height: 844 }));
  await enter();
  await look(390);
  await openWithFile();
  await page.getByRole('heading', { name: '等待答复' }).waitFor();
  await look(390);
  await page.locator('.report-row', { hasText: 'plumbago' }).getByRole('button').click();
  await page.getByRole('button', { name: '使用常用的确认语' }).click();
  // The reporter wrote in English, whoever reads it.
  expect(await page.locator('#answer').inputValue()).toMatch(/^Thank you\./);
  await look(390);
  expect(await main()).toContain('举报人');
  page.once('dialog', (dialog) => void dialog.accept());
});
