import type { Browser } from 'playwright-core';
import { type Account, openPage, refusedOn, settle, signIn } from './browser.ts';

export interface Walk {
  /** Leads in the queue. */
  leads: string;
  /** The first lead's heading, for example `Subject 7F3K`. */
  subject: string;
  /** The line of a log that the first signal's first event comes from. */
  raw: string;
  /** Names of the log sources. */
  sources: string[];
  /** Console errors, exceptions, requests to other hosts and refusals by the content policy, on all pages. */
  faults: string[];
}

/**
 * An analyst's first minute, on any server: sign in, take the first lead, go from its first signal down to the raw line,
 * look at the sources. Throws where a step cannot be done. `origin` is for example http://127.0.0.1:12339.
 */
export async function walk(browser: Browser, origin: string, analyst: Account): Promise<Walk> {
  const { page, faults } = await openPage(browser);
  const refused: string[] = [];
  const look = async () => {
    await settle(page);
    refused.push(...(await refusedOn(page)));
  };
  await signIn(page, origin, analyst, '/leads');
  await look();
  const leads = (await page.locator('.page-head [role="status"]').textContent()) ?? '';
  await page.locator('.lead').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/leads\/./);
  await look();
  const subject = (await page.locator('h1').textContent()) ?? '';
  await page.getByRole('table', { name: 'Signals' }).getByRole('button').first().click();
  await look();
  await page.getByRole('table', { name: 'Events' }).getByRole('button').first().click();
  const raw = (await page.locator('.raw pre').first().textContent()) ?? '';
  await page.goto(`${origin}/sources`);
  await look();
  const sources = await page.locator('.source h2').allTextContents();
  await page.context().close();
  return { leads, subject, raw, sources, faults: [...faults, ...refused] };
}
