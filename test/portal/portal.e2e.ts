import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { axe, launch, openPage, refusedOn } from '../console/browser.ts';
import { makePortal, PASSPHRASE, type RealPortal } from './server.ts';
import { comeBack, heading, press, send, write } from './walk.ts';

let browser: Browser;
let portal: RealPortal;
let page: Page;
let faults: string[];
beforeAll(async () => {
  [browser, portal] = await Promise.all([launch(), makePortal()]);
  await portal.start();
});
afterAll(async () => {
  await browser.close();
  await portal.remove();
});
beforeEach(async () => {
  ({ page, faults } = await openPage(browser, { width: 390, height: 844 }));
  await page.goto(`${portal.origin}/portal/`);
  await page.locator('h1').waitFor();
});
afterEach(async () => {
  if (page.url().startsWith('http')) expect(await refusedOn(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

/** The page as it is now has no violation and nothing that hangs over its edge. */
const look = async (): Promise<void> => {
  expect(await axe(page), await heading(page)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth'), await heading(page)).toBeLessThanOrEqual(390);
};
const reading = (...args: string[]): string[] => [
  'reports',
  ...args,
  '--portal',
  portal.origin,
  '--trust',
  portal.rootKey,
];
const withKey = (id: string, ...args: string[]): string[] =>
  reading(...args, '--key', join(portal.folder, `${id}.key`));

test.for(['en', 'zh-CN'] as const)(
  'a report and its answer, every page accessible at 390 px: %s',
  async (language, { expect }) => {
    await page.context().close();
    ({ page, faults } = await openPage(browser, { width: 390, height: 844, language }));
    await page.goto(`${portal.origin}/portal/`);
    await page.locator('h1').waitFor();
    await look();
    const files = [{ name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('attached') }];
    const report = language === 'en' ? { text: 'Plans left the house.', name: 'Ada' } : { text: '图纸被带出。' };
    const words = await write(page, { ...report, language, files, look });
    expect(words).toHaveLength(12);
    await send(page, words, language);
    await look();
    // The next start delivers.
    await portal.stop();
    await portal.start();
    const list = await portal.run(withKey('ombudsperson', 'list'));
    const id = /^([0-9a-f]{12}) .*acknowledge by/m.exec(list)?.[1] ?? '';
    const save = join(portal.folder, `saved-${language}`);
    const read = await portal.run(withKey('ombudsperson', 'read', id, '--save', save));
    expect(read).toContain(report.text);
    expect(readdirSync(save).map((name) => readFileSync(join(save, name), 'utf8'))).toEqual(['attached']);
    await portal.run(
      withKey('ombudsperson', 'reply', id, '--text', '-', '--kind', 'acknowledgement'),
      'Thank you. 谢谢。',
    );
    await comeBack(page, portal.origin, words.join(language === 'en' ? ' ' : ''));
    await page.locator('.theirs').waitFor();
    await look();
    expect(await page.locator('.theirs .said').textContent()).toBe('Thank you. 谢谢。');
    expect(await page.locator('.message:not(.theirs) .proof').textContent()).toMatch(
      language === 'en' ? /^In the ledger: leaf \d+/ : /^已在账本中/,
    );
    await page.locator('.button').click();
    await page.locator('#text').fill('One thing more.');
    await look();
    await page.locator('form .button').click();
    await page.locator('form .button').click();
    await page.locator('.button').click();
    await page
      .getByRole('heading', { name: language === 'en' ? 'Your message has been sent' : '您的信息已发送' })
      .waitFor();
    const mine = await portal.run(reading('mine', '--words', '-'), words.join(' '));
    expect(mine).toContain('One thing more.');
    expect(mine).toMatch(/in the ledger: leaf \d+ of \d+/);
    await portal.run(withKey('ombudsperson', 'recuse', id));
  },
);

test('the disclosure says what is promised before the first question', async () => {
  await press(page, 'Something that happened to me, or that I did');
  const before = (await page.locator('main').textContent()) ?? '';
  for (const said of [
    'What we promise if you come forward',
    'The limits of these promises',
    'What we do not promise',
    'The ombudsperson',
    'The head of security',
  ]) {
    expect(before).toContain(said);
  }
  expect(await page.locator('textarea, input').count()).toBe(0);
  await look();
});

test('mistakes are listed, take the focus and lead to their fields', async () => {
  await press(page, 'Something I saw');
  await press(page, 'I have read this. Continue');
  await press(page, 'Continue');
  expect(await page.evaluate('document.activeElement.className')).toBe('problems');
  expect(await page.title()).toMatch(/^Error: /);
  await look();
  await page.getByRole('button', { name: 'Write your message' }).click();
  expect(await page.evaluate('document.activeElement.id')).toBe('text');
  await page.locator('#text').fill('x');
  await press(page, 'Continue');
  await press(page, 'Continue');
  expect(await page.locator('.problems').textContent()).toContain('Choose whether you want to give your name');
});

test('by keyboard alone from the start to the words', async () => {
  const tabTo = async (target: string): Promise<void> => {
    for (let presses = 0; presses < 40; presses += 1) {
      if (await page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(target)})`)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`the keyboard does not reach ${target}`);
  };
  await tabTo('.door button');
  await page.keyboard.press('Enter');
  await tabTo('main .button');
  await page.keyboard.press('Enter');
  await tabTo('#text');
  await page.keyboard.type('typed');
  await tabTo('form .button');
  await page.keyboard.press('Enter');
  await tabTo('#name-anonymous');
  await page.keyboard.press('Space');
  for (const next of ['form .button', 'form .button', 'form .button', 'main > .button']) {
    await tabTo(next);
    await page.keyboard.press('Enter');
  }
  expect(await heading(page)).toBe('Write down these twelve words');
});

test('the words cannot be passed by: not on, not back, and a reload sends nothing', async () => {
  const words = await write(page, { text: 'Not to be lost.' });
  await press(page, 'I have the words. Send');
  expect(await page.locator('.problems').textContent()).toContain('These are not the last two words');
  await page.locator('#last-two').fill(words.slice(0, 2).join(' '));
  await press(page, 'I have the words. Send');
  expect(await page.locator('.problems').count()).toBe(1);
  await page.goBack();
  expect(await heading(page)).toBe('Write down these twelve words');
  expect(await page.locator('.words li').allTextContents()).toEqual(words);
  expect(await page.locator('.problems').textContent()).toContain('Nothing has been sent yet');
  await look();
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  expect(await heading(page)).toBe('What do you want to tell us?');
  expect(await page.locator('.problems').textContent()).toContain('Nothing has been sent');
  await portal.run(reading('mine', '--words', '-'), words.join(' '), 3);
});

test('Back keeps what was written, language changes keep it too, and a second press sends nothing twice', async () => {
  await press(page, 'Something I saw');
  await press(page, 'I have read this. Continue');
  await page.locator('#text').fill('Kept on the way back.');
  await press(page, 'Continue');
  await page.goBack();
  expect(await page.locator('#text').inputValue()).toBe('Kept on the way back.');
  await press(page, '简体中文');
  expect(await page.locator('#text').inputValue()).toBe('Kept on the way back.');
  expect(await page.evaluate('document.documentElement.lang')).toBe('zh-CN');
  await press(page, 'English');
  await page.goBack();
  await page.goBack();
  const words = await write(page, { text: 'Sent once.' });
  await page.locator('#last-two').fill(words.slice(-2).join(' '));
  await page.getByRole('button', { name: 'I have the words. Send' }).dblclick();
  await page.getByRole('heading', { name: 'Your message has been sent' }).waitFor();
  await page.goBack();
  expect(await heading(page)).toBe('Your message has been sent');
  const mine = await portal.run(reading('mine', '--words', '-'), words.join(' '));
  expect(mine.match(/Sent once\./g)).toHaveLength(1);
});

test('a slow network, and one that breaks: it goes on where it was', async () => {
  const pieces: number[] = [];
  let broken = 0;
  await page.route('**/portal/api/uploads/**', async (route) => {
    if (route.request().method() === 'PUT') {
      const at = Number(new URL(route.request().url()).pathname.split('/').at(-1));
      if (at >= 2_000_000 && broken < 2) {
        broken += 1;
        return route.abort('connectionreset');
      }
      pieces.push(at);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return route.continue();
  });
  const files = [{ name: 'plan.bin', mimeType: 'application/octet-stream', buffer: randomBytes(5_000_000) }];
  const words = await write(page, { text: 'With a plan.', files });
  await send(page, words);
  expect(broken).toBe(2);
  expect(new Set(pieces).size).toBe(pieces.length);
  expect(await portal.run(reading('mine', '--words', '-'), words.join(' '))).toContain('With a plan.');
});

test('fifty megabytes over a connection that is lost arrive whole, and one byte more is refused at once', {
  timeout: 300_000,
}, async () => {
  const content = randomBytes(50_000_000);
  const path = join(portal.folder, 'large.bin');
  writeFileSync(path, Buffer.concat([content, Buffer.alloc(1)]));
  let lost = 0;
  await page.route('**/portal/api/uploads/**', async (route) => {
    const at = Number(new URL(route.request().url()).pathname.split('/').at(-1));
    // The line goes dead three times, once before the answer to a piece arrives.
    if ([10_485_760, 31_457_280, 62_914_560].includes(at) && lost < 3) {
      lost += 1;
      if (lost === 2) await route.fetch();
      return route.abort('internetdisconnected');
    }
    return route.continue();
  });
  await press(page, 'Something I saw');
  await press(page, 'I have read this. Continue');
  await page.locator('#text').fill('Large.');
  await press(page, 'Continue');
  await page.locator('#name-anonymous').check();
  await press(page, 'Continue');
  await page.locator('#files').setInputFiles(path);
  await page.locator('.problems').waitFor();
  expect(await page.locator('.problems').textContent()).toContain('large.bin is larger than 50 MB');
  await look();
  writeFileSync(path, content);
  await page.locator('#files').setInputFiles(path);
  await page.locator('.files li').waitFor();
  await press(page, 'Continue');
  await press(page, 'Continue');
  await press(page, 'Continue to the words');
  const words = await page.locator('.words li').allTextContents();
  await page.locator('#last-two').fill(words.slice(-2).join(' '));
  await press(page, 'I have the words. Send');
  await page.getByRole('heading', { name: 'Your message has been sent' }).waitFor({ timeout: 200_000 });
  expect(lost).toBe(3);
  await portal.stop();
  await portal.start();
  const list = await portal.run(withKey('ombudsperson', 'list'));
  const save = join(portal.folder, 'saved-large');
  for (const id of list.match(/^[0-9a-f]{12}/gm) ?? []) {
    const read = await portal.run(withKey('ombudsperson', 'read', id));
    if (read.includes('large.bin')) await portal.run(withKey('ombudsperson', 'read', id, '--save', save));
  }
  const [name = ''] = readdirSync(save);
  expect(readFileSync(join(save, name)).equals(content)).toBe(true);
});

test('a server that is gone: the page says that nothing was sent, and sends when it is back', async () => {
  const words = await write(page, { text: 'Through the outage.' });
  let isGone = true;
  await page.clock.install();
  await page.route('**/portal/api/uploads/**', (route) =>
    isGone ? route.abort('connectionrefused') : route.continue(),
  );
  await page.locator('#last-two').fill(words.slice(-2).join(' '));
  await press(page, 'I have the words. Send');
  for (let tries = 0; tries < 200 && (await page.locator('[role="alert"]').count()) === 0; tries += 1) {
    await page.clock.runFor(1000);
  }
  expect(await page.locator('[role="alert"]').textContent()).toMatch(/^Nothing has been sent\./);
  isGone = false;
  await press(page, 'Try again');
  for (let tries = 0; tries < 200 && (await heading(page)) !== 'Your message has been sent'; tries += 1) {
    await page.clock.runFor(1000);
  }
  expect(await portal.run(reading('mine', '--words', '-'), words.join(' '))).toContain('Through the outage.');
});

test('a recipient reads and answers in the browser with a key file, and the key goes nowhere', async () => {
  const files = [{ name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('a small plan') }];
  const words = await write(page, { text: 'For the eyes of a reader.', files });
  await send(page, words);
  await portal.stop();
  await portal.start();
  const bodies: string[] = [];
  page.on('request', (request) => bodies.push(request.postDataBuffer()?.toString('latin1') ?? ''));
  await page.goto(`${portal.origin}/portal/`);
  await press(page, 'For recipients: read reports with your key');
  await look();
  await page.locator('#key-file').setInputFiles(join(portal.folder, 'security.key'));
  await page.locator('#passphrase').fill('not the passphrase');
  await press(page, 'Open');
  await page.locator('.problems').waitFor();
  await look();
  await page.locator('#key-file').setInputFiles(join(portal.folder, 'security.key'));
  await page.locator('#passphrase').fill(PASSPHRASE);
  await press(page, 'Open');
  await page.getByRole('heading', { name: 'Reports you can read' }).waitFor();
  await look();
  const entries = page.locator('.plain .link');
  for (let index = 0; ; index += 1) {
    await entries.nth(index).click();
    if ((await page.locator('.message .said').first().textContent()) === 'For the eyes of a reader.') break;
    await page.goBack();
  }
  await look();
  const download = page.waitForEvent('download');
  await press(page, 'Save plan.txt');
  const saved = join(portal.folder, 'plan.txt');
  await (await download).saveAs(saved);
  expect(readFileSync(saved, 'utf8')).toBe('a small plan');
  await page.locator('#answer').fill('Read in the browser.');
  await page.locator('#kind-feedback').check();
  await press(page, 'Send');
  await page.getByRole('heading', { name: 'Sent' }).waitFor();
  await look();
  const mine = await portal.run(reading('mine', '--words', '-'), words.join(' '));
  expect(mine).toMatch(/feedback\nRead in the browser\./);
  await press(page, 'Reports you can read');
  expect(await page.locator('.plain .link').count()).toBeGreaterThan(0);
  const key = readFileSync(join(portal.folder, 'security.key'), 'utf8').split('\n')[2] ?? '';
  expect(bodies.filter((body) => body.includes(PASSPHRASE) || body.includes(key))).toEqual([]);
});

test('who is left out of a report does not see it, and the others do', async () => {
  const words = await write(page, { text: 'About the head of security.', exclude: 'security' });
  await send(page, words);
  await portal.stop();
  await portal.start();
  const count = async (id: string): Promise<number> => {
    const lists = await portal.run(withKey(id, 'list'));
    return lists.match(/^[0-9a-f]{12} /gm)?.length ?? 0;
  };
  expect((await count('ombudsperson')) - (await count('security'))).toBeGreaterThanOrEqual(1);
});

test('the browser keeps nothing', async () => {
  const words = await write(page, { text: 'Leaves no trace.' });
  await send(page, words);
  const kept = await page.evaluate<unknown>(`(async () => ({
    local: localStorage.length, session: sessionStorage.length, cookies: document.cookie,
    databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
    workers: (await navigator.serviceWorker.getRegistrations()).length, history: JSON.stringify(history.state),
  }))()`);
  expect(kept).toEqual({
    local: 0,
    session: 0,
    cookies: '',
    databases: 0,
    caches: 0,
    workers: 0,
    history: '{"step":"done"}',
  });
  expect(await page.context().cookies()).toEqual([]);
});

test('the offline file seals without a connection, and the portal sends what it made', async () => {
  const file = join(portal.folder, 'offline.html');
  await portal.run(['portal', 'offline', file, '--portal', portal.origin, '--trust', portal.rootKey]);
  const context = await browser.newContext({ locale: 'en', offline: true });
  const offline = await context.newPage();
  await offline.goto(`file://${file}`);
  const words = await write(offline, { text: 'Written far from any network.' });
  await offline.locator('#last-two').fill(words.slice(-2).join(' '));
  const download = offline.waitForEvent('download');
  await press(offline, 'I have the words. Save the sealed file');
  const sealed = join(portal.folder, 'report.sealed');
  await (await download).saveAs(sealed);
  await context.close();
  await press(page, 'Send a file that you sealed elsewhere');
  await look();
  await page.locator('#sealed').setInputFiles(sealed);
  await press(page, 'Send');
  await page.getByRole('heading', { name: 'Your message has been sent' }).waitFor();
  expect(await portal.run(reading('mine', '--words', '-'), words.join(' '))).toContain('Written far from any network.');
});

test('a manifest that was changed on the server closes the page', async () => {
  const place = join(portal.folder, 'data/portal/manifest.json');
  const honest = readFileSync(place, 'utf8');
  writeFileSync(place, honest.replace('Example Works', 'Example Words'));
  await page.reload();
  await page.getByRole('heading', { name: 'This service is closed at the moment' }).waitFor();
  await look();
  writeFileSync(place, honest);
});
