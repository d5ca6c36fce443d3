import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sample, sampleReporter } from '../../src/reports/sample-portal.ts';
import { axe, launch, openPage, refusedOn, signIn } from './browser.ts';
import { openDesk, PASSWORD, type ReportsServer, startReportsServer } from './reports-server.ts';

/** Recipients' queues that are full of junk, and one that a report was kept from. */
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const opened = (page: Page) => page.getByRole('button', { name: 'Look for new ones' });
const send = async ({ client }: Pick<Sample, 'client'>, text: string, to?: string[]) =>
  (await sampleReporter(client)).send(text, to === undefined ? {} : { to });

/**
 * As many messages as a flood may bring, before the page sees them: those of the server and `count` more that are not
 * even sealed. They are made in the page, because it is the page that is tried here and not the disk.
 */
const FLOOD = (count: number) => `{
  const real = globalThis.fetch;
  const fake = Array.from({ length: ${count} }, (_, at) => 'f' + at.toString(16).padStart(63, '0'));
  globalThis.fetch = async (input, init) => {
    const address = String(input);
    if (address.endsWith('/recipients/list')) {
      const { messages } = await (await real(input, init)).json();
      const { day, size } = messages.at(-1);
      return Response.json({ messages: [...messages, ...fake.map((hash) => ({ hash, day, size }))] });
    }
    if (!address.endsWith('/recipients/starts')) return real(input, init);
    const { starts } = JSON.parse(init.body);
    const answer = new Uint8Array(await (await real(input, init)).arrayBuffer());
    const parts = [];
    let at = 0;
    for (const { hash, to } of starts) {
      const length = new DataView(answer.buffer).getUint32(at);
      const junk = hash.startsWith('f000000000');
      const head = new Uint8Array(4);
      new DataView(head.buffer).setUint32(0, junk ? to : length);
      parts.push(head, junk ? crypto.getRandomValues(new Uint8Array(65_536)) : answer.subarray(at + 4, at + 4 + length));
      if (junk) parts.push(new Uint8Array(to - 65_536));
      at += 4 + length;
    }
    return new Response(new Blob(parts));
  };
}`;

test('ten thousand junk reports leave the queue usable', { timeout: 300_000 }, async () => {
  const server = await startReportsServer('x25519', async (past, clock) => {
    await send(past, 'The real one, from before.');
    await past.portal.round();
    clock.advance(15 * 86_400);
    for (let count = 0; count < 100; count += 1) await send(past, 'BUY NOW');
    for (let count = 0; count < 120; count += 1) await send(past, `noise ${count} ${'x'.repeat(count)}`);
    for (let count = 0; count < 20; count += 1) await send(past, ' ');
    await past.portal.round();
  });
  const { page, faults } = await openPage(browser);
  try {
    await page.addInitScript(FLOOD(9760));
    await signIn(page, server.origin, { name: 'rita', password: PASSWORD });
    await openDesk(page, server);
    // It can be used while it is being opened: what is due soonest is there first.
    await page.locator('.report-row', { hasText: 'The real one' }).getByRole('button').click();
    await page.locator('.letter').waitFor();
    await page.getByRole('button', { name: 'All reports' }).click();
    await page.getByText(/^Trying message [\d,]+ of 10,001$/).waitFor();
    await page.locator('#find').fill('the real');
    await page.getByText('9,760 messages are damaged or no sealed message at all.').waitFor({ timeout: 200_000 });
    expect(await page.locator('.report-row').count()).toBe(1);
    await page.locator('#find').fill('');
    await page.getByRole('heading', { name: 'Many alike' }).waitFor();
    expect(await page.locator('.report-row').allTextContents()).toEqual([expect.stringContaining('The real one')]);
    expect((await page.locator('.report-group summary').allTextContents()).map((text) => text.trim())).toEqual([
      '20 without words and without attachments',
      expect.stringMatching(/^100 with the same words, the first from .*: BUY NOW$/),
      expect.stringMatching(/^120 from /),
    ]);
    expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(800);
    // What is searched for does not hide in a group; a group shows what is in it, page by page.
    await page.locator('#find').fill('noise 77');
    await page.locator('.report-row', { hasText: 'noise 77 ' }).waitFor();
    await page.locator('#find').fill('');
    await page.locator('.report-group summary').last().click();
    await page.getByRole('button', { name: 'Show more (70 left)' }).click();
    expect(await page.locator('.report-row').count()).toBe(101);
    expect(await axe(page)).toEqual([]);
    await page.locator('.report-row', { hasText: 'The real one' }).getByRole('button').click();
    await page.locator('.letter').waitFor();
    expect(faults.filter((fault) => fault !== 'request to another host: localhost')).toEqual([]);
    expect(await refusedOn(page)).toEqual([]);
  } finally {
    await page.context().close();
    await server.close();
  }
});

/** All that r2 can observe in the console, on a portal to which these messages were sent. */
async function seenByR2(fill: (past: Sample) => Promise<void>) {
  const server: ReportsServer = await startReportsServer('x25519', async (past) => {
    await fill(past);
    await past.portal.round();
  });
  const { page } = await openPage(browser);
  const answers: Promise<string>[] = [];
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (!pathname.startsWith('/api/sealed')) return;
    const size = response.body().then(({ length }) => length);
    answers.push(size.then((bytes) => `${response.status()} ${pathname} ${bytes}`));
  });
  try {
    await signIn(page, server.origin, { name: 'rolf', password: PASSWORD });
    const texts: string[] = [];
    await openDesk(page, server, 2);
    await opened(page).waitFor();
    await page.getByText('Nothing for you yet.').waitFor();
    texts.push((await page.locator('main').textContent()) ?? '');
    await opened(page).click();
    await page.getByText('Nothing for you yet.').waitFor();
    texts.push((await page.locator('main').textContent()) ?? '', await page.title());
    const elements = await page.evaluate('document.querySelectorAll("*").length');
    return { texts, elements, answers: await Promise.all(answers) };
  } finally {
    await page.context().close();
    await server.close();
  }
}

test('who is left out of reports sees on this page what he sees when there is only cover', async () => {
  const left = await seenByR2(async (past) => {
    for (const text of ['About r2.', 'About r2, too.', 'And once more.']) await send(past, text, ['r1']);
  });
  const cover = await seenByR2(async (past) => {
    for (const text of ['', '', '']) await send(past, text, []);
  });
  expect(left).toEqual(cover);
  expect(left.texts[0]).toContain('not shown and not counted');
  expect(left.answers.filter((answer) => answer.includes('starts'))).toHaveLength(1);
});
