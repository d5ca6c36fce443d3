import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export interface Account {
  name: string;
  password: string;
}

export interface Look {
  language?: 'en' | 'zh-CN';
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
  /** 2 with half the width is what a browser shows at 200 % zoom. */
  density?: number;
}

/** A page of its own, and all that went wrong on it: console errors, exceptions, refusals by the content policy. */
export async function openPage(browser: Browser, look: Look = {}): Promise<{ page: Page; faults: string[] }> {
  const options: BrowserContextOptions = {
    viewport: { width: look.width ?? 1280, height: look.height ?? 800 },
    deviceScaleFactor: look.density ?? 1,
    colorScheme: look.theme ?? 'light',
    locale: look.language ?? 'en',
    reducedMotion: 'reduce',
  };
  const context = await browser.newContext(options);
  // What is evaluated here runs in the page, which these tests' types know nothing of: hence the text.
  await context.addInitScript(`
    globalThis.refused = [];
    addEventListener('securitypolicyviolation', (event) => globalThis.refused.push(event.violatedDirective + ' ' + event.sourceFile));
    globalThis.longTasks = [];
    new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries().map((entry) => entry.duration)))
      .observe({ type: 'longtask', buffered: true });
  `);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    // The browser itself reports every answer from 400 on; whether such an answer is right is for the test to say.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const host = new URL(request.url()).hostname;
    if (host !== '127.0.0.1') faults.push(`request to another host: ${host}`);
  });
  return { page, faults };
}

/** What the content policy of the page that is open now refused. */
export const refusedOn = (page: Page): Promise<string[]> => page.evaluate<string[]>('globalThis.refused');

/** Signs in and waits for the page that follows. `origin` may be the fixture or a real server. */
export async function signIn(page: Page, origin: string, account: Account, path = '/'): Promise<void> {
  await page.goto(`${origin}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator('input[name="name"]').fill(account.name);
  await page.locator('input[name="password"]').fill(account.password);
  await page.locator('button[type="submit"]').click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  await page.locator('h1').first().waitFor();
}

/** Waits until the page says nowhere that it is loading, and nothing is under way. */
export async function settle(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await until(page, 'document.querySelector(".loading") === null && document.querySelector("h1") !== null');
}

/**
 * Waits until an expression is true in the page. Playwright's waitForFunction would evaluate the text inside the page,
 * where the content policy forbids it, rightly.
 */
export async function until(page: Page, expression: string): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await page.evaluate<boolean>(expression))) {
    if (Date.now() > end) throw new Error(`still not so after 10 s: ${expression}`);
    await page.waitForTimeout(30);
  }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Violations of accessibility rules on the page as it is now, one line each. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary + ' ' + document.querySelector(target)?.outerHTML.slice(0, 300))))`);
}
